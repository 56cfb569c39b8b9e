package io.connscale.diagnosis;

import io.connscale.cluster.Cluster;
import io.connscale.control.Answers;
import io.connscale.control.Server;
import io.connscale.control.ServerStatus;
import io.connscale.kernel.Facts;
import io.connscale.kernel.diagnosis.ClientSide;
import io.connscale.kernel.diagnosis.Diagnosis;
import io.connscale.kernel.diagnosis.Difference;
import io.connscale.kernel.diagnosis.Evidence;
import io.connscale.kernel.diagnosis.ServerSide;
import io.connscale.kernel.diagnosis.Verdict;
import io.connscale.stats.Health;
import io.connscale.stats.Reasons;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import io.connscale.stats.Unanswered;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what a verdict needs: counts, errors and kernel's facts of both ends, now and when the last open request began. One
 * a console; commands call, and who reports losses. Waits seconds at most for who does not answer.
 */
public final class Diagnostics {
    /** The same verdict is not repeated for so long when connections go on ending. */
    static final Duration QUIET = Duration.ofSeconds(30);

    private static final long AGAIN_MILLIS = 20;

    /**
     * How long it waits.
     *
     * @param answers for all whom it asks at once
     * @param settle for both ends to agree: a connection is there for its client a moment before it is for the server
     */
    record Waits(Duration answers, Duration settle) {
        static final Waits USUAL = new Waits(Duration.ofSeconds(3), Duration.ofSeconds(1));
    }

    /**
     * The server and the kernel below it at one moment.
     *
     * @param status null: it does not answer
     */
    private record ServerSeen(@Nullable ServerStatus status, Facts facts) {
        static final ServerSeen NONE = new ServerSeen(null, Facts.NONE);

        ServerStatus counts() {
            return status == null ? ServerStatus.stopped("") : status;
        }

        ServerSide.State state() {
            if (status == null) {
                return ServerSide.State.SILENT;
            }
            return status.running() ? ServerSide.State.RUNNING : ServerSide.State.STOPPED;
        }
    }

    /** How a host and the server were at one moment. */
    private record Seen(Statistics statistics, Facts facts, ServerSeen server) {
        static final Seen NONE = new Seen(Statistics.NONE, Facts.NONE, ServerSeen.NONE);
    }

    private final Ends ends;
    private final Waits waits;
    private final LongSupplier clock;
    /** By host, when its last open request began. */
    private final Map<String, Seen> requests = new ConcurrentHashMap<>();
    /** By host, when its losses were last explained, or its last request began if that is later: what was before is past. */
    private final Map<String, Seen> losses = new ConcurrentHashMap<>();
    /** By cause and host, when that was last said. */
    private final Map<String, Long> said = new ConcurrentHashMap<>();
    /** When the last request began, of whatever hosts. */
    private volatile ServerSeen serverBefore = ServerSeen.NONE;

    public Diagnostics(Cluster cluster, Server server) {
        this(Ends.of(cluster, server), Waits.USUAL, System::nanoTime);
    }

    /** @param clock {@link System#nanoTime()}, or a test's */
    Diagnostics(Ends ends, Waits waits, LongSupplier clock) {
        this.ends = ends;
        this.waits = waits;
        this.clock = clock;
    }

    /** An open request is about to begin on these hosts. */
    public void begin(List<String> names) throws InterruptedException {
        Map<String, Seen> seen = look(names, false);
        seen.values().stream().findFirst().ifPresent(one -> serverBefore = one.server);
        requests.putAll(seen);
        losses.putAll(seen);
    }

    /** Why the request that ended did not bring all that was asked for; empty where there is nothing to explain. */
    public Optional<Verdict> verdict(List<String> names) throws InterruptedException {
        Optional<Verdict> verdict = now(names);
        verdict.ifPresent(this::say);
        return verdict;
    }

    /** What stops the requests of all hosts, ended or not; empty also where the same was said just now. */
    public Optional<Verdict> news() throws InterruptedException {
        return now(ends.ready().stream().filter(requests::containsKey).toList()).filter(this::isNew);
    }

