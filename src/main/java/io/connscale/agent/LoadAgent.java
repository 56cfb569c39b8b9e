package io.connscale.agent;

import io.connscale.control.Agent;
import io.connscale.control.AgentException;
import io.connscale.control.Rate;
import io.connscale.control.Settings;
import io.connscale.kernel.LoadReader;
import io.connscale.net.Links;
import io.connscale.net.Transport;
import io.connscale.net.Wire;
import io.connscale.stats.Reasons;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import io.connscale.talk.Talk;
import io.connscale.talk.TalkSettings;
import io.connscale.talk.Talks;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent that does the work in this process: its connections, spread over the event loops. Any thread may call; what an
 * open request does happens on the loops.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what goes wrong comes up through the pipeline or the answer
public final class LoadAgent implements Agent {
    private static final Logger log = LoggerFactory.getLogger(LoadAgent.class);
    /** Open requests that wait for the one that is carried out. */
    private static final int MAX_WAITING = 100;
    /** More than a process can have files for, and less than ports of many addresses, one after the other, in a day. */
    private static final long MAX_NUMBERED = 100_000_000;

    private final EventLoopGroup group;
    private final List<LoadLoop> loops = new ArrayList<>();
    private final Reasons reasons = new Reasons();
    /** Of this process. Other agents on this machine, and workers that are processes, number theirs from elsewhere on. */
    private static final AtomicLong TALKERS =
            new AtomicLong(ProcessHandle.current().pid() * MAX_NUMBERED);

