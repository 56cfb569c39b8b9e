package io.connscale.agent;

import io.connscale.kernel.Limits;
import io.connscale.stats.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** How many connections a process has files for: a connection is a file. */
final class FileRoom {
    /** What a process may come to need beside: a class to load, a worker being started. */
    static final long RESERVE = 40;
    /** Files that a worker has open before its first connection, at most: libraries, pipes, epoll sets. */
    private static final long OF_A_WORKER = 40;

    private FileRoom() {}

    /** Of this process at its beginning. */
    static long ofThisProcess(Limits limits) {
        return room(limits, open());
    }

    static long ofWorker(Limits limits) {
        return room(limits, OF_A_WORKER);
    }

    private static long room(Limits limits, long open) {
        return limits.softFiles() == Limits.UNKNOWN
                ? Long.MAX_VALUE / 2
                : Math.max(0, limits.softFiles() - open - RESERVE);
    }

    /** What is left of {@code room} when these are open. */
    static long left(long room, Snapshot counts) {
        return Math.max(0, room - counts.established() - counts.connecting());
    }

    private static long open() {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        } catch (IOException e) {
            return OF_A_WORKER;
        }
    }
}
