package io.connscale.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** How many connections a process has files for: a connection is a file. */
public final class FileRoom {
    /** What a process may come to need beside: a class to load, a worker being started. */
    private static final long RESERVE = 40;
    /** Files that a worker has open before its first connection, and a part of what it keeps back: together what a plan counts with. */
    private static final long OF_A_WORKER = Costs.PROCESS_FILES + Costs.RESERVED_FILES - RESERVE;

    private FileRoom() {}

    /** Of this process, with the files that it has open now; never negative. */
    public static long ofThisProcess(Limits limits) {
        return room(limits, open());
    }

    /** Of another one with these limits, before its first connection; never negative. */
    public static long ofWorker(Limits limits) {
        return room(limits, OF_A_WORKER);
    }

    private static long room(Limits limits, long open) {
        return limits.softFiles() == Limits.UNKNOWN
                ? Integer.MAX_VALUE
                : Math.max(0, limits.softFiles() - open - RESERVE);
    }

    private static long open() {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        } catch (IOException e) {
            return OF_A_WORKER;
        }
    }
}
