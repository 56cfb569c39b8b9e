package io.connscale.api;

import io.connscale.cluster.Cluster;
import io.connscale.cluster.HostStatus;
import io.connscale.cluster.HostStatus.State;
import io.connscale.cluster.RemoteServer;
import io.connscale.cluster.config.HostSource;
import io.connscale.cluster.config.HostsFile;
import io.connscale.cluster.config.HostsFileException;
import io.connscale.cluster.config.Launch;
import io.connscale.control.Agent;
import io.connscale.control.Agent.OpenRequest;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.Experiment;
import io.connscale.control.Message;
import io.connscale.control.Quantity;
import io.connscale.control.Rate;
import io.connscale.control.Server;
import io.connscale.control.ServerStatus;
import io.connscale.control.TargetReading;
import io.connscale.diagnosis.BothEnds;
import io.connscale.diagnosis.CapacityCheck;
import io.connscale.diagnosis.Moments;
import io.connscale.diagnosis.Readings;
import io.connscale.kernel.Facts;
import io.connscale.kernel.Routes;
import io.connscale.limits.Difference;
import io.connscale.stats.Counted;
import io.connscale.stats.Statistics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The server and the hosts of one {@code hosts.yaml}, as a program drives them:
 *
 * <pre>{@code
 * try (var scale = Connscale.open(Path.of("hosts.yaml"))) {
 *     var client1 = scale.start("client1");
 *     var opened = client1.open(10_000);
 *     System.out.println(opened.verdict());
 *     System.out.println(scale.count() + " " + scale.stats().roundTrip().p99());
 *     client1.close(5);
 * }
 * }</pre>
 *
 * <p>What takes a list of hosts begins it on all of them side by side and returns at once what can be waited for: the console's
 * commands are made of these.
 */
public final class Connscale implements AutoCloseable {
    /** As a number of connections to close: all, those that are still being opened, too. */
    public static final long ALL = Quantity.MAX;

    /** Longer than any agent needs that is still there, for what is answered at once; one that is silent is given up sooner. */
    private static final Duration AT_ONCE = Duration.ofSeconds(30);
    /** Each start is bounded by itself, and only so many run side by side: this is for a thousand hosts. */
    private static final Duration STARTS = Duration.ofHours(1);
    /** Closing a million connections takes a while. That the agent lives bounds it. */
    private static final Duration CLOSES = Duration.ofDays(10_000);

    private static final Duration EVERY = Duration.ofSeconds(1);

    private final Parts parts;
    private final Samples samples;
    private final Consent consent = new Consent();
    /** Those that go on. */
    private final List<Opening> openings = new CopyOnWriteArrayList<>();

    private Connscale(Parts parts) {
        this.parts = parts;
        this.samples = new Samples(parts, EVERY);
    }

    /** Reads the file and starts the server, unless the file says {@code autostart: false} or {@code target:}; no agent runs yet. */
    public static Connscale open(Path hostsFile) {
        return open(hostsFile, User.NOBODY);
    }

    /**
     * As above.
     *
     * @param user is told of what happens meanwhile
     */
    public static Connscale open(Path hostsFile, User user) {
        Parts parts;
        try {
            parts = Parts.of(HostsFile.read(hostsFile), user);
        } catch (HostsFileException e) {
            throw new ConnscaleException(String.valueOf(e.getMessage()), "");
        }
        Connscale scale = new Connscale(parts);
        try {
            Optional<AgentException> failure = waiting(parts::autostart);
            if (failure.isPresent()) {
                throw ConnscaleException.of(failure.get());
            }
            return scale;
        } catch (ConnscaleException e) {
            scale.close();
            throw e;
        }
    }

    /** A view of what the console runs; closing it is the console's. */
    public static Connscale of(Parts parts) {
        return new Connscale(parts);
    }

    // What is recorded

    /** Both ends once per second, for as long as somebody listens: one stream for all. */
    public Samples samples() {
        return samples;
    }

