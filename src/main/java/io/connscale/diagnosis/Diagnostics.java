package io.connscale.diagnosis;

import io.connscale.cluster.Cluster;
import io.connscale.cluster.HostStatus.State;
import io.connscale.cluster.config.HostConfig;
import io.connscale.cluster.config.Workers;
import io.connscale.control.Answers;
import io.connscale.control.Rate;
import io.connscale.control.Server;
import io.connscale.control.ServerStatus;
import io.connscale.control.TargetReading;
import io.connscale.kernel.Facts;
import io.connscale.kernel.ForeignServer;
import io.connscale.limits.Allowance;
import io.connscale.limits.Catalogue;
import io.connscale.limits.Difference;
import io.connscale.limits.HostEnd;
import io.connscale.limits.Observation;
import io.connscale.limits.Processes;
import io.connscale.limits.ServerEnd;
import io.connscale.limits.Verdict;
import io.connscale.stats.Health;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Observes both ends for the catalogue of limits: all that is known of hosts and server, asked at once, and how that was when the
 * last open request began. One a console; commands call, and who reports losses. Waits seconds at most for who does not answer.
 */
public final class Diagnostics {
    /** The same verdict is not repeated for so long when connections go on ending. */
    static final Duration QUIET = Duration.ofSeconds(30);

    /** For commands that have nothing to say without an answer: longer than any agent needs that is still there. */
    private static final Duration PATIENT = Duration.ofSeconds(30);
    /** The transport with which a server is one process: several can't share a port. */
    private static final String NO_SHARED_PORTS = "nio";

    /** What is wanted of an observation. */
    public enum Look {
        /** What holds before connections are opened. */
        BEFORE,
        /** The settings: who does not answer is waited for. */
        SETTINGS,
        /** The same, with the ways to the server, and also of hosts here that are not started. */
        PLAN,
        /** An explanation: who listens in place of a stopped server, or beside one that runs, is looked for, too. */
        WHY,
        /** The same, with all of the server's sockets counted, which takes longer. */
        THOROUGH;

        private boolean patient() {
            return this == SETTINGS || this == PLAN;
        }
    }

    /**
     * How long it waits.
     *
     * @param answers for all whom it asks at once
     * @param settle for both ends to agree: a connection is there for its client a moment before it is for the server
     */
    record Waits(Duration answers, Duration settle) {
        static final Waits USUAL = new Waits(Duration.ofSeconds(3), Duration.ofSeconds(1));
    }

    /** A host and the server at an earlier moment. */
    private record Before(HostEnd host, ServerEnd server) {}

    private final Ends ends;
    private final Waits waits;
    private final LongSupplier clock;
    /** By host, when its last open request began. */
    private final Map<String, Before> requests = new ConcurrentHashMap<>();
    /** By host, when its losses were last explained, or its last request began if that is later: what was before is past. */
    private final Map<String, Before> losses = new ConcurrentHashMap<>();
    /** By cause and host, when that was last said. */
    private final Map<String, Long> said = new ConcurrentHashMap<>();
    /** When the last request began, of whatever hosts. */
    private volatile @Nullable ServerEnd serverBefore;

    private volatile @Nullable Verdict last;
    private volatile Consumer<Verdict> told = verdict -> {};

    public Diagnostics(Cluster cluster, Server server) {
        this(Ends.of(cluster, server), Waits.USUAL, System::nanoTime);
    }

    /** @param clock {@link System#nanoTime()}, or a test's */
    Diagnostics(Ends ends, Waits waits, LongSupplier clock) {
        this.ends = ends;
        this.waits = waits;
        this.clock = clock;
    }

    /** Both ends now, of these hosts. */
    public Observed observe(List<String> names, Look look) throws InterruptedException {
        Map<String, Long> none = new LinkedHashMap<>();
        names.forEach(name -> none.put(name, 0L));
        return observe(none, null, look);
    }

