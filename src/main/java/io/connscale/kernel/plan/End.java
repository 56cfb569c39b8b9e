package io.connscale.kernel.plan;

import java.util.List;
import java.util.Set;

/**
 * One end of the planned connections: a host's agent, or the server.
 *
 * @param name the host's, or {@code server}
 * @param wanted how many more connections it is to have
 * @param sources a client's addresses, at least one; the server has none
 * @param bytesEach memory of each connection here, kernel and process together
 * @param pools what it shares with other ends besides the machine
 * @param taken ports and sources that are not to be had
 */
public record End(
        String name,
        long wanted,
        Set<String> sources,
        long bytesEach,
        Processes processes,
        Machine machine,
        Network network,
        List<Pool> pools,
        Taken taken) {
    public End {
        sources = Set.copyOf(sources);
        pools = List.copyOf(pools);
    }

    /** One that shares nothing but the machine, and finds all ports free. */
    public End(
            String name,
            long wanted,
            Set<String> sources,
            long bytesEach,
            Processes processes,
            Machine machine,
            Network network) {
        this(name, wanted, sources, bytesEach, processes, machine, network, List.of(), Taken.NOTHING);
    }

    /** Whether it is the server: only clients have sources. */
    boolean server() {
        return sources.isEmpty();
    }

    Share share() {
        return new Share(wanted, bytesEach, processes);
    }
}
