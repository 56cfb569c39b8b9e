package io.connscale.agent;

import io.connscale.control.Agent;
import io.connscale.control.Agent.OpenRequest;
import io.connscale.control.Agent.Opened;
import io.connscale.control.AgentException;
import io.connscale.control.AgentProcess;
import io.connscale.control.Message;
import io.connscale.control.Message.CloseConnections;
import io.connscale.control.Message.Configure;
import io.connscale.control.Message.ConnectionsClosed;
import io.connscale.control.Message.ConnectionsOpened;
import io.connscale.control.Message.Done;
import io.connscale.control.Message.ExperimentTaken;
import io.connscale.control.Message.FactsTaken;
import io.connscale.control.Message.Failed;
import io.connscale.control.Message.ForeignServerTaken;
import io.connscale.control.Message.Notice;
import io.connscale.control.Message.OpenConnections;
import io.connscale.control.Message.Progress;
import io.connscale.control.Message.Request;
import io.connscale.control.Message.ServerStatusTaken;
import io.connscale.control.Message.SnapshotTaken;
import io.connscale.control.Message.StartExperiment;
import io.connscale.control.Message.StatisticsTaken;
import io.connscale.control.Message.StopExperiment;
import io.connscale.control.Message.StopOpening;
import io.connscale.control.Message.TakeExperiment;
import io.connscale.control.Message.TakeFacts;
import io.connscale.control.Message.TakeForeignServer;
import io.connscale.control.Message.TakeServerStatistics;
import io.connscale.control.Message.TakeSnapshot;
import io.connscale.control.Message.TakeStatistics;
import io.connscale.control.Rate;
import io.connscale.control.Settings;
import io.connscale.control.Threads;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.FactsReader;
import io.connscale.kernel.ForeignServerReader;
import io.connscale.kernel.ForeignServerReader.Wanted;
import io.connscale.kernel.Limits;
import io.connscale.kernel.WorkerBound;
import io.connscale.net.Layers;
import io.connscale.net.Transport;
import io.connscale.stats.Snapshot;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns requests into calls on the agent of this process, and their outcomes into answers. On the control thread. */
@SuppressWarnings("FutureReturnValueIgnored") // what goes wrong comes up through the pipeline or the answer
final class Requests implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Requests.class);

    /** Readings that wait for the one that is under way. */
    private static final int MAX_FACTS = 16;

    private static final long MAX_UNSAID = TimeUnit.SECONDS.toNanos(3);
    /** Fewer Pings are no news: to say and to read them costs as much as tens of Pings. */
    private static final long PINGS_UNSAID = 1_000;

    private final Transport transport;
    private final HostedServer server;
    private final HostedExperiments experiments;
    private final AgentProcess.Starter starter;
    private final Outbox outbox;
    private final Executor control;
    /** Reads the kernel's tables, which take seconds where there are many sockets: the control thread has to be heard of meanwhile. */
    private final ThreadPoolExecutor facts = Threads.queue("agent-facts", MAX_FACTS);

    private final ForeignServerReader foreign = new ForeignServerReader();
    private @Nullable SnapshotTaken said;
    private long saidAt = System.nanoTime() - MAX_UNSAID;

    /** Those that have not ended, by the id of their request. */
    private final Map<Long, CompletableFuture<Opened>> openings = new ConcurrentHashMap<>();

    /** As last configured; on the control thread. */
    private @Nullable Settings settings;

    private volatile @Nullable GrowingAgent agent; // there from the first configure on

    Requests(Transport transport, HostedServer server, AgentProcess.Starter starter, Outbox outbox, Executor control) {
        this.transport = transport;
        this.server = server;
        this.experiments = new HostedExperiments(starter);
        this.starter = starter;
        this.outbox = outbox;
        this.control = control;
        facts.prestartCoreThread(); // where no thread is left later, what the kernel says is wanted most
    }

    void take(Message message) {
        if (!(message instanceof Request request)) {
            log.warn("not a request: {}", message);
            return;
        }
        try {
            answer(request);
        } catch (AgentException e) {
            fail(request.id(), e);
        } catch (IllegalArgumentException e) {
            fail(request.id(), new AgentException(String.valueOf(e.getMessage()), "docs/PROTOCOL.md has the bounds"));
        } catch (RuntimeException | OutOfMemoryError e) { // without an answer the console would wait for ever
            Threads.goesOn(e);
            fail(request.id(), e);
        }
    }

    private void answer(Request request) throws AgentException {
        if (request instanceof Configure c) {
            reply(c.id(), configure(c.settings()), done -> new Done(c.id()));
        } else if (request instanceof OpenConnections o) {
            Long rate = o.ratePerSecond();
            OpenRequest open = new OpenRequest(o.count(), rate == null ? null : new Rate(rate), o.rising(), o.keep());
            CompletableFuture<Opened> opening =
                    agent().open(open, opened -> outbox.offer(new Progress(o.id(), opened)));
            openings.put(o.id(), opening);
            reply(o.id(), opening, opened -> {
                openings.remove(o.id());
                return counted(new ConnectionsOpened(o.id(), opened));
            });
        } else if (request instanceof StopOpening s) {
            reply(s.id(), stopOpening(s), done -> new Done(s.id()));
        } else if (request instanceof CloseConnections c) {
            reply(c.id(), agent().close(c.count()), closed -> counted(new ConnectionsClosed(c.id(), closed)));
        } else if (request instanceof TakeSnapshot t) {
            reply(t.id(), agent().snapshot(), snapshot -> counts(t.id(), snapshot));
        } else if (request instanceof TakeFacts t) {
            Settings known = settings;
            reply(t.id(), Threads.call(facts, () -> facts(t, known)), found -> new FactsTaken(t.id(), found));
        } else if (request instanceof TakeForeignServer t) {
            Wanted wanted = new Wanted(t.ports(), t.pid(), t.process());
            reply(
                    t.id(),
                    Threads.call("foreign-server", () -> foreign.read(wanted)),
                    found -> new ForeignServerTaken(t.id(), found));
        } else if (request instanceof TakeStatistics t) {
            reply(t.id(), agent().statistics(), statistics -> new StatisticsTaken(t.id(), statistics));
        } else if (request instanceof TakeServerStatistics t) {
            reply(t.id(), server.statistics(), statistics -> new StatisticsTaken(t.id(), statistics));
        } else if (request instanceof StartExperiment
                || request instanceof TakeExperiment
                || request instanceof StopExperiment) {
            reply(request.id(), experiments.answer(request), report -> new ExperimentTaken(request.id(), report));
        } else {
            reply(request.id(), server.answer(request), status -> new ServerStatusTaken(request.id(), status));
        }
    }

    /** One that has ended already needs no end. */
    private CompletableFuture<Void> stopOpening(StopOpening asked) throws AgentException {
        if (asked.open() == null) {
            return agent().stopOpening();
        }
        CompletableFuture<Opened> opening = openings.get(asked.open());
        return opening == null ? CompletableFuture.completedFuture(null) : agent().stopOpening(opening);
    }

    private Facts facts(TakeFacts asked, @Nullable Settings known) {
        Facts read = Boolean.TRUE.equals(asked.routes()) && known != null
                ? new FactsReader().read(known.targets(), known.sources())
                : new FactsReader().read(asked.depth());
        Facts facts = read.with(Fact.WORKERS_ARE_LOOPS, starter.startsLoops())
                .with(Fact.RING_REFUSED, transport.isInsteadOfRing());
        return known == null || known.layersOrNone().tls() == null
                ? facts
                : facts.with(Fact.TLS_NATIVE, Layers.isTlsNative() ? 1 : 0);
    }

    private CompletableFuture<Void> configure(Settings settings) throws AgentException {
        this.settings = settings;
        GrowingAgent running = agent;
        if (running != null) {
            return running.configure(settings);
        }
        Limits limits = Limits.ofThisProcess();
        Integer max = settings.workers();
        agent = new GrowingAgent(
                new LoadAgent(transport, loops(), settings),
                limits.roomHere(),
                new WorkerBound(
                        max == null ? 1 : max, limits, settings.layersOrNone().tls() != null, starter.startsLoops()),
                starter,
                notice -> outbox.offer(new Notice(notice)),
                settings);
        return CompletableFuture.completedFuture(null);
    }

    /**
     * On a small machine one loop costs the least a Ping; on a large one half of the cores are left to the kernel. One of many
     * processes is told to have one.
     */
    private static int loops() {
        int half = Runtime.getRuntime().availableProcessors() / 2;
        return Integer.getInteger("connscale.loops", Math.max(1, Math.min(8, half)));
    }

    private Agent agent() throws AgentException {
        GrowingAgent running = agent;
        if (running == null) {
            throw new AgentException("the agent has no settings yet", "send configure first");
        }
        return running;
    }

    private <T> void reply(long id, CompletableFuture<T> outcome, Function<T, Message> answer) {
        // Back on the control thread: an event loop must not wait for the channel.
        outcome.whenCompleteAsync(
                (value, failure) -> {
                    if (failure == null) {
                        outbox.send(answer.apply(value));
                    } else {
                        fail(id, failure);
                    }
                },
                control);
    }

    /** With the counts before it: should this agent be lost next, nothing else says what it held. On the control thread. */
    private Message counted(Message answer) {
        SnapshotTaken counts = counts();
        outbox.send(counts);
        said(counts);
        return answer;
    }

    private void fail(long id, Throwable failure) {
        openings.remove(id);
        log.warn("request {} failed", id, failure);
        AgentException known = AgentException.of(failure);
        outbox.send(new Failed(id, known.message(), known.hint()));
    }

    /** Null: one, as the protocol has it. */
    private @Nullable Integer processes() {
        GrowingAgent running = agent;
        int processes = running == null ? 1 : running.processes();
        return processes == 1 ? null : processes;
    }

    /**
     * Once a second: the snapshot that comes by itself, where it says something new, and every few seconds in any case, since it
     * also says that this agent is there. Without an agent there is nothing to count.
     */
    void report() {
        SnapshotTaken counts = counts();
        if (System.nanoTime() - saidAt >= MAX_UNSAID || isNews(counts)) {
            outbox.offer(counts);
            said(counts);
        }
    }

    private boolean isNews(SnapshotTaken counts) {
        return said == null
                || !Objects.equals(counts.workers(), said.workers())
                || !Objects.equals(counts.silence(), said.silence())
                || !counts.snapshot().isLike(said.snapshot(), PINGS_UNSAID);
    }

    private SnapshotTaken counts() {
        GrowingAgent running = agent;
        return counts(null, running == null ? Snapshot.NONE : running.latest());
    }

    private SnapshotTaken counts(@Nullable Long id, Snapshot snapshot) {
        GrowingAgent running = agent;
        return new SnapshotTaken(id, snapshot, processes(), running == null ? null : running.silence());
    }

    private void said(SnapshotTaken counts) {
        said = counts;
        saidAt = System.nanoTime();
    }

    @Override
    public void close() {
        experiments.close();
        facts.shutdown();
        server.close();
        GrowingAgent running = agent;
        if (running != null) {
            running.close();
        }
    }
}
