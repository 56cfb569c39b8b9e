package io.connscale.kernel;

/** What connections and processes of connscale cost; measured as docs/LIMITS.md says, rounded up. */
public final class Costs {
    /** Descriptors that a process has open besides its connections: libraries, pipes, epoll sets. */
    public static final long PROCESS_FILES = 14;

    public static final int PROCESS_THREADS = 18;

    /** What a worker takes that is an event loop with files of its own, beside its connections, bytes; and one thread. */
    public static final long LOOP_BYTES = 1L << 20;

    /** Resident memory of a process that are its own, bytes. */
    public static final long PROCESS_BYTES = 40L << 20;

    /** Descriptors that an agent or server of several processes keeps free in each, beside its own: for what it may come to need. */
    public static final long RESERVED_FILES = 66;

    /** Kernel memory of one socket with its file and its place in epoll, bytes. */
    public static final long SOCKET = 4_000;

    /** Resident memory that a connection adds to an agent, bytes. */
    public static final long IN_AGENT = 1_500;

    /** Resident memory that a connection adds to the server, bytes. */
    public static final long IN_SERVER = 1_500;

    /** What TLS adds to that in an agent, bytes: the engine of either kind, docs/PERFORMANCE.md. */
    public static final long TLS_IN_AGENT = 11_000;

    /** The same in our own server, bytes. */
    public static final long TLS_IN_SERVER = 15_000;

    /** Descriptors that a worker takes of the process that starts it, at most: its three pipes; or its loop's epoll set, eventfd and timer, with a ring also that and its eventfd. */
    public static final long WORKER_FILES = 5;

    private Costs() {}

    /** Memory of a worker beside its connections', bytes. */
    public static long bytesOfWorker(boolean loop) {
        return loop ? LOOP_BYTES : PROCESS_BYTES;
    }

    /** Threads of a worker. */
    public static int threadsOfWorker(boolean loop) {
        return loop ? 1 : PROCESS_THREADS;
    }
}