    /** The same at another pace, for one listener. */
    public Samples samples(Duration every) {
        return every.equals(EVERY) ? samples : new Samples(parts, every);
    }

    /** Moments one by one, for who asks for them himself. */
    public Moments moments() {
        return new Moments(parts.cluster(), parts.server());
    }

    /** Records what this does, from {@link Recording#begin} on; to be closed before this is. */
    public Recording recording(Recording.Options options) {
        return new Recording(parts, samples, options);
    }

    // Hosts

    /** The hosts of the file, in its order. */
    public List<String> hosts() {
        return parts.cluster().names();
    }

    /** Those of them that {@code client1}, {@code client*}, {@code client[1-4]} and {@code all} mean, each once. */
    public List<String> hosts(List<String> patterns) {
        return waiting(() -> parts.cluster().select(patterns));
    }

    /** The same, where those that {@code from:} lists are listed first, if they may be meant: for a start. Waits for the commands that list them. */
    public List<String> listed(List<String> patterns) {
        return waiting(() -> {
            parts.cluster().list(patterns);
            return parts.cluster().select(patterns);
        });
    }

    /** The host whose agent our server runs in; empty where it is this process's. */
    public Optional<String> serverHost() {
        return parts.server() instanceof RemoteServer there ? Optional.of(there.host()) : Optional.empty();
    }

    /**
     * What a command printed that ends within half a minute, on a host's machine as {@code hosts.yaml} reaches it, or on this one. Waits.
     *
     * @param host empty: this machine
     */
    public String run(Optional<String> host, List<String> command) {
        return waiting(() -> parts.cluster().run(host, command));
    }

    /** By name, the patterns that each group of hosts means. */
    public Map<String, List<String>> groups() {
        return parts.cluster().groups();
    }

    /** Of {@code from:}, what was not listed yet, in words. */
    public List<String> unlisted() {
        return parts.cluster().unlisted().stream().map(HostSource::toString).toList();
    }

    /** What {@code typed} may become in order to mean some of {@code names}, where it is a list or has a bracket, too: what Tab offers. */
    public static List<String> completions(String typed, List<String> names) {
        return Cluster.completions(typed, names);
    }

    /** The hosts now, in the file's order; nobody is asked. */
    public List<HostState> states() {
        return parts.cluster().statuses().stream().map(HostState::of).toList();
    }

    /** One of them. */
    public HostState state(String host) {
        known(host);
        return HostState.of(parts.cluster().status(host));
    }

    /** Those whose agent is ready. */
    public List<String> ready() {
        return parts.cluster().ready();
    }

    /** Those that hold connections, or have lost some: those that {@link #count()} asks. */
    public List<String> counting() {
        return parts.cluster().counting();
    }

    /** Launches the agent there and waits until it is ready; one that is ready already stays. */
    public Client start(String host) {
        only(start(List.of(host)));
        return new Client(this, host);
    }

    /** Launches agents. Each step of a start is bounded by itself. */
    public Pending<Started> start(List<String> hosts) {
        return pending(hosts, STARTS, host -> {
            HostStatus status = parts.cluster().status(host);
            Message.Hello ready = status.state() == State.READY ? status.hello() : null;
            if (ready != null) {
                return CompletableFuture.completedFuture(Started.of(ready, status.launcher(), 0));
            }
            long begin = System.nanoTime();
            return parts.cluster()
                    .start(host)
                    .thenApply(hello -> Started.of(hello, status.launcher(), System.nanoTime() - begin));
        });
    }

    /** The host whose agent was started before. */
    public Client client(String host) {
        agents(List.of(host));
        return new Client(this, host);
    }

    /** Ends agents, those that are being started, too; of each whether there was one. */
    public Pending<Boolean> stop(List<String> hosts) {
        return pending(hosts, AT_ONCE, parts.cluster()::stop);
    }

    void stopped(String host) {
        only(stop(List.of(host)));
    }

    private void known(String host) {
        if (!hosts().contains(host)) {
            throw new ConnscaleException("no host " + host, "hosts are " + String.join(", ", hosts()));
        }
    }

