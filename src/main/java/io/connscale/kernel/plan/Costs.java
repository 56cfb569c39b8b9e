package io.connscale.kernel.plan;

import io.connscale.kernel.plan.Processes.Base;

/** What connections and processes of connscale cost; measured as docs/LIMITS.md says, rounded up. */
public final class Costs {
    /** A process alone: descriptors, threads, bytes that are its own. */
    public static final Base PROCESS = new Base(14, 18, 40L << 20);

    /** Descriptors that an agent or server of several processes keeps free in each, beside its own: for what it may come to need. */
    public static final long RESERVE = 66;

    /** Kernel memory of one socket with its file and its place in epoll, bytes. */
    public static final long SOCKET = 4_000;

    /** Resident memory that a connection adds to an agent, bytes. */
    public static final long IN_AGENT = 1_500;

    /** Resident memory that a connection adds to the server, bytes. */
    public static final long IN_SERVER = 1_500;

    private Costs() {}
}