    private final LoadReader load;
    private final Deque<Opening> waiting = new ArrayDeque<>();
    private Settings settings;
    private Endpoints endpoints;
    private @Nullable Opening current;
    /** Connections numbered so far. Agents side by side begin at different pairs, or else all would begin with the first. */
    private long numbered = ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);

    /**
     * @param loops event loops to spread the connections over; one suits a machine with few cores
     * @throws AgentException where an address in {@code settings} is none
     */
    public LoadAgent(Transport transport, int loops, Settings settings) throws AgentException {
        this.load = new LoadReader(!transport.ownsFiles());
        this.settings = settings;
        this.endpoints = Endpoints.of(settings.targets(), settings.sources());
        Transport used = settings.talk() == null ? transport : transport.forBytes();
        this.group = used.loops(loops, "agent-loop");
        for (int i = 0; i < loops; i++) {
            int phase = ThreadLocalRandom.current()
                    .nextInt(); // so that many rings, here and elsewhere, don't beat together
            this.loops.add(new LoadLoop(links(used, settings), reasons, phase, settings, talk(settings)));
        }
    }

    private Links links(Transport transport, Settings settings) {
        TalkSettings talk = settings.talk();
        if (talk == null) {
            return transport.links(group.next(), Wire.PING);
        }
        Long keepalive = talk.keepaliveMillis();
        int seconds = keepalive == null
                ? 0
                : Math.toIntExact(Math.max(1, Duration.ofMillis(keepalive).toSeconds()));
        return transport.links(group.next(), seconds, settings.layersOrNone());
    }

    private @Nullable Talk talk(Settings settings) {
        return settings.talk() == null ? null : Talks.of(settings.talk(), TALKERS::incrementAndGet);
    }

    @Override
    public CompletableFuture<Void> configure(Settings changed) {
        boolean otherRate;
        double share;
        try {
            Endpoints resolved = resolved(changed);
            synchronized (this) {
                otherRate = current != null && changed.ratePerSecond() != settings.ratePerSecond();
                settings = changed;
                endpoints = resolved;
                share = current == null
                        ? 0
                        : perLoop(changed.rate(), current.request()).from();
            }
        } catch (AgentException e) {
            return CompletableFuture.failedFuture(e);
        }
        return onEachLoop(loop -> {
            loop.configure(changed);
            Ramp ramp = loop.ramp();
            if (ramp != null && otherRate) { // a request may have a rate of its own, which a new interval leaves alone
                ramp.rate(share);
            }
        });
    }

    /** The same addresses are not looked up again: there may be hundreds, in each of a hundred workers. */
    private Endpoints resolved(Settings changed) throws AgentException {
        synchronized (this) {
            if (changed.targets().equals(settings.targets())
                    && changed.sources().equals(settings.sources())) {
                return endpoints;
            }
        }
        return Endpoints.of(changed.targets(), changed.sources());
    }

    /** A small open request is not on all loops. */
    private RateLaw perLoop(Rate rate, OpenRequest request) {
        return RateLaw.of(rate, request, 1.0 / Math.min(loops.size(), request.count()));
    }

    private CompletableFuture<Void> onEachLoop(Consumer<LoadLoop> task) {
        return CompletableFuture.allOf(loops.stream()
                .map(loop -> CompletableFuture.runAsync(() -> task.accept(loop), loop.eventLoop()))
                .toArray(CompletableFuture[]::new));
    }

    /** A name may have other addresses by now; where it has none any more the last ones count. */
    private void lookUpAgain() {
        Settings now;
        synchronized (this) {
            now = settings;
        }
        if (now.targets().stream().noneMatch(Endpoints::isName)) {
            return;
        }
        try {
            Endpoints fresh = Endpoints.of(now.targets(), now.sources());
            synchronized (this) {
                endpoints = settings.equals(now) ? fresh : endpoints;
            }
        } catch (AgentException e) {
            log.warn("the server's name: {}", e.message());
        }
    }

    @Override
    public CompletableFuture<Opened> open(OpenRequest request, Consumer<Opened> progress) {
        lookUpAgain();
        return enqueue(request, progress);
    }

    private synchronized CompletableFuture<Opened> enqueue(OpenRequest request, Consumer<Opened> progress) {
        if (waiting.size() >= MAX_WAITING) {
            return CompletableFuture.failedFuture(new AgentException(
                    MAX_WAITING + " orders to open connections are waiting", "wait until they are carried out"));
        }
        Opening opening = new Opening(request, progress, reasons);
        waiting.add(opening);
        startNext();
        return opening.answer();
    }

    private synchronized void startNext() {
        Opening next = current == null ? waiting.poll() : null;
        if (next == null) {
            return;
        }
        current = next;
        next.answer().whenComplete((opened, failure) -> {
            synchronized (this) {
                current = null;
            }
            startNext();
        });
        Rate rate = next.request().rate();
        next.start(loops, endpoints, numbered, perLoop(rate == null ? settings.rate() : rate, next.request()));
        numbered += next.request().count();
    }

    @Override
    public CompletableFuture<Void> stopOpening(CompletableFuture<Opened> opening) {
        Optional<Opening> given;
        Opening running;
        synchronized (this) {
            given = waiting.stream().filter(one -> one.answer() == opening).findFirst();
            given.ifPresent(waiting::remove);
            running = current;
        }
        given.ifPresent(Opening::giveUp);
        return running != null && running.answer() == opening
                ? running.stop()
                : CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> stopOpening() {
        List<Opening> given;
        Opening running;
        synchronized (this) {
            given = new ArrayList<>(waiting);
            waiting.clear();
            running = current;
        }
        given.forEach(Opening::giveUp);
        return running == null ? CompletableFuture.completedFuture(null) : running.stop();
    }

    @Override
    public CompletableFuture<Closed> close(long count) {
        if (count < 0) {
            return CompletableFuture.failedFuture(
                    new AgentException(count + " connections can't be closed", "give a number that is not below 0"));
        }
        int max = (int) Math.min(count, Integer.MAX_VALUE);
        List<CompletableFuture<long[]>> ages = loops.stream()
                .map(loop -> CompletableFuture.supplyAsync(() -> loop.oldestSince(max), loop.eventLoop()))
                .toList();
        return CompletableFuture.allOf(ages.toArray(CompletableFuture[]::new))
                .thenCompose(known -> closeShares(AgeQueue.shares(
                        count, ages.stream().map(CompletableFuture::join).toList())));
    }

    private CompletableFuture<Closed> closeShares(long[] shares) {
        List<CompletableFuture<Long>> parts = new ArrayList<>();
        for (int i = 0; i < shares.length; i++) {
            CompletableFuture<Long> closed = new CompletableFuture<>();
            parts.add(closed);
            LoadLoop loop = loops.get(i);
            long share = shares[i];
            loop.eventLoop().execute(() -> loop.closeOldest(share, closed));
        }
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(done -> {
            long closed = parts.stream().mapToLong(CompletableFuture::join).sum();
            return new Closed(closed, counts().established());
        });
    }

    @Override
    public CompletableFuture<Snapshot> snapshot() {
        return CompletableFuture.completedFuture(counts());
    }

    private Snapshot counts() {
        return loops.stream().map(LoadLoop::snapshot).reduce(reasonsAlone(), Snapshot::plus);
    }

    private Snapshot reasonsAlone() {
        return new Snapshot(0, 0, 0, 0, 0, 0, 0, 0, reasons.counts(), reasons.failures());
    }

    /** Each loop copies its own on its own thread, so that recording needs no lock. */
    @Override
    public CompletableFuture<Statistics> statistics() {
        List<CompletableFuture<Statistics>> parts = loops.stream()
                .map(loop -> CompletableFuture.supplyAsync(loop::statistics, loop.eventLoop()))
                .toList();
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(done -> {
            Statistics here = load.read().plus(Statistics.of(reasonsAlone()));
            return parts.stream().map(CompletableFuture::join).reduce(here, Statistics::plus);
        });
    }

    @Override
    public void close() {
        stopOpening(); // whoever waits for a request hears how far it came
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
        load.close();
    }
}