    private Map<String, Agent> agents(List<String> hosts) {
        hosts.forEach(this::known);
        return waiting(() -> parts.cluster().agents(hosts));
    }

    // Connections

    /**
     * Begins to open connections, where the server runs that should and no machine's memory would be used up; has the server make
     * room for them first, which takes seconds for each ten processes or so. Another limit that will be reached is a notice.
     *
     * @param hosts each with an agent that is ready
     */
    public Opening open(List<String> hosts, Opening.Request request) {
        Map<String, Agent> agents = agents(hosts);
        return waiting(() -> {
            parts.refuseWithoutServer();
            List<String> names = List.copyOf(agents.keySet());
            long[] shares = OpenRequest.shares(request.count(), names.size());
            Map<String, Long> counts = new LinkedHashMap<>();
            for (int i = 0; i < shares.length; i++) {
                counts.put(names.get(i), request.inTotal() ? shares[i] : request.count());
            }
            Map<String, Rate> rates = rates(counts, request);
            Map<String, Long> more = new LinkedHashMap<>(counts);
            if (request.keep().isPresent()) { // those that are there are among them
                more.replaceAll((host, count) -> Math.max(0, count - state(host).established()));
            }
            CapacityCheck.begin(parts.diagnostics(), more, request.rate(), request.force(), parts.user()::notice);
            long sum = more.values().stream().mapToLong(Long::longValue).sum();
            Answers.within(Server.START_SECONDS, parts.server().makeRoom(sum));
            Opening opening = new Opening(parts, agents, counts, request, rates);
            openings.removeIf(one -> one.remaining() == 0);
            openings.add(opening);
            return opening;
        });
    }

    /** By host, where it is not the agent's own; once the user agrees to what goes to a public network. */
    private Map<String, Rate> rates(Map<String, Long> counts, Opening.Request request)
            throws AgentException, InterruptedException {
        Map<String, Rate> rates = new LinkedHashMap<>();
        Rate asked = request.rate();
        if (asked != null) {
            counts.keySet().forEach(host -> rates.put(host, asked));
        }
        List<String> targets = parts.cluster().targets();
        List<String> outside = consent.outside(targets);
        if ((outside.isEmpty() && !Consent.haveNames(targets)) || !isForeign()) {
            return rates;
        }
        outside = withOthers(outside, targets, counts.keySet());
        if (outside.isEmpty()) {
            return rates;
        }
        String name = parts.server().foreign().orElse(targets.get(0));
        Consent.Plan plan =
                new Consent.Plan(name, counts, request, parts.cluster().statuses(), remaining());
        consent.require(plan, outside, parts.user());
        counts.keySet().forEach(host -> rates.put(host, plan.rate(host)));
        return rates;
    }

    /** And as each host elsewhere resolves them that is to connect to them. */
    private List<String> withOthers(List<String> outside, List<String> targets, Set<String> hosts)
            throws InterruptedException {
        if (!Consent.haveNames(targets)) {
            return outside;
        }
        List<String> elsewhere = hosts.stream()
                .filter(host -> !(parts.cluster().status(host).config().launch() instanceof Launch.Local))
                .toList();
        Map<String, Facts> known = Answers.each(
                        Answers.ask(elsewhere, parts.cluster()::factsWithRoutes), System.nanoTime() + AT_ONCE.toNanos())
                .done();
        List<String> all = new ArrayList<>(outside);
        elsewhere.forEach(host -> {
            Routes routes = known.getOrDefault(host, Facts.NONE).routes();
            all.addAll(consent.outside(host, routes == null ? null : routes.targets()));
        });
        return all;
    }

    private long remaining() {
        return openings.stream().mapToLong(Opening::remaining).sum();
    }

    /** With {@code autostart: false} our own server may be none of ours, too. */
    private boolean isForeign() throws AgentException, InterruptedException {
        return parts.server().foreign().isPresent()
                || !Answers.within(Server.ANSWER_SECONDS, parts.server().status())
                        .running();
    }

