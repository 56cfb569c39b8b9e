package io.connscale.kernel.diagnosis;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.stats.Distribution;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One host as it was found.
 *
 * @param seen what its agent did since the open request began; states and samples are those of now
 * @param connects how long its connects took: those of the request, or where it had none all before
 * @param sources local addresses; empty: the kernel chose
 * @param targets the server's addresses as {@code host:port}
 * @param timeoutMillis how long a Pong may take
 * @param before the kernel's word when the request began
 * @param now the kernel's word now
 */
public record ClientSide(
        String host,
        Statistics seen,
        Distribution connects,
        List<String> sources,
        List<String> targets,
        long timeoutMillis,
        Facts before,
        Facts now) {
    private static final long MUCH = 100;

    public ClientSide {
        sources = List.copyOf(sources);
        targets = List.copyOf(targets);
    }

    /** Without what never came up, and without what went with its process: that was reported as its end. */
    ClientSide ofEnded() {
        Snapshot counts = seen.counts();
        SortedMap<String, Long> ended = new TreeMap<>(counts.errors());
        ended.keySet().removeIf(reason -> reason.startsWith("connect ") || reason.endsWith(" lost"));
        return new ClientSide(
                host, seen.with(counts.withErrors(ended)), connects, sources, targets, timeoutMillis, before, now);
    }

    long established() {
        return seen.counts().established();
    }

    /** What failed and ended, by where and what. */
    public SortedMap<String, Long> errors() {
        return seen.counts().errors();
    }

    /** {@code receive timeout 3, receive closed 1}. */
    String reasons() {
        return Words.errors(errors());
    }

    /** How often one of {@code reasons} was the end. */
    long count(String... reasons) {
        long sum = 0;
        for (String reason : reasons) {
            sum += errors().getOrDefault(reason, 0L);
        }
        return sum;
    }

    /** Pings that were due and not sent. */
    long skipped() {
        return seen.counts().skipped();
    }

    /** Whether the schedule was missed by so much that it can't be chance: a tenth of the Pings. */
    public boolean lateMuch() {
        return skipped() >= MUCH && skipped() * 10 >= seen.counts().pings();
    }

    long grown(Fact counter) {
        return now.grown(counter, before);
    }

    /** To the server and back; {@link Facts#UNKNOWN} where nothing came up. */
    double roundTripMillis() {
        return seen.roundTripMillis(connects);
    }

    /** Whether it is known to have a network of its own, another than {@code server}'s: loopback there is not loopback here. */
    boolean isElsewhere(ServerSide server) {
        return !now.network().isEmpty()
                && !server.now().network().isEmpty()
                && !(now.machine() + now.network())
                        .equals(server.now().machine() + server.now().network());
    }

    /** {@code 127.0.0.1:8989}, and how many more there are. */
    String target() {
        return targets.isEmpty()
                ? "the server"
                : targets.get(0) + (targets.size() > 1 ? " and " + (targets.size() - 1) + " more" : "");
    }

    /** The address of it without the port, and without the brackets of IPv6; empty where there is none. */
    String targetHost() {
        String first = targets.isEmpty() ? "" : targets.get(0);
        return first.substring(0, Math.max(0, first.lastIndexOf(':'))).replaceAll("[\\[\\]]", "");
    }
}
