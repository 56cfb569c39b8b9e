package io.connscale.agent;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where connections go and come from.
 *
 * @param targets the server's addresses, at least one
 * @param sources local addresses; empty: the kernel chooses
 */
record Endpoints(List<InetSocketAddress> targets, List<InetSocketAddress> sources) {
    /** The {@code n}th connection's target: in turn. */
    InetSocketAddress target(long n) {
        return targets.get((int) (n % targets.size()));
    }

    /** The {@code n}th connection's source: the next one each time the targets are through, so that each pair is used. */
    @Nullable
    InetSocketAddress source(long n) {
        return sources.isEmpty() ? null : sources.get((int) (n / targets.size() % sources.size()));
    }
}
