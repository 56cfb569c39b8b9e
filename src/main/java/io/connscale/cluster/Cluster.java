package io.connscale.cluster;

import io.connscale.cluster.HostStatus.State;
import io.connscale.cluster.config.ClusterConfig;
import io.connscale.cluster.config.HostConfig;
import io.connscale.cluster.config.HostConfig.ClientConfig;
import io.connscale.cluster.config.HostSource;
import io.connscale.cluster.config.Launch;
import io.connscale.cluster.config.Workers;
import io.connscale.cluster.deploy.Deployment;
import io.connscale.cluster.deploy.Deployment.Installation;
import io.connscale.cluster.deploy.Jar;
import io.connscale.cluster.launch.CommandLauncher;
import io.connscale.cluster.launch.Launcher;
import io.connscale.cluster.launch.Listing;
import io.connscale.cluster.launch.LocalLauncher;
import io.connscale.cluster.launch.ssh.Keyring;
import io.connscale.cluster.launch.ssh.Keyring.Asker;
import io.connscale.cluster.launch.ssh.OpenSshLauncher;
import io.connscale.cluster.launch.ssh.SshLauncher;
import io.connscale.control.Agent;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.Message;
import io.connscale.control.NameRanges;
import io.connscale.control.Threads;
import io.connscale.kernel.Facts;
import io.connscale.net.Layers;
import io.connscale.stats.Counted;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import io.connscale.talk.TalkSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hosts and the agents that run there, by name. Commands call; any thread may. One thread, the owner, takes what happens to
 * the hosts one after the other, and never waits; what takes time has threads of its own.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the ticks go on until close; what goes wrong is told by the host
