package io.connscale.server;

import io.connscale.control.AgentException;
import io.connscale.control.AgentProcess;
import io.connscale.control.Answers;
import io.connscale.control.Server;
import io.connscale.control.ServerSettings;
import io.connscale.control.ServerStatus;
import io.connscale.control.Threads;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.net.Transport;
import io.connscale.stats.Statistics;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Ping/Pong server: listens on all its ports or on none, and may be stopped and started again at once. It is in this process,
 * and in others beside it where there are to be more connections than one process has file descriptors for.
 *
 * <p>Starts, stops and growth are tasks of one thread, which may block; it is there while the server may grow by itself, and for
 * the tasks. How the server is is asked on any thread.
 */
// A task that is cancelled ends by itself. A future is itself alone.
@SuppressWarnings({"FutureReturnValueIgnored", "CollectionUndefinedEquality"})
public final class PingPongServer implements Server {
    private static final Logger log = LoggerFactory.getLogger(PingPongServer.class);
    private static final long CLOSE_SECONDS = 20;

    private volatile ServerSettings settings;
    private final Transport transport;
    private final AgentProcess.Starter starter;
    private final Consumer<String> notices;
    private final ScheduledThreadPoolExecutor tasks = Threads.clock("server-tasks");
    /** Starts and growth that have not ended: a stop ends them. */
    private final Set<CompletableFuture<?>> underWay = ConcurrentHashMap.newKeySet();

    private volatile @Nullable ServerProcesses running;
    private volatile @Nullable AgentException refused;

    /** In this process alone. Does nothing yet. */
    public PingPongServer(ServerSettings settings, Transport transport) {
        this(settings.withWorkers(1), transport, PingPongServer::none, notice -> {});
    }

    /**
     * Does nothing yet.
     *
     * @param starter starts the further processes
     * @param notices hears what the user should know at once; must not block
     */
    public PingPongServer(
            ServerSettings settings, Transport transport, AgentProcess.Starter starter, Consumer<String> notices) {
        this.settings = settings;
        this.transport = transport;
        this.starter = starter;
        this.notices = notices;
        tasks.setKeepAliveTime(1, TimeUnit.SECONDS);
        tasks.allowCoreThreadTimeOut(true);
    }

    private static AgentProcess none(String name) throws AgentException {
        throw new AgentException("no " + name + " beside this server", "");
    }

    /** Once {@code work} is done, how the server is then. */
    private CompletableFuture<ServerStatus> task(Callable<?> work) {
        return Threads.call(tasks, () -> {
            work.call();
            return status().join(); // a process that is slow to say how it is counts as last heard
        });
    }

    private CompletableFuture<ServerStatus> growth(Callable<?> work) {
        CompletableFuture<ServerStatus> growing = task(work);
        underWay.add(growing);
        growing.whenComplete((done, failure) -> underWay.remove(growing));
        return growing;
    }

    @Override
    public CompletableFuture<ServerStatus> start() {
        return growth(this::startNow);
    }

    private ServerProcesses startNow() throws AgentException, InterruptedException {
        if (running != null) {
            throw Refusals.running();
        }
        refused = null;
        ServerProcesses starting = null;
        boolean started = false;
        try {
            starting = ServerProcesses.listening(settings, transport, starter, notices, tasks);
            starting.start();
            started = true;
            running = starting;
            return starting;
        } catch (AgentException e) {
            refused = e;
            throw e;
        } finally {
            if (!started && starting != null) { // nothing stays of a start that is ended while its processes start
                starting.stop();
            }
        }
    }

    @Override
    public List<Integer> ports() {
        return settings.ports();
    }

    @Override
    public void listenOn(List<Integer> ports) {
        settings = settings.withPorts(ports);
    }

    @Override
    public Optional<AgentException> refusal() {
        return Optional.ofNullable(refused);
    }

    @Override
    public CompletableFuture<ServerStatus> stop() {
        underWay.forEach(growing -> growing.cancel(true));
        ServerProcesses growing = running;
        if (growing != null) {
            growing.stopGrowing();
        }
        return task(() -> {
            ServerProcesses ending = running;
            running = null;
            refused = null;
            if (ending != null) {
                ending.stop();
            }
            return "";
        });
    }

    @Override
    public CompletableFuture<ServerStatus> status() {
        ServerProcesses now = running;
        return now == null ? CompletableFuture.completedFuture(ServerStatus.stopped(transport.name())) : now.status();
    }

    @Override
    public CompletableFuture<Facts> facts(Facts.Depth depth) {
        return Server.super
                .facts(depth)
                .thenApply(facts -> facts.with(Fact.WORKERS_ARE_LOOPS, starter.startsLoops())
                        .with(Fact.RING_REFUSED, transport.isInsteadOfRing()));
    }

    @Override
    public CompletableFuture<Statistics> statistics() {
        ServerProcesses now = running;
        return now == null ? CompletableFuture.completedFuture(Statistics.NONE) : now.statistics();
    }

    @Override
    public CompletableFuture<ServerStatus> makeRoom(long more) {
        return growth(() -> {
            ServerProcesses now = running;
            if (now != null) {
                now.makeRoom(more);
            }
            return "";
        });
    }

    @Override
    public void close() {
        try {
            Answers.within(CLOSE_SECONDS, stop());
        } catch (AgentException e) {
            log.warn("the server did not stop", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
