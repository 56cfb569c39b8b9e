package io.connscale.kernel.plan;

/**
 * The processes of one end at one place: an agent and its workers, or the server and its processes.
 *
 * @param files descriptors each may have open ({@code RLIMIT_NOFILE}); {@code Long.MAX_VALUE}: any number
 * @param max how many processes there may be, 1 at least
 * @param running how many there are now
 * @param held connections that they have already
 * @param own what a process needs beside its connections
 */
public record Processes(long files, int max, int running, long held, Base own) {
    /**
     * What one process needs beside its connections.
     *
     * @param files descriptors that it has open
     * @param threads threads, each a task of the kernel
     * @param bytes resident memory
     */
    public record Base(long files, int threads, long bytes) {}

    public Processes {
        if (max < 1) {
            throw new IllegalArgumentException("at least one process");
        }
    }

    /** Connections that one of them can have. */
    public long each() {
        return files == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(0, files - own.files());
    }

    /** Connections that all of them can have, those held included. */
    long all() {
        return each() > Long.MAX_VALUE / max ? Long.MAX_VALUE : each() * max;
    }

    /** How many processes are to be started for {@code more} connections; they may be more than {@link #max}. */
    long toStart(double more) {
        double needed = Math.max(1, Math.ceil((held + more) / Math.max(1, each())));
        return Math.max(0, (long) needed - running);
    }
}
