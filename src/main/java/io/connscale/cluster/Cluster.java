package io.connscale.cluster;

import io.connscale.cluster.HostStatus.State;
import io.connscale.cluster.config.ClusterConfig;
import io.connscale.cluster.config.HostConfig;
import io.connscale.cluster.config.HostConfig.ClientConfig;
import io.connscale.cluster.config.Launch;
import io.connscale.cluster.config.Workers;
import io.connscale.cluster.deploy.Deployment;
import io.connscale.cluster.deploy.Deployment.Installation;
import io.connscale.cluster.deploy.Jar;
import io.connscale.cluster.launch.CommandLauncher;
import io.connscale.cluster.launch.Launcher;
import io.connscale.cluster.launch.LocalLauncher;
import io.connscale.cluster.launch.ssh.Keyring;
import io.connscale.cluster.launch.ssh.Keyring.Asker;
import io.connscale.cluster.launch.ssh.OpenSshLauncher;
import io.connscale.cluster.launch.ssh.SshLauncher;
import io.connscale.control.Agent;
import io.connscale.control.AgentException;
import io.connscale.control.Message;
import io.connscale.control.Threads;
import io.connscale.kernel.Facts;
import io.connscale.net.Layers;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import io.connscale.talk.TalkSettings;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
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

    private static final long CLOSE_SECONDS = 5;
    private static final long KILL_SECONDS = 1;

    private final Map<String, Host> hosts = new LinkedHashMap<>();
    private final int silentSeconds;
    private final Supplier<List<String>> targets;
    private final Workers serverWorkers;
    private final Layers layers;
    private final Duration serverKeepalive;
    private final ScheduledThreadPoolExecutor owner = Threads.clock("hosts");
    private final ExecutorService starters =
            Executors.newFixedThreadPool(MAX_STARTING, Threads.numbered("host-starter"));
    /** A screen that takes nothing (Ctrl-S) must hold up nobody who has something to tell. */
    private final ThreadPoolExecutor teller = Threads.queue("notices", MAX_UNTOLD);

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
        this.silentSeconds = silentSeconds;
        this.targets = targets;
        this.serverWorkers = config.server().workers();
        this.serverKeepalive = config.server().keepalive();
        teller.setRejectedExecutionHandler(new DiscardPolicy());
        owner.setKeepAliveTime(1, TimeUnit.SECONDS);
        owner.allowCoreThreadTimeOut(true); // it takes tasks after close, too: none is left without an answer
        Consumer<String> told = notice -> teller.execute(() -> notices.accept(notice));
        TalkSettings talk = config.talk().orElse(null);
        layers = config.layers();
        for (HostConfig host : config.hosts()) {
            Function<HostConfig, Host.Session> sessions = as -> opened(
                    new AgentSession(as, launchers.apply(as), this::install, targets, talk, layers, told, starters));
            hosts.put(
                    host.name(),
                    new Host(
                            host,
                            launchers.apply(host).toString(),
                            sessions,
                            this::own,
                            this::apart,
                            told,
                            name -> losses.accept(name)));
        }
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

    /** The names that words like {@code client1}, {@code client*}, {@code client[1-4]} and {@code all} mean, each once. */
    public List<String> select(List<String> words) throws AgentException {
        return HostPattern.select(words, names());
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

    /**
     * What the kernel of a host says, of the agent's process and of its machine; fails where no agent is ready.
     *
     * @param handshakes whether those that are not finished are counted too, which takes longer
     */
    public CompletableFuture<Facts> facts(String name, boolean handshakes) {
        return facts(name, id -> new Message.TakeFacts(id, handshakes ? true : null));
    }

    /** The same, with what it says of the routes from the host's sources to the server. */
    public CompletableFuture<Facts> factsWithRoutes(String name) {
        return facts(name, id -> new Message.TakeFacts(id, null, true));
    }

    private CompletableFuture<Facts> facts(String name, Function<Long, Message> request) {
        return ask(name, request, Message.FactsTaken.class).thenApply(Message.FactsTaken::facts);
    }

    /** All that a host's agent knows of its work, and what those before it had counted; of a lost one the counts alone. */
    public CompletableFuture<Statistics> statistics(String name) {
        Host host = host(name);
        try {
            Statistics before = Statistics.of(host.before());
            return host.ready().statistics().thenApply(before::plus);
        } catch (AgentException e) {
            return CompletableFuture.completedFuture(Statistics.of(host.status().counts()));
        }
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
        CompletableFuture<?>[] kills = open.stream()
                .map(session -> Threads.call("host-kill", () -> session.kill()))
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
