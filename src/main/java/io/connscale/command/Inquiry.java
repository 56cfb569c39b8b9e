package io.connscale.command;

import io.connscale.cluster.Cluster;
import io.connscale.cluster.HostStatus;
import io.connscale.cluster.State;
import io.connscale.control.Server;
import io.connscale.control.ServerStatus;
import io.connscale.kernel.Facts;
import io.connscale.kernel.diagnosis.ClientSide;
import io.connscale.kernel.diagnosis.Diagnosis;
import io.connscale.kernel.diagnosis.Difference;
import io.connscale.kernel.diagnosis.Evidence;
import io.connscale.kernel.diagnosis.ServerSide;
import io.connscale.kernel.diagnosis.Verdict;
import io.connscale.stats.Reasons;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import io.connscale.stats.Unanswered;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Gathers what a verdict needs: counts, errors and kernel's facts of both ends, now and when the last order to open began. One
 * a console; commands call, and who tells of losses. Waits seconds at most for who does not answer.
 */
public final class Inquiry {
    private static final long SECONDS = 3;
    /** A connection is there for its client a moment before it is for the server. */
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long AGAIN_MILLIS = 20;
    /** The same verdict is not repeated for so long when connections go on ending. */
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** How a host and the server were at one moment. */
    private record Base(Snapshot counts, Facts facts, Statistics statistics, ServerWord server) {
        static final Base NONE = new Base(Snapshot.NONE, Facts.NONE, Statistics.NONE, ServerWord.NONE);
    }

    private final Cluster cluster;
    private final Server server;
    /** By host, when its last order began. */
    private final Map<String, Base> orders = new ConcurrentHashMap<>();
    /** By host, when its losses were last explained, or its last order began if that is later: what was before is past. */
    private final Map<String, Base> losses = new ConcurrentHashMap<>();

    private final Map<String, Long> said = new ConcurrentHashMap<>();
    /** When the last order began, of whatever hosts. */
    private volatile ServerWord serverBefore = ServerWord.NONE;

    Inquiry(Cluster cluster, Server server) {
        this.cluster = cluster;
        this.server = server;
    }

    /** An order to open is about to begin on these hosts. */
    void begin(List<String> names) throws InterruptedException {
        ServerWord word = ServerWord.of(server, false);
        serverBefore = word;
        bases(counts(names), facts(names), statistics(names), word).forEach((name, base) -> {
            orders.put(name, base);
            losses.put(name, base);
        });
    }

    /** Why the order that ended did not bring all that was asked for; empty where there is nothing to explain. */
    Optional<Verdict> verdict(List<String> names) throws InterruptedException {
        Optional<Verdict> verdict = now(names);
        verdict.ifPresent(this::saidJustNow);
        return verdict;
    }

    /** What stops the orders of all hosts, ended or not; empty also where the same was said just now. */
    Optional<Verdict> news() throws InterruptedException {
        List<String> ordered = ready().stream().filter(orders::containsKey).toList();
        return now(ordered).filter(verdict -> !saidJustNow(verdict));
    }

    private Optional<Verdict> now(List<String> names) throws InterruptedException {
        Map<String, Snapshot> counts = counts(names);
        long halfOpen = halfOpen();
        Evidence quick = evidence(counts, Map.of(), ServerWord.NONE, halfOpen, orders);
        boolean well = halfOpen <= 0
                && quick.clients().stream().allMatch(client -> client.errors().isEmpty() && !client.lateMuch());
        if (well || counts.isEmpty()) {
            return Optional.empty();
        }
        Evidence evidence = evidence(counts, facts(names), ServerWord.of(server, false), halfOpen, orders);
        Map<String, Statistics> statistics = statistics(names);
        return Diagnosis.of(evidence).map(found -> found.marked(spoilt(statistics, orders)));
    }