public final class Cluster implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Cluster.class);
    /** Starts side by side: each is the work of a processor while it lasts. */
    private static final int MAX_STARTING = 16;
    /** Notices that wait to be shown; more are dropped, the states tell all the same. */
    private static final int MAX_UNTOLD = 1000;
    /** An agent without a heartbeat for this long, though there should be one every few seconds, is lost. */
    private static final int SILENT_SECONDS = Integer.getInteger("connscale.silence", 10);

    /** More than a {@link Listing} takes. */
    private static final Duration LIST_TIME = Duration.ofMinutes(1);
    /** So long notices are gathered where there are many hosts: what many say alike is told once. */
    private static final long GATHER_MILLIS = 200;

    private static final long CLOSE_SECONDS = 5;
    private static final long KILL_SECONDS = 1;
    private static final int MAX_KILLING = 64;

    private final ClusterConfig config;
    private final Function<HostConfig, Host> hostOf;
    private final Function<HostConfig, Launcher> launchers;
    /** Those of the file, then those that its sources listed; another map where that changes. */
    private volatile Map<String, Host> hosts;
    /** By source's name, the hosts that it listed last. */
    private volatile Map<String, List<String>> listed = Map.of();

    private final int silentSeconds;
    private final Supplier<List<String>> targets;
    private final Workers serverWorkers;
    private final Layers layers;
    private final Duration serverKeepalive;
    private final ScheduledThreadPoolExecutor owner = Threads.clock("hosts");
    private final ExecutorService starters =
            Executors.newFixedThreadPool(MAX_STARTING, Threads.numbered("host-starter"));
    /** A screen that takes nothing (Ctrl-S) must hold up nobody who has something to tell. */
    private final ScheduledThreadPoolExecutor teller = Threads.clock("notices");

    private final BlockingQueue<String> untold = new ArrayBlockingQueue<>(MAX_UNTOLD);
    private final Consumer<String> notices;

    /** Those that may have a process yet, also where their host has forgotten them. */
    private final Set<AgentSession> open = ConcurrentHashMap.newKeySet();

    private volatile Consumer<String> losses = host -> {};
    private @Nullable Future<?> ticks;
    private @Nullable Deployment deployment;
    private @Nullable CompletableFuture<Void> closed;

    /**
     * A cluster without any agent yet.
     *
     * @param targets the server's addresses, asked for when an agent starts
     * @param notices hears, on a thread of its own, what the user should know at once
     * @param asker puts the questions that SSH has: an unknown host key, a passphrase
     */
    public Cluster(ClusterConfig config, Supplier<List<String>> targets, Consumer<String> notices, Asker asker) {
        this(config, targets, notices, launchers(asker), SILENT_SECONDS);
    }

    /**
     * For tests, which have launchers of their own and less time for a silent agent.
     *
     * @param launchers makes one for each start, which that closes
     * @param silentSeconds without a heartbeat, after which an agent is lost
     */
    Cluster(
            ClusterConfig config,
            Supplier<List<String>> targets,
            Consumer<String> notices,
            Function<HostConfig, Launcher> launchers,
            int silentSeconds) {
        this.config = config;
        this.launchers = launchers;
        this.silentSeconds = silentSeconds;
        this.targets = targets;
        this.serverWorkers = config.server().workers();
        this.serverKeepalive = config.server().keepalive();
        this.notices = notices;
        teller.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        owner.setKeepAliveTime(1, TimeUnit.SECONDS);
        owner.allowCoreThreadTimeOut(true); // it takes tasks after close, too: none is left without an answer
        Consumer<String> told = this::tell;
        TalkSettings talk = config.talk().orElse(null);
        layers = config.layers();
        Function<HostConfig, Host.Session> sessions = as ->
                opened(new AgentSession(as, launchers.apply(as), this::install, targets, talk, layers, told, starters));
        hostOf = host -> new Host(
                host,
                launchers.apply(host).toString(),
                sessions,
                this::own,
                this::apart,
                told,
                name -> losses.accept(name));
        Map<String, Host> ofFile = new LinkedHashMap<>();
        config.hosts().forEach(host -> ofFile.put(host.name(), hostOf.apply(host)));
        hosts = ofFile;
    }

    private void tell(String notice) {
        boolean first = untold.isEmpty();
        if (untold.offer(notice) && first) {
            long millis = hosts.size() > NameRanges.FEW ? GATHER_MILLIS : 0;
            teller.schedule(this::tellAll, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void tellAll() {
        List<String> gathered = new ArrayList<>();
        untold.drainTo(gathered);
        NameRanges.Said.fold(gathered.stream().map(NameRanges.Said::of).toList())
                .forEach(said -> notices.accept(said.text()));
    }

    private AgentSession opened(AgentSession session) {
        open.add(session);
        CompletableFuture<Void> unused = session.closed().thenRun(() -> open.remove(session));
        return session;
    }

    /** The launcher that a line of {@code hosts.yaml} means, a new one for each start. */
    private static Function<HostConfig, Launcher> launchers(Asker asker) {
        Keyring keys = new Keyring(asker); // one for all hosts: no passphrase is asked for twice at one time
        return host -> {
            Launch launch = host.launch();
            if (launch instanceof Launch.Ssh ssh) {
                return ssh.client() == Launch.SshClient.OPENSSH
                        ? new OpenSshLauncher(ssh)
                        : new SshLauncher(ssh, keys.atStart());
            }
            return launch instanceof Launch.Command command
                    ? new CommandLauncher(command.words())
                    : new LocalLauncher();
        };
    }

    private Installation install(Launcher launcher, Optional<String> java, Consumer<String> steps)
            throws AgentException, InterruptedException {
        return deployment().ensure(launcher, java, steps);
    }

    /** Made for the first host that needs it: reading the jar takes a moment. */
    private synchronized Deployment deployment() throws AgentException {
        if (deployment == null) {
            deployment = new Deployment(Jar.forAgents(tls()));
        }
        return deployment;
    }

    /** All names, in the file's order. */
    public List<String> names() {
        return List.copyOf(hosts.keySet());
    }

    /** What agents connect to, {@code host:port} for each of the server's ports; may ask the server. */
    public List<String> targets() {
        return targets.get();
    }

    /** The maximum of processes that the server may be. */
    public Workers serverWorkers() {
        return serverWorkers;
    }

    /** Whether agents connect over TLS. */
    public boolean tls() {
        return layers.tls() != null;
    }

    /** How long a client may be silent before the server's kernel asks whether it is there; zero: never. */
    public Duration serverKeepalive() {
        return serverKeepalive;
    }

    /** The names that words like {@code client1}, {@code client[1-4]}, {@code @rack1} and {@code all!client3} mean, each once. */
    public List<String> select(List<String> words) throws AgentException {
        return pattern().select(words);
    }

    private HostPattern pattern() {
        return new HostPattern(names(), groups());
    }

    /** By name, the patterns that each group means; of a source the hosts that it listed last. */
    public Map<String, List<String>> groups() {
        Map<String, List<String>> groups = new LinkedHashMap<>(config.groups());
        Map<String, List<String>> now = listed;
        config.sources().forEach(source -> groups.put(source.name(), now.getOrDefault(source.name(), List.of())));
        return groups;
    }

    /** Where further hosts come from that were not listed yet. */
    public List<HostSource> unlisted() {
        Map<String, List<String>> now = listed;
        return config.sources().stream()
                .filter(source -> !now.containsKey(source.name()))
                .toList();
    }

    /**
     * Has those sources list their hosts anew that {@code words} may mean: those that are named, or all where a word means hosts that are not
     * known. What the file itself says of a host holds; a host that is listed no more goes, unless it has an agent or has lost one. Waits
     * for the commands, which run side by side.
     *
     * @throws AgentException where one of them fails; then nothing has changed
     */
    public void list(List<String> words) throws AgentException, InterruptedException {
        Set<String> sources =
                config.sources().stream().map(HostSource::name).collect(Collectors.toCollection(LinkedHashSet::new));
        Set<String> needed = sources.isEmpty() ? sources : pattern().unknown(words, sources);
        Map<String, CompletableFuture<List<HostConfig>>> asked = new LinkedHashMap<>();
        for (HostSource source : config.sources()) {
            if (needed.contains(source.name())) {
                Listing listing = new Listing("hosts of @" + source.name(), source.list());
                asked.put(source.name(), Threads.call("list-" + source.name(), () -> source.hosts(listing.run())));
            }
        }
        if (asked.isEmpty()) {
            return;
        }
        Answers.Each<List<HostConfig>> answers;
        try {
            answers = Answers.each(asked, System.nanoTime() + LIST_TIME.toNanos());
        } finally {
            asked.values().forEach(one -> one.cancel(true));
        }
        for (AgentException failure : answers.failed().values()) {
            throw failure;
        }
        take(answers.done());
    }

    /**
     * What a command printed that ends by itself, on a host or on this machine. Waits, half a minute at most.
     *
     * @param name of the host; empty: this machine
     */
    public String run(Optional<String> name, List<String> command) throws AgentException, InterruptedException {
        try (Launcher launcher =
                name.isPresent() ? launchers.apply(host(name.get()).status().config()) : new LocalLauncher()) {
            return Listing.on(launcher, command).run();
        }
    }

    private synchronized void take(Map<String, List<HostConfig>> found) throws AgentException {
        Map<String, List<String>> lists = new LinkedHashMap<>(listed);
        found.forEach((source, of) ->
                lists.put(source, of.stream().map(HostConfig::name).toList()));
        Set<String> stay = config.hosts().stream().map(HostConfig::name).collect(Collectors.toCollection(HashSet::new));
        lists.values().forEach(stay::addAll);
        Map<String, Host> next = new LinkedHashMap<>();
        hosts.forEach((name, host) -> {
            if (stay.contains(name) || host.status().state() != State.STOPPED) {
                next.put(name, host);
            }
        });
        found.values().forEach(of -> of.forEach(host -> next.computeIfAbsent(host.name(), name -> hostOf.apply(host))));
        if (next.size() > ClusterConfig.MAX_HOSTS) {
            throw new AgentException(
                    "more than " + ClusterConfig.MAX_HOSTS + " hosts, with those that were listed",
                    "have from: in hosts.yaml list fewer");
        }
        hosts = next;
        listed = lists;
    }

    /** What {@code typed} may become in order to mean some of {@code names}, where it is a list or has a bracket, too. */
    public static List<String> completions(String typed, List<String> names) {
        return HostPattern.completions(typed, names);
    }

    /** Those of them whose agent is ready. */
    public List<String> ready() {
        return in(EnumSet.of(State.READY));
    }

    /** Those of them that hold connections, or have lost some. */
    public List<String> counting() {
        return in(EnumSet.of(State.READY, State.LOST));
    }

    private List<String> in(Set<State> states) {
        return statuses().stream()
                .filter(host -> states.contains(host.state()))
                .map(HostStatus::name)
                .toList();
    }

    public List<HostStatus> statuses() {
        return hosts.values().stream().map(Host::status).toList();
    }

    /** {@code name} is one of {@link #names()}, here and below. */
    public HostStatus status(String name) {
        return host(name).status();
    }

    private Host host(String name) {
        Host host = hosts.get(name);
        if (host == null) {
            throw new IllegalArgumentException("no host " + name);
        }
        return host;
    }

    /** Launches an agent; fails with an {@link AgentException} where that can't be done. */
    public CompletableFuture<Message.Hello> start(String name) {
        Host host = host(name);
        synchronized (this) {
            if (closed != null) {
                return CompletableFuture.failedFuture(
                        new AgentException("console is shutting down; " + name + " was not started", ""));
            }
            try {
                if (ticks == null) {
                    // With a delay, not at a rate: a console that was stopped must not make up for the seconds that it
                    // missed.
                    ticks = owner.scheduleWithFixedDelay(this::tick, 1, 1, TimeUnit.SECONDS);
                }
                return host.start();
            } catch (OutOfMemoryError e) { // no thread to start it on
                AgentException known = AgentException.of(e);
                return CompletableFuture.failedFuture(
                        new AgentException(name + ": " + known.message(), known.hint(), e));
            }
        }
    }

    private void own(Runnable task) {
        owner.execute(() -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) { // no thread left, say
                Threads.goesOn(e);
                log.error("the hosts go on", e);
            }
        });
    }

    /** What those do who wait for an outcome. Where there is no thread for it, here: nobody is to wait for an outcome in vain. */
    private void apart(Runnable task) {
        try {
            RemoteAgent.ANSWERS.execute(task);
        } catch (OutOfMemoryError e) {
            task.run();
        }
    }

    private void tick() {
        hosts.values().forEach(host -> host.tick(silentSeconds));
    }

    /** {@code told} hears the host's name each time that connections there have ended unasked; it must not wait. */
    public void onLoss(Consumer<String> told) {
        losses = told;
    }

    /** Ends the agent and waits until it has; false where there was none. */
    public CompletableFuture<Boolean> stop(String name) {
        return host(name).stop();
    }

    /** The agent that is ready there. */
    public Agent agent(String name) throws AgentException {
        return host(name).ready();
    }

    /** The agents of these hosts, by name; each must be ready. */
    public Map<String, Agent> agents(List<String> names) throws AgentException {
        Map<String, Agent> agents = new LinkedHashMap<>();
        for (String name : names) {
            agents.put(name, agent(name));
        }
        return agents;
    }

    /** Asks the agent there, about the server in it; what it answers with. Fails where no agent is ready. */
    public <T extends Message> CompletableFuture<T> ask(String name, Function<Long, Message> request, Class<T> answer) {
        try {
            return host(name).ready().ask(request, answer);
        } catch (AgentException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** What the kernel of a host says, of the agent's process and of its machine; fails where no agent is ready. */
    public CompletableFuture<Facts> facts(String name, Facts.Depth depth) {
        return facts(name, id -> new Message.TakeFacts(id, depth));
    }

    /** The same, with what it says of the routes from the host's sources to the server. */
    public CompletableFuture<Facts> factsWithRoutes(String name) {
        return facts(name, id -> Message.TakeFacts.withRoutes(id));
    }

    private CompletableFuture<Facts> facts(String name, Function<Long, Message> request) {
        return ask(name, request, Message.FactsTaken.class).thenApply(Message.FactsTaken::facts);
    }

    /** All that a host's agent knows of its work, and what those before it had counted; of a lost one the counts alone. */
    public CompletableFuture<Statistics> statistics(String name) {
        return counted(name).thenApply(Counted::statistics);
    }

    /** The same, with what tells this agent's part from that of those before it. */
    public CompletableFuture<Counted> counted(String name) {
        return host(name).counted();
    }

    /** What a host counts now: asked of its agent where there is one, else as it was left. */
    public CompletableFuture<Snapshot> counts(String name) {
        Host host = host(name);
        try {
            return host.ready().snapshot().thenApply(host.before()::plus).exceptionallyCompose(e -> left(host, e));
        } catch (AgentException e) {
            return left(host, e);
        }
    }

    private static CompletableFuture<Snapshot> left(Host host, Throwable why) {
        return host.settled()
                .thenCompose(status -> status.state() == State.READY
                        ? CompletableFuture.failedFuture(why)
                        : CompletableFuture.completedFuture(status.counts()));
    }

    /** Changes what these hosts' connections do, now and for those to come. */
    public CompletableFuture<Void> change(String name, UnaryOperator<ClientConfig> change) {
        return host(name).change(change);
    }

    /** Has what this host opens from now on come from these addresses. */
    public CompletableFuture<Void> from(String name, List<String> source) {
        return host(name).reconfigure(config -> config.from(source));
    }

    /** Has this host's next agent be as many processes as its connections need. */
    public CompletableFuture<Void> grows(String name) {
        return host(name).reconfigure(HostConfig::growing);
    }

    /** Ends all agents, side by side; returns within seconds. What has not ended then is killed. */
    @Override
    public void close() {
        ended().join();
        ExecutorService killers = Executors.newFixedThreadPool(MAX_KILLING, Threads.numbered("host-killer"));
        CompletableFuture<?>[] kills = open.stream()
                .map(session -> Threads.call(killers, session::kill))
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(kills) // on a line that is dead it may not return
                .exceptionally(failure -> null)
                .completeOnTimeout(null, KILL_SECONDS, TimeUnit.SECONDS)
                .join();
        starters.shutdownNow(); // a start whose process was not there yet finds its session closed, and ends it
        teller.shutdown();
    }

    /** Once, for all who close it. */
    private synchronized CompletableFuture<Void> ended() {
        if (closed == null) {
            if (ticks != null) {
                ticks.cancel(false);
            }
            CompletableFuture<?>[] ends =
                    hosts.values().stream().map(Host::stop).toArray(CompletableFuture<?>[]::new);
            closed = CompletableFuture.allOf(ends)
                    .thenCompose(stopped -> CompletableFuture.allOf(
                            open.stream().map(AgentSession::closed).toArray(CompletableFuture<?>[]::new)))
                    .completeOnTimeout(null, CLOSE_SECONDS, TimeUnit.SECONDS);
        }
        return closed;
    }
}