    /**
     * Both ends now, of which more connections are wanted: asked at once, a moment of both ends.
     *
     * @param wanted by host, how many more
     * @param rate of each host; null: as each has it
     */
    public Observed observe(Map<String, Long> wanted, @Nullable Rate rate, Look look) throws InterruptedException {
        List<String> names = List.copyOf(wanted.keySet());
        Map<String, CompletableFuture<Snapshot>> counts = Answers.ask(names, ends::counts);
        Map<String, CompletableFuture<Statistics>> statistics = Answers.ask(names, ends::statistics);
        Map<String, CompletableFuture<Facts>> facts = Answers.ask(names, name -> ends.facts(name, look == Look.PLAN));
        CompletableFuture<ServerStatus> status = ends.serverStatus();
        CompletableFuture<Facts> atServer =
                ends.serverFacts(look == Look.THOROUGH ? Facts.Depth.SOCKETS : Facts.Depth.LISTENERS);
        CompletableFuture<Optional<TargetReading>> reading = ends.reading();
        long end = System.nanoTime() + (look.patient() ? PATIENT : waits.answers).toNanos();
        Answers.Each<ServerStatus> server = Answers.each(Map.of("", status), end);
        boolean running = server.done().containsKey("") && server.done().get("").running();
        if (look == Look.WHY && server.failed().isEmpty() && !running) {
            atServer = ends.serverFacts(Facts.Depth.SOCKETS); // somebody else may listen there
            end = soon();
        }
        Map<String, Statistics> known = answers(statistics, look.patient() ? soon() : end);
        Answers.Each<Facts> kernels = Answers.each(facts, end);
        long sum = wanted.values().stream().mapToLong(Long::longValue).sum();
        Answers.Each<Optional<TargetReading>> read = Answers.each(Map.of(Ends.WHERE_IT_RUNS, reading), end);
        ServerEnd serverEnd = read.done()
                .getOrDefault(Ends.WHERE_IT_RUNS, Optional.empty())
                .map(one -> foreign(one, sum))
                .orElse(null);
        if (serverEnd == null) {
            serverEnd = serverEnd(server.done().get(""), answer(atServer, Facts.NONE, end), sum);
            if (look == Look.WHY && serverEnd.isCrowded()) {
                serverEnd = serverEnd(
                        server.done().get(""),
                        answer(ends.serverFacts(Facts.Depth.SOCKETS), serverEnd.now(), soon()),
                        sum);
            }
        }
        List<HostEnd> hosts = new ArrayList<>();
        answers(counts, end)
                .forEach((name, snapshot) -> hosts.add(hostEnd(
                        name,
                        known.getOrDefault(name, Statistics.of(snapshot)),
                        kernels.done().getOrDefault(name, Facts.NONE),
                        Objects.requireNonNull(wanted.get(name)),
                        rate)));
        return new Observed(
                new Observation(hosts, serverEnd, 0),
                kernels.failed(),
                Optional.ofNullable(server.failed().get(""))
                        .or(() -> Optional.ofNullable(read.failed().get(Ends.WHERE_IT_RUNS))));
    }

    /** An agent that does not say all that it knows in time counts with its counts. */
    private long soon() {
        return System.nanoTime() + waits.answers.toNanos();
    }

    /** What each limit allows beyond what the ends have, as far as their kernels were heard. */
    public List<Allowance> allowances(Moment now) {
        List<HostEnd> hosts = new ArrayList<>();
        now.hosts().forEach((name, heard) -> {
            boolean isThere = State.READY.toString().equals(now.states().get(name));
            if (isThere && !heard.facts().equals(Facts.NONE)) {
                hosts.add(hostEnd(name, heard.statistics(), heard.facts(), 1, null));
            }
        });
        Moment.Heard server = now.server();
        Facts atServer = server == null ? Facts.NONE : server.facts();
        return hosts.isEmpty()
                ? List.of()
                : Catalogue.ALL
                        .plan(new Observation(hosts, serverEnd(now.status(), atServer, hosts.size()), 0))
                        .allowances();
    }

