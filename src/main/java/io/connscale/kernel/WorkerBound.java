package io.connscale.kernel;

/**
 * How many processes an agent or a server may be.
 *
 * @param max as {@code hosts.yaml} says, the first one among them; 0: as many as the machine has memory for
 * @param limits of this process, which a worker has too
 */
public record WorkerBound(int max, Limits limits) {
    private static final int MAX = 1024;
    /** Bytes of a JVM before its first connection, and of a connection in the process and in the kernel; rounded up. */
    private static final long PROCESS = 64L << 20;

    private static final long CONNECTION = 6L << 10;

    /** Connections that a new worker has room for. */
    public long room() {
        return FileRoom.ofWorker(limits);
    }

    /** How many more there may be beside those {@code there}. */
    public int more(int there) {
        if (max > 0) {
            return Math.max(0, max - there);
        }
        long each = PROCESS + CONNECTION * room();
        long more = Memory.available().orElse(Long.MAX_VALUE) / each;
        return (int) Math.max(0, Math.min(more, MAX - there));
    }
}
