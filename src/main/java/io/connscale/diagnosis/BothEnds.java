package io.connscale.diagnosis;

import io.connscale.cluster.Cluster;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.Server;
import io.connscale.control.ServerStatus;
import io.connscale.control.TargetReading;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What hosts and server count at one moment, and whether that can be compared: the one place that knows, for {@code count} and for
 * every verdict.
 *
 * @param server null where it did not answer: then nothing is known of it, nor of a difference
 * @param read what is read of somebody else's server where it runs; null where it is ours, or is not read
 * @param silent why it did not; null where it did
 * @param incomparable why the ends need not agree; empty where they should
 * @param elsewhere connections of the hosts that have had a Pong, beyond all that this server ever accepted: another one has them
 * @param stale whether a process of either end has said nothing for so long that its numbers say nothing
 */
public record BothEnds(
        @Nullable ServerStatus server,
        @Nullable TargetReading read,
        @Nullable AgentException silent,
        Answers.Each<Snapshot> hosts,
        Optional<String> incomparable,
        long elsewhere,
        boolean stale) {
    /** Of our server. */
    BothEnds(
            @Nullable ServerStatus server,
            @Nullable AgentException silent,
            Answers.Each<Snapshot> hosts,
            Optional<String> incomparable,
            long elsewhere,
            boolean stale) {
        this(server, null, silent, hosts, incomparable, elsewhere, stale);
    }

    /** Longer than any agent needs that is still there; one that is silent is given up sooner. */
    private static final Diagnostics.Waits PATIENT =
            new Diagnostics.Waits(Duration.ofSeconds(30), Diagnostics.Waits.USUAL.settle());

    private static final long AGAIN_MILLIS = 20;
    private static final String SERVER = "the server";

    /** Asks both ends, for up to a second again and again until they agree where they should. */
    public static BothEnds settled(Cluster cluster, Server server, List<String> names) throws InterruptedException {
        return settled(Ends.of(cluster, server), names, PATIENT, gap -> gap == 0);
    }

    /** The same of all hosts that are there, which agree as soon as the server holds no fewer than they do. */
    static BothEnds settled(Ends ends, Diagnostics.Waits waits) throws InterruptedException {
        return settled(ends, ends.ready(), waits, gap -> gap <= 0);
    }

    /** @param agree whether they do, by what the hosts hold more */
    private static BothEnds settled(Ends ends, List<String> names, Diagnostics.Waits waits, LongPredicate agree)
            throws InterruptedException {
        long end = System.nanoTime() + waits.settle().toNanos();
        BothEnds both = ask(ends, names, waits);
        while (both.comparable() && !agree.test(both.gap()) && System.nanoTime() < end) {
            Thread.sleep(AGAIN_MILLIS);
            both = ask(ends, names, waits);
        }
        return both.comparable() && both.server != null && both.gap() > 0 ? answered(ends, names, waits) : both;
    }

    private static BothEnds ask(Ends ends, List<String> names, Diagnostics.Waits waits) throws InterruptedException {
        Map<String, CompletableFuture<Snapshot>> asked = Answers.ask(names, ends::counts);
        Optional<String> foreign = ends.foreign();
        if (foreign.isPresent()) {
            return foreign(ends, foreign.get(), asked, waits);
        }
        Map<String, CompletableFuture<ServerStatus>> atServer = Map.of(SERVER, ends.serverStatus());
        long end = System.nanoTime()
                + waits.answers().toNanos(); // all at the same moment: each may have to ask a hundred processes
        Answers.Each<ServerStatus> server = Answers.each(atServer, end);
        Answers.Each<Snapshot> hosts = Answers.each(asked, end);
        ServerStatus status = server.done().get(SERVER);
        if (status == null) {
            AgentException silent = server.failed().get(SERVER);
            return new BothEnds(null, silent, hosts, Optional.of("the server does not answer"), 0, false);
        }
        Optional<String> stale = status.stale().or(() -> stale(ends, hosts));
        Optional<String> why = incomparable(ends, status, hosts).or(() -> stale);
        return new BothEnds(status, null, hosts, why, 0, stale.isPresent());
    }

    /** Somebody else's server counts nothing for us, but the kernel does where it runs. */
    private static BothEnds foreign(
            Ends ends, String target, Map<String, CompletableFuture<Snapshot>> asked, Diagnostics.Waits waits)
            throws InterruptedException {
        long end = System.nanoTime() + waits.answers().toNanos();
        Answers.Each<Optional<TargetReading>> reading = Answers.each(Map.of(Ends.WHERE_IT_RUNS, ends.reading()), end);
        TargetReading read = reading.done()
                .getOrDefault(Ends.WHERE_IT_RUNS, Optional.empty())
                .orElse(null);
        AgentException failure = reading.failed().get(Ends.WHERE_IT_RUNS);
        Answers.Each<Snapshot> hosts = Answers.each(asked, end);
        String notRead = "the other end, " + target + ", is not read";
        Optional<String> incomparable = read == null
                ? Optional.of(notRead + (failure == null ? "" : ": " + failure.message()))
                : read.now().established() == null
                        ? Optional.of(
                                notRead + ": " + String.join("; ", read.now().unread()))
                        : missing(ends, hosts);
        Optional<String> stale = stale(ends, hosts);
        return new BothEnds(null, read, null, hosts, incomparable.or(() -> stale), 0, stale.isPresent());
    }

    private static Optional<String> missing(Ends ends, Answers.Each<Snapshot> hosts) {
        List<String> missing = ends.counting().stream()
                .filter(name -> !hosts.done().containsKey(name))
                .toList();
        if (missing.isEmpty()) {
            return Optional.empty();
        }
        String verb = !hosts.failed().isEmpty()
                ? " did not answer"
                : missing.size() == 1 ? " was not asked" : " were not asked";
        return Optional.of(String.join(", ", missing) + verb);
    }

    /**
     * The hosts hold more. Whoever sent a Pong has accepted the connection: the server is asked after they have said of how many they
     * had one, so that it holds all of those, or they are not its.
     */
    private static BothEnds answered(Ends ends, List<String> names, Diagnostics.Waits waits)
            throws InterruptedException {
        long answered = Answers.each(
                        Answers.ask(names, ends::statistics),
                        System.nanoTime() + waits.answers().toNanos())
                .done()
                .values()
                .stream()
                .map(Statistics::unanswered)
                .mapToLong(unanswered -> unanswered.answered())
                .sum();
        BothEnds both = ask(ends, names, waits);
        ServerStatus status = both.server;
        if (!both.comparable() || status == null || answered <= status.established()) {
            return both;
        }
        long elsewhere = Math.max(0, answered - status.accepted());
        String why = status.accepted() == 0
                ? "another server answers the hosts' Pings, the one here has accepted no connection"
                : elsewhere > 0
                        ? "another server answers Pings of the hosts: " + answered
                                + " connections have had a Pong, the one here has accepted " + status.accepted()
                        : answered + " connections of the hosts have had a Pong, the server here holds "
                                + status.established()
                                + ": it has ended the rest and the hosts have not noticed, or another server answers";
        return new BothEnds(status, null, both.hosts, Optional.of(why), elsewhere, false);
    }

    private static Optional<String> incomparable(Ends ends, ServerStatus status, Answers.Each<Snapshot> hosts) {
        if (!status.running()) {
            return Optional.of(ends.refusal()
                    .map(why -> "the server did not start: " + why.message())
                    .orElse("the server does not run"));
        }
        return missing(ends, hosts);
    }

    private static Optional<String> stale(Ends ends, Answers.Each<Snapshot> hosts) {
        return hosts.done().keySet().stream()
                .flatMap(name -> ends.stale(name).stream())
                .findFirst();
    }

    private boolean comparable() {
        return (server != null || read != null) && incomparable.isEmpty();
    }

    private long gap() {
        Long atServer = atServer();
        return established() - (atServer == null ? 0 : atServer);
    }

    /** What the hosts hold that answered. */
    public long established() {
        return hosts.done().values().stream().mapToLong(Snapshot::established).sum();
    }

    /** A server that does not run holds nothing: null. Of one that is not ours it is the kernel's count, null where that is not read. */
    public @Nullable Long atServer() {
        if (read != null) {
            return read.now().established();
        }
        return server == null || !server.running() ? null : (Long) server.established();
    }

    /** What the hosts hold less what the server has accepted; null where that says nothing. */
    public @Nullable Long difference() {
        return atServer() == null || incomparable.isPresent() ? null : (Long) gap();
    }

    /** What the hosts hold and the server has not accepted; 0 where that is unknown. */
    long unaccepted() {
        Long difference = read == null ? difference() : null; // the kernel counts those, too, that wait to be accepted
        return difference == null ? 0 : Math.max(0, difference);
    }
}