    private HostEnd hostEnd(String name, Statistics seen, Facts facts, long wanted, @Nullable Rate rate) {
        HostConfig config = ends.config(name);
        Rate asked = rate == null ? config.client().rate() : rate;
        int running = ends.processes(name);
        long held = seen.counts().established();
        return new HostEnd(
                name,
                new HostEnd.Settings(
                        config.source(),
                        ends.targets(),
                        config.client().timeout().toMillis(),
                        asked.unlimited() ? Facts.UNLIMITED : asked.perSecond(),
                        ends.tls()),
                wanted,
                Processes.of(facts, max(config.workers()), running, held, running == 1 ? held : Facts.UNKNOWN),
                seen,
                seen.times().connect(),
                Facts.NONE,
                facts);
    }

    private static int max(Workers workers) {
        return workers.auto() ? Workers.MAX : workers.max();
    }

    /** @param status null: it does not answer */
    private ServerEnd serverEnd(@Nullable ServerStatus status, Facts facts, long wanted) {
        ServerStatus counts = status == null ? ServerStatus.stopped("") : status;
        List<ServerStatus.Listener> listeners = counts.listeners();
        boolean shared = !counts.transport().equals(NO_SHARED_PORTS);
        ServerEnd.Listening listening = new ServerEnd.Listening(
                listeners.stream()
                        .map(ServerStatus.Listener::address)
                        .distinct()
                        .toList(),
                listeners.isEmpty()
                        ? ends.targets().stream().map(Diagnostics::port).toList()
                        : listeners.stream().map(ServerStatus.Listener::port).toList(), // targets' may be mapped
                listeners.stream()
                        .mapToLong(ServerStatus.Listener::backlogAsked)
                        .max()
                        .orElse(Facts.UNKNOWN),
                listeners.stream()
                        .map(ServerStatus.Listener::backlogGiven)
                        .filter(Objects::nonNull)
                        .mapToLong(Integer::longValue)
                        .max()
                        .orElse(Facts.UNKNOWN),
                ends.targets().stream().map(Diagnostics::address).distinct().toList(),
                drops(listeners),
                counts.processes().stream().map(ServerStatus.ServerProcess::pid).toList(),
                ends.foreign().isEmpty() && ends.tls());
        return new ServerEnd(
                ends.foreign().isPresent()
                        ? ServerEnd.State.TARGET
                        : status == null
                                ? ServerEnd.State.SILENT
                                : status.running() ? ServerEnd.State.RUNNING : ServerEnd.State.STOPPED,
                ends.serverPlace(),
                listening,
                wanted,
                Processes.of(
                        facts,
                        shared ? max(ends.serverWorkers()) : 1,
                        Math.max(1, counts.processes().size()),
                        counts.established(),
                        counts.established()),
                counts.established(),
                counts.pings(),
                counts.errors(),
                Facts.NONE,
                facts);
    }

    private static long drops(List<ServerStatus.Listener> listeners) {
        long sum = 0;
        for (ServerStatus.Listener listener : listeners) {
            Long drops = listener.drops();
            if (drops == null) {
                return Facts.UNKNOWN;
            }
            sum += drops;
        }
        return listeners.isEmpty() ? Facts.UNKNOWN : sum;
    }

    /** Somebody else's, which is read where it runs. */
    private static ServerEnd foreign(TargetReading reading, long wanted) {
        ForeignServer now = reading.now();
        Long backlog = now.backlog();
        Long established = now.established();
        Long bytes = reading.bytesEach();
        return new ServerEnd(
                ServerEnd.State.TARGET,
                reading.host(),
                new ServerEnd.Listening(
                        List.of(),
                        now.ports(),
                        Facts.UNKNOWN,
                        backlog == null ? Facts.UNKNOWN : backlog,
                        List.of(),
                        Facts.UNKNOWN,
                        List.of(),
                        false),
                wanted,
                Processes.of(now, reading.filesEach()),
                established == null ? Facts.UNKNOWN : established,
                0,
                new TreeMap<>(),
                Facts.NONE,
                now.facts(),
                new ServerEnd.Read(now, now, bytes == null ? Facts.UNKNOWN : bytes));
    }

    private static String address(String target) {
        return target.substring(0, target.lastIndexOf(':'));
    }

    private static int port(String target) {
        return Integer.parseInt(target.substring(target.lastIndexOf(':') + 1));
    }

