package io.connscale.kernel;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Which process has a socket open: the kernel says it only from the other side, {@code /proc/PID/fd} (proc(5)). Others' processes
 * are readable for root alone.
 */
final class SocketOwners {
    /** Descriptors of one process that are looked at: who listens has begun with that. */
    private static final int MAX_DESCRIPTORS = 1_000;

    private SocketOwners() {}

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
                Long inode = wanted.get(Files.readSymbolicLink(descriptor).toString());
                if (inode != null) {
                    owners.putIfAbsent(inode, name(process) + ", pid " + process.getFileName());
                }
                if (--left == 0) {
                    return;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return; // somebody else's, or it has ended meanwhile
        }
    }

    /** A process may call itself whatever it likes. */
    private static String name(Path process) {
        return ProcFiles.line(process.resolve("comm")).replaceAll("[^ -~]", "?");
    }
}
