package io.connscale.agent;

import io.connscale.control.AgentException;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where connections go and come from. A (source, target) pair is a number: each target from the first source, then each
 * from the second, and so on.
 *
 * @param targets the server's addresses, at least one
 * @param sources local addresses of the targets' family; empty: the kernel chooses
 */
record Endpoints(List<InetSocketAddress> targets, List<InetSocketAddress> sources) {
    /** Pairs that are used at most; with 28,232 ports each they are good for 29 billion connections. */
    static final int MAX_PAIRS = 1 << 20;

    /**
     * As the settings say them. Asks the resolver; may take its time.
     *
     * @throws AgentException where one is no address, or a source could never reach a target
     */
    static Endpoints of(List<String> targets, List<String> sources) throws AgentException {
        List<InetSocketAddress> from = Addresses.sources(sources);
        Endpoints endpoints = new Endpoints(Addresses.targets(targets, from), from);
        for (InetSocketAddress target : endpoints.targets) {
            for (InetSocketAddress source : endpoints.sources) {
                Addresses.checkFamily(source, target);
            }
        }
        return endpoints;
    }

    /** How many (source, target) pairs there are; each has a local port range of its own. */
    int pairs() {
        return (int) Math.min(MAX_PAIRS, (long) targets.size() * Math.max(1, sources.size()));
    }

    /** @param pair 0 to {@link #pairs()} - 1 */
    InetSocketAddress target(int pair) {
        return targets.get(pair % targets.size());
    }

    /** The address to come from, its port left to the kernel; null: the address too. */
    @Nullable
    InetSocketAddress source(int pair) {
        return sources.isEmpty() ? null : sources.get(pair / targets.size());
    }
}
