package io.connscale.kernel;

import org.jspecify.annotations.Nullable;

/**
 * The limits of one process and its machine that bound how many connections it can open. {@value #UNKNOWN} where the
 * system does not tell.
 *
 * @param softFiles {@code RLIMIT_NOFILE}, soft: descriptors this process may have open
 * @param hardFiles {@code RLIMIT_NOFILE}, hard: what the soft one may be raised to
 * @param firstPort first of {@code net.ipv4.ip_local_port_range}
 * @param lastPort last of it, inclusive
 * @param reservedPorts how many of them {@code net.ipv4.ip_local_reserved_ports} keeps back; null from an agent that does not tell
 */
public record Limits(
        long softFiles,
        long hardFiles,
        int firstPort,
        int lastPort,
        @Nullable Integer reservedPorts) {
    public static final int UNKNOWN = -1;

    public Limits {
        reservedPorts = reservedPorts == null ? 0 : reservedPorts;
    }

    /** No port is reserved. */
    public Limits(long softFiles, long hardFiles, int firstPort, int lastPort) {
        this(softFiles, hardFiles, firstPort, lastPort, 0);
    }

    /**
     * The ephemeral ports that the kernel gives out for one (source, server address, server port), or {@value #UNKNOWN}: what
     * every command means by "ports".
     */
    public int ports() {
        return (int) ports(firstPort, lastPort, reservedPorts == null ? 0 : reservedPorts);
    }

    /** A limit for JSON: null where it is unknown. */
    public static @Nullable Long known(long limit) {
        return limit == UNKNOWN ? null : (Long) limit;
    }

    static long ports(long first, long last, long reserved) {
        return first == UNKNOWN || last == UNKNOWN ? UNKNOWN : Math.max(0, last - first + 1 - Math.max(0, reserved));
    }
}
