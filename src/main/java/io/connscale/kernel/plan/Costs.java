package io.connscale.kernel.plan;

import io.connscale.kernel.plan.Processes.Base;

/** What connections and processes of connscale cost; measured, and where the numbers come from is in docs/LIMITS.md. */
public final class Costs {
    /** An agent: descriptors, threads, bytes without a connection. */
    public static final Base AGENT = new Base(40, 20, 60L << 20);

    /** The console with the server in it. */
    public static final Base SERVER = new Base(40, 20, 100L << 20);

    /** The kernel's memory for one socket with its file, bytes. */
    public static final long SOCKET = 3_200;

    /** Resident memory that a connection adds to the agent, bytes. */
    public static final long IN_AGENT = 3_000;

    /** Resident memory that a connection adds to the server, bytes. */
    public static final long IN_SERVER = 3_000;

    private Costs() {}
}
