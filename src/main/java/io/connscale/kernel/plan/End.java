package io.connscale.kernel.plan;

import java.util.Set;

/**
 * One end of the planned connections: a host's agent, or the server.
 *
 * @param name the host's, or {@code server}
 * @param wanted how many more connections it is to have
 * @param sources a client's addresses, at least one; the server has none
 * @param bytesEach memory of each connection here, kernel and process together
 */
public record End(
        String name,
        long wanted,
        Set<String> sources,
        long bytesEach,
        Processes processes,
        Machine machine,
        Network network) {
    public End {
        sources = Set.copyOf(sources);
    }

    /** Whether it is the server: only clients have sources. */
    boolean server() {
        return sources.isEmpty();
    }

    Share share() {
        return new Share(wanted, bytesEach, processes);
    }
}
