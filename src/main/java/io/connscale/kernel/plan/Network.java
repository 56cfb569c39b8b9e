package io.connscale.kernel.plan;

import io.connscale.kernel.Limits;

/**
 * A network namespace; {@link Limits#UNKNOWN} where it does not say.
 *
 * @param id the same for all hosts that share it
 * @param ports ephemeral ports: those of {@code ip_local_port_range} less the reserved ones
 * @param trackedMost entries of the connection tracking table; unknown where nothing is tracked
 * @param tracked of them in use
 */
public record Network(String id, int ports, long trackedMost, long tracked) {
    /** Without connection tracking. */
    public static Network untracked(String id, int ports) {
        return new Network(id, ports, Limits.UNKNOWN, 0);
    }
}
