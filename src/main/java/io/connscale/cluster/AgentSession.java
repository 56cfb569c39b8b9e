package io.connscale.cluster;

import io.connscale.cluster.config.HostConfig;
import io.connscale.cluster.config.HostConfig.ClientConfig;
import io.connscale.cluster.config.Launch;
import io.connscale.cluster.deploy.Deployment.Installation;
import io.connscale.cluster.launch.Launcher;
import io.connscale.control.AgentException;
import io.connscale.control.AgentProcess;
import io.connscale.control.AgentProcess.Silence;
import io.connscale.control.Answers;
import io.connscale.control.Message;
import io.connscale.control.Settings;
import io.connscale.control.Threads;
import io.connscale.net.Layers;
import io.connscale.stats.Snapshot;
import io.connscale.talk.TalkSettings;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session with a real process. One thread of the starters connects, copies the jar where it is missing, launches and greets;
 * closing is done by another of a pool, since a host that does not answer takes its time for that, too.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what becomes of it is told by its own futures
final class AgentSession implements Host.Session {
    private static final Logger log = LoggerFactory.getLogger(AgentSession.class);
    private static final long HELLO_SECONDS = 30;
    /** Ends at a time: each may wait seconds for a host that does not answer, of which there may be a rack. */
    private static final int MAX_CLOSING = 64;

    private static final ThreadPoolExecutor CLOSERS = new ThreadPoolExecutor(
            MAX_CLOSING, MAX_CLOSING, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Threads.numbered("closer"));

    static {
        CLOSERS.allowCoreThreadTimeOut(true);
    }

    private final HostConfig config;
    private final Launcher launcher;
    private final Installer installer;
    private final Supplier<List<String>> targets;
    private final @Nullable TalkSettings talk;
    private final Layers layers;
    private final Consumer<String> notices;
    private final ExecutorService starters;
    private final CompletableFuture<Message.Hello> ready = new CompletableFuture<>();
    private final CompletableFuture<Ending> ended = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile @Nullable Future<?> start;
    private volatile @Nullable RemoteAgent agent;
    private volatile String step = "waiting";

    /**
     * Opens nothing yet.
     *
     * @param launcher this session's own
     * @param targets the server's addresses; may have to ask it
     * @param talk what is said there; null: Ping
     * @param layers what lies beneath it
     */
    AgentSession(
            HostConfig config,
            Launcher launcher,
            Installer installer,
            Supplier<List<String>> targets,
            @Nullable TalkSettings talk,
            Layers layers,
            Consumer<String> notices,
            ExecutorService starters) {
        this.config = config;
        this.launcher = launcher;
        this.installer = installer;
        this.targets = targets;
        this.talk = talk;
        this.layers = layers;
        this.notices = notices;
        this.starters = starters;
    }

    @Override
    public void begin() {
        try {
            start = starters.submit(this::start);
        } catch (RejectedExecutionException e) {
            failed(new AgentException("console is shutting down; " + config.name() + " was not started", ""));
        } catch (OutOfMemoryError e) { // no thread to start it on
            failed(named(e));
        }
    }

    private AgentException named(Throwable why) {
        AgentException known = AgentException.of(why);
        return new AgentException(config.name() + ": " + known.message(), known.hint(), why);
    }

    private void start() {
        step = "connecting";
        try {
            RemoteAgent launched = new RemoteAgent(config.name(), launch(), notices);
            agent = launched;
            if (closing.get()) { // it may have been too early to find the agent
                launched.close(stopped());
                throw stopped();
            }
            step = "waiting for its agent";
            Message.Hello greeting = within(launched.hello(), launched);
            within(launched.configure(settings(config)), launched);
            step = "";
            launched.ended().thenAccept(ended::complete);
            ready.complete(greeting);
        } catch (InterruptedException e) {
            failed(stopped()); // only closing interrupts
        } catch (AgentException e) {
            failed(e);
        } catch (RuntimeException | Error e) { // no thread left, say: whoever waits for this start has to hear of it
            log.error("start of {} failed", config.name(), e);
            failed(named(e));
        }
    }

    private void failed(AgentException why) {
        log.warn("start of {} failed: {}", config.name(), why.message());
        ready.completeExceptionally(closing.get() ? stopped() : why);
        close(why);
    }