    Opened opened(String host, Opening.Request request) {
        Opening opening = open(List.of(host), request);
        return waiting(() -> {
            try {
                Opened opened = opening.result();
                for (ConnscaleException why : opened.failures().values()) {
                    throw why;
                }
                return opened;
            } catch (InterruptedException e) {
                opening.stop();
                throw e;
            }
        });
    }

    /** Closes the {@code count} oldest connections on each host, or as many as there are. */
    public Pending<Closed> close(long count, List<String> hosts) {
        Map<String, Agent> agents = agents(hosts);
        return pending(List.copyOf(agents.keySet()), CLOSES, host -> {
            Agent agent = Objects.requireNonNull(agents.get(host));
            CompletableFuture<Agent.Closed> closing =
                    count == ALL ? agent.stopOpening().thenCompose(done -> agent.close(count)) : agent.close(count);
            return closing.thenApply(Closed::of);
        });
    }

    long closed(String host, long count) {
        return only(close(count, List.of(host))).stopped();
    }

    /**
     * A search for the most connections that these hosts and the server hold; {@link Maximum#run} searches.
     *
     * @param hosts each with an agent that is ready; what they hold counts
     */
    public Maximum maximum(List<String> hosts, Maximum.Request request, Maximum.Listener listener) {
        return maximum(Maximum.Of.CONNECTIONS, hosts, request, listener);
    }

    /** A search for the most new connections per second that all of them come up at; hosts as above, which hold none. */
    public Maximum maximumRate(List<String> hosts, Maximum.Request request, Maximum.Listener listener) {
        return maximum(Maximum.Of.RATE, hosts, request, listener);
    }

    private Maximum maximum(Maximum.Of of, List<String> hosts, Maximum.Request request, Maximum.Listener listener) {
        return new Maximum(of, this, parts, List.copyOf(agents(hosts).keySet()), request, listener);
    }

    // What they do

    /** What each host's connections do, and those that it will open. */
    public Map<String, HostSettings> settings() {
        Map<String, HostSettings> settings = new LinkedHashMap<>();
        hosts().forEach(host -> settings.put(host, settings(host)));
        return settings;
    }

    private HostSettings settings(String host) {
        return HostSettings.of(parts.cluster().status(host).config().client());
    }

    /** Changes it now, for running connections too. */
    public Pending<HostSettings> set(List<String> hosts, UnaryOperator<HostSettings> change) {
        return pending(
                hosts,
                AT_ONCE,
                host -> parts.cluster()
                        .change(host, now -> change.apply(HostSettings.of(now)).config())
                        .thenApply(done -> settings(host)));
    }

    void pings(String host, Duration interval, Duration timeout) {
        only(set(List.of(host), now -> now.withInterval(interval).withTimeout(timeout)));
    }

    // The server

    /** The server now. */
    public ServerState server() {
        return ServerState.of(status());
    }

    private ServerStatus status() {
        return waiting(
                () -> Answers.within(Server.ANSWER_SECONDS, parts.server().status()));
    }

    /** Somebody else's server that hosts connect to, with what is said to it; empty where the server is ours. */
    public Optional<String> target() {
        return parts.server().foreign();
    }

    /** Where the server listens; empty where it does not run. */
    public List<Integer> serverPorts() {
        return server().listeners().stream().map(ServerState.Listener::port).toList();
    }

    /** Has it listen on all its ports, and agents learn them. */
    public void startServer() {
        waiting(() -> {
            parts.startServer();
            return true;
        });
    }

    /** Closes its ports and all its connections; gives how many there were. */
    public long stopServer() {
        long established = status().established();
        waiting(() -> Answers.within(Server.START_SECONDS, parts.server().stop()));
        return established;
    }

    // What is counted

    /** Connections at the server and at each host that has, or had, an agent; both ends asked at the same moment. */
    public Count count() {
        Count count = count(counting());
        for (ConnscaleException why : count.failures().values()) {
            throw why;
        }
        return count;
    }

