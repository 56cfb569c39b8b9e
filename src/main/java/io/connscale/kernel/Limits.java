package io.connscale.kernel;

/**
 * The limits of one process and its machine that bound how many connections it can open. {@value #UNKNOWN} where the
 * system does not tell.
 *
 * @param softFiles {@code RLIMIT_NOFILE}, soft: descriptors this process may have open
 * @param hardFiles {@code RLIMIT_NOFILE}, hard: what the soft one may be raised to
 * @param firstPort first of {@code net.ipv4.ip_local_port_range}
 * @param lastPort last of it, inclusive
 */
public record Limits(long softFiles, long hardFiles, int firstPort, int lastPort) {
    public static final int UNKNOWN = -1;

    /** Ephemeral ports for one (source, server address, server port), or {@value #UNKNOWN}. */
    public int ports() {
        return firstPort == UNKNOWN || lastPort == UNKNOWN ? UNKNOWN : lastPort - firstPort + 1;
    }
}