    private AgentException stopped() {
        return new AgentException(config.name() + " was stopped while it started", "start " + config.name());
    }

    private Process launch() throws AgentException, InterruptedException {
        try {
            if (config.launch() instanceof Launch.Local) {
                return launcher.start(AgentCommand.local(config)); // this machine has this Java and this jar
            }
            Installation there = installer.install(launcher, config.java(), doing -> step = doing);
            there.facts()
                    .ignored()
                    .forEach(name -> notices.accept(config.name() + ": " + name
                            + " is ignored there; jvm: in hosts.yaml has flags for an agent"));
            return launcher.start(AgentCommand.remote(config, there));
        } catch (AgentException e) {
            throw new AgentException(config.name() + ": " + e.message(), e.hint(), e);
        }
    }

    private <T> T within(CompletableFuture<T> answer, RemoteAgent of) throws AgentException, InterruptedException {
        return Answers.within(
                HELLO_SECONDS,
                answer,
                () -> new AgentException(
                        config.name() + ": the agent said nothing for " + HELLO_SECONDS + " s" + of.said(),
                        "is the machine overloaded? try again"));
    }

    private Settings settings(HostConfig as) {
        ClientConfig client = as.client();
        return new Settings(
                targets.get(),
                as.source(),
                client.interval().toMillis(),
                client.timeout().toMillis(),
                client.rate().perSecond(),
                as.workers().max(),
                talk == null ? null : talk.from(as.name()),
                layers.isNone() ? null : layers,
                client.active() < 1 ? (Double) client.active() : null);
    }

    @Override
    public CompletableFuture<Message.Hello> ready() {
        return ready;
    }

    @Override
    public CompletableFuture<Ending> ended() {
        return ended;
    }

    @Override
    public AgentProcess agent() {
        return Objects.requireNonNull(agent);
    }

    @Override
    public String step() {
        return step;
    }

    @Override
    public Snapshot counts() {
        RemoteAgent there = agent;
        return there == null ? Snapshot.NONE : there.latest();
    }

    @Override
    public int workers() {
        RemoteAgent there = agent;
        return there == null ? 0 : there.workers();
    }

    @Override
    public @Nullable Silence silence() {
        RemoteAgent there = agent;
        return there == null ? null : there.silence();
    }

    @Override
    public CompletableFuture<Void> configure(HostConfig changed) {
        return agent().configure(settings(changed));
    }

    @Override
    public int tick() {
        RemoteAgent there = agent;
        return there == null ? 0 : there.tick();
    }

    @Override
    public String stoppedText() {
        RemoteAgent there = agent;
        return there == null ? "" : there.stoppedText();
    }

    @Override
    public CompletableFuture<Void> close(AgentException why) {
        if (closing.compareAndSet(false, true)) {
            ready.completeExceptionally(stopped());
            RemoteAgent there = agent;
            if (there != null) {
                there.beginClose(why); // its turn for the rest may be a while ahead
            }
            try {
                CLOSERS.execute(() -> end(why));
            } catch (OutOfMemoryError e) { // no thread left: it waits seconds at most
                end(why);
            }
        }
        return closed;
    }

    /** Completes when nothing of it is left. */
    CompletableFuture<Void> closed() {
        return closed;
    }

    /** For the end of the console. May block where the line to its host is dead; false where there is no process. */
    boolean kill() {
        RemoteAgent there = agent;
        if (there != null) {
            there.kill();
        }
        return there != null;
    }

    private void end(AgentException why) {
        try {
            Future<?> starting = start;
            if (starting != null) {
                starting.cancel(true);
            }
            RemoteAgent there = agent;
            if (there != null) {
                there.close(why);
            }
            launcher.close();
        } finally {
            closed.complete(null);
        }
    }

    /** Sees to it that a host has what an agent needs; the cluster has one for all its hosts, which share the jar. */
    @FunctionalInterface
    interface Installer {
        /**
         * Looks at the host and copies the jar where it is not there yet.
         *
         * @param java as {@code hosts.yaml} names it; empty to find one there
         * @param steps hears what is being done, in a few words
         */
        Installation install(Launcher launcher, Optional<String> java, Consumer<String> steps)
                throws AgentException, InterruptedException;
    }
}
