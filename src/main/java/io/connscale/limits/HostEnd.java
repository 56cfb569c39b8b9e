package io.connscale.limits;

import io.connscale.kernel.Costs;
import io.connscale.kernel.Facts;
import io.connscale.stats.Distribution;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One host as it was found.
 *
 * @param settings how its connections are opened
 * @param seen what its agent did since the open request began; states and samples are those of now
 * @param connects how long its connects took: those of the request, or where it had none all before
 */
public record HostEnd(
        String name,
        Settings settings,
        long wanted,
        Processes processes,
        Statistics seen,
        Distribution connects,
        Facts before,
        Facts now)
        implements End {
    private static final long MUCH = 100;

    /**
     * How connections are opened.
     *
     * @param sources local addresses; empty: the kernel chooses
     * @param targets the server's addresses as {@code host:port}
     * @param timeoutMillis how long a Pong may take
     * @param perSecond new connections; {@link Facts#UNLIMITED}: as fast as may be
     * @param tls whether over TLS
     */
    public record Settings(
            List<String> sources, List<String> targets, long timeoutMillis, long perSecond, boolean tls) {
        public Settings {
            sources = List.copyOf(sources);
            targets = List.copyOf(targets);
        }
    }

    /** The same, seen from {@code then} on. */
    public HostEnd since(HostEnd then) {
        Statistics since = seen.since(then.seen);
        Distribution recent = since.times().connect();
        return new HostEnd(
                name,
                settings,
                wanted,
                processes,
                since,
                recent.count() > 0 ? recent : connects,
                then.now,
                now.withLimitsOf(then.now));
    }

    /**
     * Without what never came up, and without what went with its process: that was reported as its end. Over TLS 1.3 a server may refuse
     * a client that is up already: where no handshake can have failed, those that it refused were.
     */
    HostEnd ofEnded() {
        Snapshot counts = seen.counts();
        SortedMap<String, Long> ended = new TreeMap<>(counts.errors());
        long failedConnects = counts.errors().entrySet().stream()
                .filter(error -> error.getKey().startsWith("connect "))
                .mapToLong(Map.Entry::getValue)
                .sum();
        ended.keySet()
                .removeIf(reason -> reason.startsWith("connect ")
                        || (reason.startsWith(TlsFails.HANDSHAKE) && counts.failed() > failedConnects)
                        || reason.startsWith("worker ")
                        || reason.equals("agent lost"));
        return new HostEnd(
                name, settings, wanted, processes, seen.with(counts.withErrors(ended)), connects, before, now);
    }

    @Override
    public long bytesEach() {
        return End.super.bytesEach() + (settings.tls ? Costs.TLS_IN_AGENT : 0);
    }

    @Override
    public String process() {
        return "the agent on " + name;
    }

    @Override
    public String place() {
        return name;
    }

    @Override
    public long established() {
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

    /** {@code stopped at 100 on client1: }. */
    String stopped() {
        return "stopped at " + Words.number(established()) + " on " + name + ": ";
    }

    /** Pings that were due and not sent. */
    long skipped() {
        return seen.counts().skipped();
    }

    /** Whether the schedule was missed by so much that it can't be chance: a tenth of the Pings. */
    boolean lateMuch() {
        return lateMuch(seen.counts());
    }

    /** The same of counts. */
    public static boolean lateMuch(Snapshot since) {
        return since.skipped() >= MUCH && since.skipped() * 10 >= since.pings();
    }

    /** To the server and back; {@link Facts#UNKNOWN} where nothing came up. */
    double roundTripMillis() {
        return seen.roundTripMillis(connects);
    }

    /** Whether it is known to have a network of its own, another than {@code server}'s: loopback there is not loopback here. */
    boolean isElsewhere(ServerEnd server) {
        return !now.network().isEmpty()
                && !server.now().network().isEmpty()
                && !network().equals(server.network());
    }

    /** Pairs of a source address and a server's port, each of which has all ephemeral ports. */
    long pairs() {
        return (long) Math.max(1, settings.sources.size()) * settings.targets.size();
    }

    /** {@code 127.0.0.1:8989}, and how many more there are. */
    String target() {
        List<String> targets = settings.targets;
        return targets.isEmpty()
                ? "the server"
                : targets.get(0) + (targets.size() > 1 ? " and " + (targets.size() - 1) + " more" : "");
    }

    /** The address of it without the port, and without the brackets of IPv6; empty where there is none. */
    String targetHost() {
        String first = settings.targets.isEmpty() ? "" : settings.targets.get(0);
        return first.substring(0, Math.max(0, first.lastIndexOf(':'))).replaceAll("[\\[\\]]", "");
    }
}
