package io.connscale.agent;

import io.connscale.kernel.Limits;
import io.connscale.kernel.Memory;

/**
 * How many processes an agent may be.
 *
 * @param most as {@code hosts.yaml} says, this one among them; 0: as many as the machine has memory for
 * @param limits of this process, which a worker has too
 */
record WorkerBound(int most, Limits limits) {
    private static final int MOST = 1024;
    /** Bytes of a JVM before its first connection, and of a connection in the process and in the kernel; rounded up. */
    private static final long PROCESS = 64L << 20;

    private static final long CONNECTION = 6L << 10;

    /** Connections that a new worker has room for. */
    long room() {
        return FileRoom.ofWorker(limits);
    }

    /** How many more there may be beside those {@code there}. */
    int most(int there) {
        if (most > 0) {
            return Math.max(0, most - there);
        }
        long each = PROCESS + CONNECTION * Math.min(room(), Integer.MAX_VALUE);
        long more = Memory.available().orElse(Long.MAX_VALUE) / each;
        return (int) Math.max(0, Math.min(more, MOST - there));
    }
}