    /** Why connections of a host ended since that was last asked; empty also where the same was said just now. */
    Optional<Verdict> verdictOfLosses(String name) throws InterruptedException {
        Map<String, Snapshot> counts = counts(List.of(name));
        if (counts.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Facts> facts = facts(List.of(name));
        ServerWord word = ServerWord.of(server, false);
        Evidence evidence = evidence(counts, facts, word, Math.max(0, halfOpen()), losses);
        Map<String, Statistics> statistics = statistics(List.of(name));
        List<String> spoilt = spoilt(statistics, losses);
        losses.putAll(bases(counts, facts, statistics, word));
        return Diagnosis.of(evidence.ofEnded())
                .filter(verdict -> !saidJustNow(verdict))
                .map(verdict -> verdict.marked(spoilt));
    }

    private static Map<String, Base> bases(
            Map<String, Snapshot> counts,
            Map<String, Facts> facts,
            Map<String, Statistics> statistics,
            ServerWord word) {
        Map<String, Base> bases = new LinkedHashMap<>();
        counts.forEach((host, now) -> bases.put(
                host,
                new Base(
                        now,
                        facts.getOrDefault(host, Facts.NONE),
                        statistics.getOrDefault(host, Statistics.NONE),
                        word)));
        return bases;
    }

    /** What in the hosts' own processes has spoilt their numbers since {@code bases}. */
    private static List<String> spoilt(Map<String, Statistics> now, Map<String, Base> bases) {
        List<String> spoilt = new ArrayList<>();
        now.forEach((host, statistics) ->
                spoilt.addAll(StatsRow.spoilt(host, statistics.since(bases.getOrDefault(host, Base.NONE).statistics))));
        return spoilt;
    }

    /** Whether the like was said within the last half minute; from now on it was. */
    private boolean saidJustNow(Verdict verdict) {
        Long last = said.put(verdict.cause() + " " + verdict.host(), System.nanoTime());
        return last != null && System.nanoTime() - last < QUIET_NANOS;
    }

    /** Why both ends count differently, by so many. */
    Difference difference(long difference) throws InterruptedException {
        Unanswered unanswered = statistics(ready()).values().stream()
                .map(Statistics::unanswered)
                .reduce(Unanswered.NONE, Unanswered::plus);
        return Difference.of(difference, unanswered, serverSide(ServerWord.of(server, true), serverBefore));
    }

    private Map<String, Snapshot> counts(List<String> names) throws InterruptedException {
        return answers(names, cluster::counts);
    }

    private Map<String, Statistics> statistics(List<String> names) throws InterruptedException {
        return answers(names, cluster::statistics);
    }

    private Map<String, Facts> facts(List<String> names) throws InterruptedException {
        return answers(names, name -> cluster.facts(name, false));
    }

    /** Of those who answer. */
    private static <T> Map<String, T> answers(List<String> names, Function<String, CompletableFuture<T>> question)
            throws InterruptedException {
        Map<String, CompletableFuture<T>> asked = new LinkedHashMap<>();
        names.forEach(name -> asked.put(name, question.apply(name)));
        return HostAnswers.within(SECONDS, asked).done();
    }

    /** What all hosts hold less what the server has accepted, once that has settled; 0 where they can't be compared. */
    private long halfOpen() throws InterruptedException {
        long end = System.nanoTime() + SETTLE_NANOS;
        long difference = difference();
        while (difference > 0 && System.nanoTime() < end) {
            Thread.sleep(AGAIN_MILLIS);
            difference = difference();
        }
        return difference;
    }

    private long difference() throws InterruptedException {
        long held = counts(ready()).values().stream()
                .mapToLong(Snapshot::established)
                .sum();
        ServerStatus status = held == 0 ? ServerStatus.stopped("") : ServerWord.statusOf(server);
        return status.running() ? held - status.established() : 0;
    }

    private List<String> ready() {
        return cluster.statuses().stream()
                .filter(host -> host.state() == State.READY)
                .map(HostStatus::name)
                .toList();
    }

    private Evidence evidence(
            Map<String, Snapshot> counts,
            Map<String, Facts> facts,
            ServerWord word,
            long halfOpen,
            Map<String, Base> bases) {
        List<ClientSide> clients = new ArrayList<>();
        ServerWord before = ServerWord.NONE;
        for (Map.Entry<String, Snapshot> one : counts.entrySet()) {
            Base base = bases.getOrDefault(one.getKey(), Base.NONE);
            clients.add(client(one.getKey(), one.getValue(), facts.getOrDefault(one.getKey(), Facts.NONE), base));
            before = base.server; // of one order, and so the same for all
        }
        return new Evidence(clients, serverSide(word, before), halfOpen);
    }

    private ClientSide client(String name, Snapshot now, Facts facts, Base base) {
        var config = cluster.status(name).config();
        Snapshot before = base.counts;
        return new ClientSide(
                name,
                now.established(),
                now.pings() - before.pings(),
                now.late() - before.late(),
                Reasons.difference(now.errors(), before.errors()),
                config.source(),
                cluster.targets(),
                config.client().timeout().toMillis(),
                base.facts,
                facts.withLimitsOf(base.facts));
    }

    private ServerSide serverSide(ServerWord now, ServerWord before) {
        ServerStatus status = now.status();
        return new ServerSide(
                status.running(),
                status.established(),
                status.pings() - before.status().pings(),
                Reasons.difference(status.errors(), before.status().errors()),
                cluster.targets().stream().map(Inquiry::port).toList(),
                status.listeners().stream()
                        .mapToInt(ServerStatus.Listener::backlogGiven)
                        .max()
                        .orElse(0),
                before.facts(),
                now.facts().withLimitsOf(before.facts()));
    }

    private static int port(String target) {
        return Integer.parseInt(target.substring(target.lastIndexOf(':') + 1));
    }
}
