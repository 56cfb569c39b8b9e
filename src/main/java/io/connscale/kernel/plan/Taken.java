package io.connscale.kernel.plan;

import io.connscale.kernel.AcceptQueue;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.Routes;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What of a client's ports is not to be had, and which of its sources.
 *
 * @param listening ports of the range that somebody listens on: the kernel gives none of these out, whatever the address
 * @param connected connections from this client's sources to the server's ports, its own among them
 * @param timeWait closed ones of these that still hold their port
 * @param unusable by source address, why nothing can come from there
 */
public record Taken(long listening, long connected, long timeWait, SortedMap<String, String> unusable) {
    public static final Taken NOTHING = new Taken(0, 0, 0, new TreeMap<>());

    /** What could not be counted is not taken off. */
    public static Taken of(Facts facts) {
        long first = facts.get(Fact.FIRST_PORT);
        long last = facts.get(Fact.LAST_PORT);
        long listening = facts.listening().stream()
                .mapToInt(AcceptQueue::port)
                .filter(port -> port >= first && port <= last)
                .distinct()
                .count();
        Routes routes = facts.routes();
        return routes == null
                ? new Taken(listening, 0, 0, new TreeMap<>())
                : new Taken(
                        listening, Math.max(0, routes.connected()), Math.max(0, routes.timeWait()), routes.unusable());
    }
}
