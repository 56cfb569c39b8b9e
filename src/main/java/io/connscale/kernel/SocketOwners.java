package io.connscale.kernel;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which process has a socket open: the kernel says it only from the other side, {@code /proc/PID/fd} (proc(5)). Others' processes
 * are readable for root alone.
 */
public final class SocketOwners {
    /** Descriptors of one process that are looked at: who listens has begun with that. */
    private static final int MAX_DESCRIPTORS = 1_000;

    private static final Path PROC = Path.of("/proc");
    private static final long FOUND_WITHIN = TimeUnit.SECONDS.toNanos(2);

    private SocketOwners() {}

    /** Who listens on this port here, as {@code python3, pid 123}; empty where that is not known. Takes milliseconds, seconds at most. */
    public static Optional<String> listening(int port) {
        Set<Long> inodes = Stream.of("net/tcp", "net/tcp6")
                .flatMap(table -> TcpTable.listening(PROC.resolve(table)).stream())
                .flatMap(List::stream)
                .filter(listener -> listener.queue().port() == port)
                .map(TcpTable.Listener::inode)
                .collect(Collectors.toSet());
        return of(PROC, inodes, System.nanoTime() + FOUND_WITHIN).values().stream()
                .findFirst();
    }

    /**
     * By the socket's number, {@code python3, pid 123}; what is not found is left out.
     *
     * @param end by {@link System#nanoTime()}: later the search ends with what it has
     */
    static Map<Long, String> of(Path proc, Set<Long> inodes, long end) {
        Map<String, Long> wanted = new HashMap<>();
        inodes.forEach(inode -> wanted.put("socket:[" + inode + "]", inode));
        Map<Long, String> owners = new HashMap<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[1-9]*")) {
            for (Path process : processes) {
                if (owners.size() == inodes.size() || System.nanoTime() - end > 0) {
                    break;
                }
                look(process, wanted, owners);
            }
        } catch (IOException | DirectoryIteratorException e) {
            return owners;
        }
        return owners;
    }

    private static void look(Path process, Map<String, Long> wanted, Map<Long, String> owners) {
        int left = MAX_DESCRIPTORS;
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                Long inode = wanted.get(target(descriptor));
                if (inode != null) {
                    owners.putIfAbsent(inode, AcceptQueue.owner(name(process), String.valueOf(process.getFileName())));
                }
                if (--left == 0) {
                    return;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return; // somebody else's, or it has ended meanwhile
        }
    }

    /** Empty where it was closed meanwhile: a busy server closes some while the rest are looked at. */
    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "";
        }
    }

    /** A process may call itself whatever it likes. */
    private static String name(Path process) {
        return ProcFiles.line(process.resolve("comm")).replaceAll("[^ -~]", "?");
    }
}