    private Optional<Verdict> now(List<String> names) throws InterruptedException {
        long unaccepted = unaccepted();
        boolean well = unaccepted <= 0;
        for (Map.Entry<String, Snapshot> one : counts(names).entrySet()) {
            Snapshot before =
                    requests.getOrDefault(one.getKey(), Seen.NONE).statistics.counts();
            Statistics since = Statistics.of(one.getValue().since(before));
            ClientSide client = client(one.getKey(), since, Seen.NONE, Seen.NONE);
            well &= client.errors().isEmpty() && !client.lateMuch();
        }
        return well ? Optional.empty() : verdict(look(names, true), requests, unaccepted, false);
    }

    /** Why connections of a host ended since that was last asked; empty also where the same was said just now. */
    public Optional<Verdict> verdictOfLosses(String name) throws InterruptedException {
        Map<String, Seen> seen = look(List.of(name), true);
        Optional<Verdict> verdict = verdict(seen, losses, Math.max(0, unaccepted()), true);
        losses.putAll(seen);
        return verdict.filter(this::isNew);
    }

    /** @param ended whether only why connections ended that were up */
    private Optional<Verdict> verdict(
            Map<String, Seen> seen, Map<String, Seen> before, long unaccepted, boolean ended) {
        if (seen.isEmpty()) {
            return Optional.empty();
        }
        List<ClientSide> clients = new ArrayList<>();
        List<String> unreliable = new ArrayList<>();
        seen.forEach((host, now) -> {
            Seen then = before.getOrDefault(host, Seen.NONE);
            Statistics since = now.statistics.since(then.statistics);
            clients.add(client(host, since, then, now));
            Health.unreliable(since).forEach(why -> unreliable.add(host + "'s numbers are unreliable: " + why));
        });
        String first = clients.get(0).host(); // of one request, and so the server is the same for all
        ServerSide server =
                serverSide(seen.getOrDefault(first, Seen.NONE).server, before.getOrDefault(first, Seen.NONE).server);
        Evidence evidence = new Evidence(clients, server, unaccepted);
        return Diagnosis.of(ended ? evidence.ofEnded() : evidence).map(verdict -> verdict.marked(unreliable));
    }

    /** Whether the like was not said within the last half minute; now it is. */
    private boolean isNew(Verdict verdict) {
        Long last = said.get(key(verdict));
        boolean isNew = last == null || clock.getAsLong() - last >= QUIET.toNanos();
        if (isNew) {
            say(verdict);
        }
        return isNew;
    }

    private void say(Verdict verdict) {
        said.put(key(verdict), clock.getAsLong());
    }

    private static String key(Verdict verdict) {
        return verdict.cause() + " " + verdict.host();
    }

    /** Why both ends count differently, by so many. */
    public Difference difference(long difference) throws InterruptedException {
        Map<String, CompletableFuture<Statistics>> asked = Answers.ask(ends.ready(), ends::statistics);
        ServerSeen server = server(true);
        Unanswered unanswered = answers(asked, end()).values().stream()
                .map(Statistics::unanswered)
                .reduce(Unanswered.NONE, Unanswered::plus);
        return Difference.of(difference, unanswered, serverSide(server, serverBefore));
    }

    private long end() {
        return System.nanoTime() + waits.answers.toNanos();
    }

    /** By name; who has not answered at {@code end}, or has failed, is left out. */
    private static <T> Map<String, T> answers(Map<String, CompletableFuture<T>> asked, long end)
            throws InterruptedException {
        return Answers.each(asked, end).done();
    }

    /** The one answer, or {@code otherwise}. */
    private static <T> T answer(CompletableFuture<T> asked, T otherwise, long end) throws InterruptedException {
        return answers(Map.of("", asked), end).getOrDefault("", otherwise);
    }

    private Map<String, Snapshot> counts(List<String> names) throws InterruptedException {
        return answers(Answers.ask(names, ends::counts), end());
    }