    /** An open request is about to begin on the hosts of this observation. */
    public void begin(Observed now) {
        Map<String, Before> moment = moment(now.observation());
        if (!moment.isEmpty()) {
            serverBefore = now.observation().server();
        }
        requests.putAll(moment);
        losses.putAll(moment);
    }

    private static Map<String, Before> moment(Observation now) {
        Map<String, Before> moment = new LinkedHashMap<>();
        now.hosts().forEach(host -> moment.put(host.name(), new Before(host, now.server())));
        return moment;
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
        BothEnds both = BothEnds.settled(ends, waits);
        boolean well = both.unaccepted() == 0 && both.elsewhere() == 0 && !both.stale();
        for (Map.Entry<String, Snapshot> one : counts(names).entrySet()) {
            Before before = requests.get(one.getKey());
            Snapshot since = before == null
                    ? one.getValue()
                    : one.getValue().since(before.host.seen().counts());
            well &= since.errors().isEmpty() && since.connecting() == 0 && !HostEnd.lateMuch(since);
        }
        return well ? Optional.empty() : verdict(observe(names, Look.WHY).observation(), requests, both, false);
    }

    /** Why connections of a host ended since that was last asked; empty also where the same was said just now. */
    public Optional<Verdict> verdictOfLosses(String name) throws InterruptedException {
        Observation seen = observe(List.of(name), Look.WHY).observation();
        Optional<Verdict> verdict = verdict(seen, losses, BothEnds.settled(ends, waits), true);
        losses.putAll(moment(seen));
        return verdict.filter(this::isNew);
    }

    /** @param ended whether only why connections ended that were up */
    private static Optional<Verdict> verdict(
            Observation now, Map<String, Before> before, BothEnds both, boolean ended) {
        if (now.hosts().isEmpty()) {
            return Optional.empty();
        }
        List<HostEnd> hosts = new ArrayList<>();
        List<String> unreliable = new ArrayList<>();
        for (HostEnd host : now.hosts()) {
            Before then = before.get(host.name());
            HostEnd since = then == null ? host : host.since(then.host);
            hosts.add(since);
            Health.unreliable(since.seen())
                    .forEach(why -> unreliable.add(host.name() + "'s numbers are unreliable: " + why));
        }
        Before first = before.get(hosts.get(0).name()); // of one request, and so the server is the same for all
        ServerEnd server = first == null ? now.server() : now.server().since(first.server);
        Observation since = new Observation(hosts, server, both.unaccepted(), both.elsewhere());
        return Catalogue.ALL.verdict(ended ? since.ofEnded() : since).map(verdict -> verdict.marked(unreliable));
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
        last = verdict;
        told.accept(verdict);
    }

    /** The verdict that was said last; empty where none was. */
    public Optional<Verdict> last() {
        return Optional.ofNullable(last);
    }

    /** {@code hears} each verdict that is said, on the thread that says it; it must not wait. */
    public void onVerdict(Consumer<Verdict> hears) {
        told = hears;
    }

    private static String key(Verdict verdict) {
        return verdict.cause() + " of " + verdict.end().process();
    }

    /** Why both ends count differently, by so many. */
    public Difference difference(long difference) throws InterruptedException {
        Observation now = observe(ends.ready(), Look.THOROUGH).observation();
        ServerEnd before = serverBefore;
        return Difference.of(
                difference,
                before == null ? now : new Observation(now.hosts(), now.server().since(before), now.unaccepted()),
                ends.keepaliveMillis());
    }

    /** By name; who has not answered at {@code end} ({@link System#nanoTime()}), or has failed, is left out. */
    private static <T> Map<String, T> answers(Map<String, CompletableFuture<T>> asked, long end)
            throws InterruptedException {
        return Answers.each(asked, end).done();
    }

    /** The one answer, or {@code otherwise}. */
    private static <T> T answer(CompletableFuture<T> asked, T otherwise, long end) throws InterruptedException {
        return answers(Map.of("", asked), end).getOrDefault("", otherwise);
    }

    private Map<String, Snapshot> counts(List<String> names) throws InterruptedException {
        return answers(Answers.ask(names, ends::counts), soon());
    }
}