    /** As above, of these hosts; who does not answer is among the count's failures. */
    public Count count(List<String> hosts) {
        return waiting(() -> {
            BothEnds ends = BothEnds.settled(parts.cluster(), parts.server(), hosts);
            Long difference = ends.difference();
            if (target().isPresent()) {
                return Count.ofTarget(ends);
            }
            Optional<Difference> why = difference == null || difference == 0
                    ? Optional.empty()
                    : Optional.of(parts.diagnostics().difference(difference));
            return Count.of(ends, why);
        });
    }

    Count.Host counts(String host) {
        return Count.Host.of(within(parts.cluster().counts(host)));
    }

    /** What all agents have counted and timed since they were started. */
    public Stats stats() {
        return waiting(() -> {
            Readings now = Readings.ofHosts(parts.cluster(), counting());
            for (AgentException why : now.hosts().failed().values()) {
                throw why;
            }
            return Stats.of(now.hosts().done().values().stream()
                    .map(Counted::statistics)
                    .reduce(Statistics.NONE, Statistics::plus));
        });
    }

    Stats stats(String host) {
        return Stats.of(within(parts.cluster().statistics(host)));
    }

    // What the console's own pages show in full. These types are of the packages below, and no part of the contract.

    /** Somebody else's server as it is read where it runs; fails with the reason where it is not. */
    public CompletableFuture<TargetReading> targetReading() {
        return parts.server().reading();
    }

    /**
     * All that these hosts' agents, and those before them, have counted and timed, at one moment; of a lost one the counts alone.
     *
     * @param server whether the server is asked, too
     */
    public Readings readings(List<String> hosts, boolean server) throws InterruptedException {
        return server
                ? Readings.ofBothEnds(parts.cluster(), parts.server(), hosts)
                : Readings.ofHosts(parts.cluster(), hosts);
    }

    /** Begins an experiment with the kernel of a host whose agent is ready. */
    public Experimenting experiment(String host, Experiment wanted) throws InterruptedException {
        known(host);
        return new Experimenting(parts.cluster(), host, wanted);
    }

    /**
     * Has nodes of an overlay listen on these hosts, none connected yet; the result is to be closed. The hosts' agents are ready and
     * hold no connections.
     *
     * @param nodes in all
     * @param perNode connections that each is to have
     */
    public Overlay overlay(List<String> hosts, long nodes, long perNode) {
        hosts.forEach(this::known);
        if (target().isPresent()) {
            throw new ConnscaleException(
                    "agents say to target: what is said there, and an overlay's nodes know Ping alone",
                    "use a hosts.yaml without target:");
        }
        return waiting(() -> {
            Overlay overlay = new Overlay(parts.cluster(), hosts, nodes, perNode);
            boolean listening = false;
            try {
                overlay.listen();
                listening = true;
                return overlay;
            } finally {
                if (!listening) {
                    overlay.close();
                }
            }
        });
    }

    /** Ends the agents and the server; within seconds. */
    @Override
    public void close() {
        parts.close();
    }

    private <T> Pending<T> pending(List<String> hosts, Duration max, Function<String, CompletableFuture<T>> question) {
        hosts.forEach(this::known);
        return new Pending<>(Answers.ask(hosts, question), max);
    }

    private static <T> T only(Pending<T> pending) {
        return waiting(pending::result).only();
    }

    private interface Blocking<T> {
        T call() throws AgentException, ExecutionException, InterruptedException;
    }

    private static <T> T waiting(Blocking<T> call) {
        try {
            return call.call();
        } catch (AgentException | ExecutionException e) {
            throw ConnscaleException.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ConnscaleException.interrupted(e);
        }
    }

    private static <T> T within(CompletableFuture<T> asked) {
        long seconds = AT_ONCE.toSeconds();
        return waiting(() -> Answers.within(
                seconds, asked, () -> new AgentException("no answer within " + seconds + " s", "hosts shows states")));
    }
}