    /**
     * All that is known of these hosts and of the server, asked at once: a moment of both ends. An agent that does not say all
     * that it knows in time counts with its counts.
     *
     * @param why whether an explanation is wanted: then who listens in place of a stopped server is looked for, too
     */
    private Map<String, Seen> look(List<String> names, boolean why) throws InterruptedException {
        Map<String, CompletableFuture<Snapshot>> counts = Answers.ask(names, ends::counts);
        Map<String, CompletableFuture<Statistics>> statistics = Answers.ask(names, ends::statistics);
        Map<String, CompletableFuture<Facts>> facts = Answers.ask(names, ends::facts);
        ServerSeen server = server(false);
        if (why && server.state() == ServerSide.State.STOPPED) {
            server = server(true); // somebody else may listen there
        }
        long end = end();
        Map<String, Statistics> known = answers(statistics, end);
        Map<String, Facts> kernels = answers(facts, end);
        Map<String, Seen> seen = new LinkedHashMap<>();
        for (Map.Entry<String, Snapshot> one : answers(counts, end).entrySet()) {
            String host = one.getKey();
            seen.put(
                    host,
                    new Seen(
                            known.getOrDefault(host, Statistics.of(one.getValue())),
                            kernels.getOrDefault(host, Facts.NONE),
                            server));
        }
        return seen;
    }

    /** @param thorough {@link Server#facts(boolean)} */
    private ServerSeen server(boolean thorough) throws InterruptedException {
        CompletableFuture<ServerStatus> status = ends.serverStatus();
        CompletableFuture<Facts> facts = ends.serverFacts(thorough);
        long end = end();
        Map<String, ServerStatus> answered = answers(Map.of("", status), end);
        return new ServerSeen(answered.get(""), answer(facts, Facts.NONE, end));
    }

    /** What all hosts hold less what the server has accepted, once that has settled; 0 where they can't be compared. */
    private long unaccepted() throws InterruptedException {
        long end = System.nanoTime() + waits.settle.toNanos();
        long difference = difference();
        while (difference > 0 && System.nanoTime() < end) {
            Thread.sleep(AGAIN_MILLIS);
            difference = difference();
        }
        return difference;
    }

    private long difference() throws InterruptedException {
        long held = counts(ends.ready()).values().stream()
                .mapToLong(Snapshot::established)
                .sum();
        if (held == 0) {
            return 0;
        }
        ServerStatus status = answer(ends.serverStatus(), ServerStatus.stopped(""), end());
        return status.running() ? held - status.established() : 0;
    }

    private ClientSide client(String name, Statistics since, Seen before, Seen now) {
        var config = ends.config(name);
        return new ClientSide(
                name,
                since,
                since.times().connect().count() > 0
                        ? since.times().connect()
                        : now.statistics.times().connect(),
                config.source(),
                ends.targets(),
                config.client().timeout().toMillis(),
                before.facts,
                now.facts.withLimitsOf(before.facts));
    }

    private ServerSide serverSide(ServerSeen now, ServerSeen before) {
        ServerStatus counts = now.counts();
        List<ServerStatus.Listener> listeners = counts.listeners();
        return new ServerSide(
                now.state(),
                counts.established(),
                counts.pings() - before.counts().pings(),
                Reasons.difference(counts.errors(), before.counts().errors()),
                listeners.stream()
                        .map(ServerStatus.Listener::address)
                        .distinct()
                        .toList(),
                (listeners.isEmpty()
                                ? ends.targets().stream().map(Diagnostics::port)
                                : listeners.stream()
                                        .map(
                                                ServerStatus.Listener
                                                        ::port)) // those of the targets may be mapped on the way
                        .toList(),
                listeners.stream()
                        .mapToInt(ServerStatus.Listener::backlogGiven)
                        .max()
                        .orElse(0),
                before.facts,
                now.facts.withLimitsOf(before.facts));
    }

    private static int port(String target) {
        return Integer.parseInt(target.substring(target.lastIndexOf(':') + 1));
    }
}
