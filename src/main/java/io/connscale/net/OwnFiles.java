package io.connscale.net;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import io.netty.channel.IoHandler;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A table of open files for a thread alone. {@code RLIMIT_NOFILE} bounds a table (fs/file.c, {@code alloc_fd}), and the threads of a
 * process share one only as long as nobody says otherwise: after unshare(2) with {@code CLONE_FILES}, which needs no privilege, a
 * thread has as many files as a process. A number then means a file to that thread alone. So whatever has one of these
 * opens, uses and closes its files by itself, and gives what it has found out to other threads, never a file.
 */
final class OwnFiles {
    private static final Logger log = LoggerFactory.getLogger(OwnFiles.class);
    /** linux/sched.h. */
    private static final int CLONE_FILES = 0x400;
    /** linux/close_range.h, asm-generic/unistd.h; Linux 5.9. A sandbox that forbids namespaces and so unshare(2) allows it. */
    private static final int CLOSE_RANGE = 436;

    private static final int CLOSE_RANGE_UNSHARE = 2;
    private static final int NO_FILE = Integer.MAX_VALUE;
    /** Standard input, output and error. */
    private static final int STANDARD = 2;

    /** The last one's number: that of the loops beside it whose files are the process's is 1. */
    static final AtomicInteger THREADS = new AtomicInteger(1);
    /** What the loop of this thread has in the process's table, too; empty where it has no own. */
    private static final ThreadLocal<List<Integer>> MINE = ThreadLocal.withInitial(List::of);
    /** The same of loops that have ended. Closed by the next who makes one, in whose table they are. */
    private static final Set<Integer> LEFT = ConcurrentHashMap.newKeySet();

    /** Whether they can be had; null: not tried yet. */
    private static volatile @Nullable Boolean toBeHad;

    private OwnFiles() {}

    /** Whether a thread of this process can have one. Tries it, once, on a thread that ends with its table. */
    static boolean areToBeHad() {
        Boolean known = toBeHad;
        if (known == null) {
            known = tried();
            toBeHad = known;
        }
        return known;
    }

    /** The same, without a try: true as long as the kernel has not refused it. */
    static boolean mayBeHad() {
        return !Boolean.FALSE.equals(toBeHad);
    }

    /** @throws OutOfMemoryError where no thread is left to try it on, which is no refusal */
    private static boolean tried() {
        CompletableFuture<Boolean> tried = new CompletableFuture<>();
        Thread probe = new FastThreadLocalThread(
                () -> {
                    try {
                        unshare();
                        tried.complete(true);
                    } catch (LastErrorException | LinkageError e) {
                        log.info("workers are processes: no thread can have files of its own: {}", e.toString());
                        tried.complete(false);
                    }
                },
                "own-files-probe");
        probe.setDaemon(true);
        probe.start();
        return tried.join();
    }

    private static void unshare() {
        try {
            Libc.unshare(CLONE_FILES);
        } catch (LastErrorException e) {
            if (Libc.syscall(CLOSE_RANGE, NO_FILE, NO_FILE, CLOSE_RANGE_UNSHARE, 0, 0, 0) < 0) {
                throw new LastErrorException(Native.getLastError());
            }
        }
    }

    /** Whether the thread that calls has one: files that others have opened are none to it. */
    static boolean isOwner() {
        return !MINE.get().isEmpty();
    }

    /**
     * From now on the thread that calls has a table of its own, in which is what the program is read from, standard input, output and
     * error, and what {@code loop}, its own, has opened. Where that is refused, it goes on with that of the process: it has fewer files.
     */
    static void take(IoHandler loop) {
        try {
            List<Integer> own = loop instanceof RingHandler ring
                    ? ring.files()
                    : EpollHandlers.files(loop); // made on the thread that made the loop, in whose table they stay
            unshare();
            MINE.set(own);
            for (int file : open()) {
                if (file > STANDARD && !own.contains(file) && !isRegular(file)) {
                    Libc.close(file);
                }
            }
        } catch (LastErrorException | IOException | ReflectiveOperationException e) {
            log.warn("no table of files for a loop alone", e);
        }
    }

    /** What a thread runs whose loop takes one: its end is the end of the table. */
    static Runnable during(Runnable task) {
        LEFT.removeIf(file -> {
            Libc.close(file);
            return true;
        });
        return () -> {
            try {
                task.run();
            } finally {
                LEFT.addAll(MINE.get());
            }
        };
    }

    private static List<Integer> open() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/thread-self/fd"))) {
            return files.map(file -> Integer.valueOf(file.getFileName().toString()))
                    .toList();
        }
    }

    /** The jar, an archive of classes, a log: read from, or written to, by whoever comes by. */
    private static boolean isRegular(int file) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/thread-self/fd/" + file))
                    .isAbsolute();
        } catch (IOException e) {
            return true; // that which listed them, and is closed
        }
    }
}
