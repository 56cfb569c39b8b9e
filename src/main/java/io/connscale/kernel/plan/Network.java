package io.connscale.kernel.plan;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;

/**
 * A network namespace; {@link Facts#UNKNOWN} where it does not say.
 *
 * @param id the same for all hosts that share it
 * @param ports ephemeral ports: those of {@code ip_local_port_range} less the reserved ones
 * @param trackedMax entries of the connection tracking table; unknown where nothing is tracked
 * @param tracked of them in use
 */
public record Network(String id, long ports, long trackedMax, long tracked) {
    /** Without connection tracking. */
    public static Network untracked(String id, long ports) {
        return new Network(id, ports, Facts.UNKNOWN, 0);
    }

    /**
     * As the kernel tells it. The table may be there and nothing be put into it: connections are tracked only where a
     * firewall's rule asks for it, which shows in entries.
     *
     * @param name stands for its identity where the kernel does not tell it
     */
    public static Network of(Facts facts, String name) {
        String id = facts.network().isEmpty() ? name : facts.machine() + " " + facts.network();
        return facts.get(Fact.CONNTRACK_IN_USE) > 0
                ? new Network(id, facts.ports(), facts.get(Fact.CONNTRACK_MAX), facts.get(Fact.CONNTRACK_IN_USE))
                : untracked(id, facts.ports());
    }
}
