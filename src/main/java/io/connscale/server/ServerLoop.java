package io.connscale.server;

import io.connscale.control.ServerStatus;
import io.connscale.kernel.LoadReader;
import io.connscale.net.Errno;
import io.connscale.net.Link;
import io.connscale.net.Links;
import io.connscale.stats.Counter;
import io.connscale.stats.LoopStatistics;
import io.connscale.stats.ProcessLoad;
import io.connscale.stats.Reasons;
import io.connscale.stats.Reservoir;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import io.connscale.stats.Statistics.Unanswered;
import io.connscale.stats.TcpSample;
import io.connscale.stats.TcpSample.TcpSampling;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** An event loop of the server and what belongs to it. Its connections count here, on its thread; any thread reads the counts. */
final class ServerLoop {
    /** Connections of which the kernel is asked for {@code TCP_INFO}. */
    private static final int SAMPLED = 64;
    /** The loop has no schedule of its own: so often it looks whether it is late. */
    private static final long OFTEN_MILLIS = 100;
    /** So often while it has little to do: a look wakes it up, and each wake-up costs what several Pings do. */
    private static final long SELDOM_MILLIS = 1_000;
    /** Pings and accepted connections a second. */
    private static final long LITTLE = 1_000;

    final EventLoop loop;
    final Links links;
    final Counter established = new Counter();
    final Counter accepted = new Counter();
    final Counter pings = new Counter();
    private final Counter ended = new Counter();
    private final Reasons reasons;
    private final long up = System.nanoTime();
    private final LoopStatistics recorded = new LoopStatistics();
    private final Reservoir<Link> sample = new Reservoir<>(SAMPLED);
    private long workBefore; // at the last look
    /** How long a Ping may be unfinished, ns. */
    private final long patience;
    /** Those of which a part of a Ping has come and not the rest, and when; the longest waiting first. Mostly none: a Ping is four bytes. */
    private final Map<PingPongHandler, Long> unfinished = new LinkedHashMap<>();

    ServerLoop(Links links, Reasons reasons, long patience) {
        this.patience = patience;
        this.loop = links.eventLoop();
        this.links = links;
        this.reasons = reasons;
    }

    /** From {@link PingPongHandler}: a connection was accepted. */
    void accepted(Link link) {
        accepted.increment();
        established.increment();
        sample.add(link);
    }

    /** From {@link PingPongHandler}: it has ended after {@code nanos}. */
    void ended(Link link, long nanos) {
        sample.ended(link);
        established.decrement();
        ended.increment();
        recorded.ended(nanos);
    }

    void failed(String where, Throwable cause) {
        reasons.count(where, Errno.name(cause));
    }

    void failed(String reason) {
        reasons.count(reason);
    }

    /** From {@link PingPongHandler}: its TLS handshake took so long. */
    void secured(long nanos) {
        recorded.secured(nanos);
    }

    /** From {@link PingPongHandler}: a part of a Ping has come. */
    void unfinished(PingPongHandler connection) {
        unfinished.remove(connection); // or else it would keep the place of one that was finished
        unfinished.put(connection, System.nanoTime());
    }

    /** From {@link PingPongHandler}: the rest has come, or never will. */
    void finished(PingPongHandler connection) {
        unfinished.remove(connection);
    }

    /** Ends those whose Ping is unfinished for too long by {@code now}. */
    void endUnfinished(long now) {
        List<PingPongHandler> overdue = new ArrayList<>();
        for (Map.Entry<PingPongHandler, Long> one : unfinished.entrySet()) {
            if (now - one.getValue() < patience) {
                break;
            }
            overdue.add(one.getKey());
        }
        overdue.forEach(PingPongHandler::protocolError);
    }

    void protocolError() {
        reasons.count(ServerStatus.PROTOCOL_ERROR);
    }

    /** Begins to look whether the loop is late, until it is shut down. */
    void watch() {
        lookAfter(OFTEN_MILLIS);
    }

    private void lookAfter(long millis) {
        long due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        Future<?> unused = loop.schedule(() -> look(due, millis), millis, TimeUnit.MILLISECONDS);
    }

    private void look(long due, long afterMillis) {
        recorded.lag(System.nanoTime() - due);
        endUnfinished(System.nanoTime());
        long work = pings.get() + accepted.get();
        boolean little = work - workBefore < LITTLE * afterMillis / 1_000;
        workBefore = work;
        lookAfter(little ? SELDOM_MILLIS : OFTEN_MILLIS);
    }

    /** All that this loop knows of its work; on the loop. Reasons are counted for all loops together. */
    Statistics statistics() {
        long answered = pings.get();
        Snapshot counts = new Snapshot(established.get(), 0, 0, 0, ended.get(), answered, answered, 0, new TreeMap<>());
        ProcessLoad time = ProcessLoad.ofLoop(System.nanoTime() - up, LoadReader.threadCpuNanos());
        return new Statistics(
                counts, accepted.get(), 0, Unanswered.NONE, recorded.times(), tcp(), time, new TreeMap<>());
    }

    private TcpSample tcp() {
        TcpSampling asked = new TcpSampling();
        for (Link link : sample.now()) {
            link.tcpInfo().ifPresent(info -> asked.add(info.rttMicros(), info.retransmits()));
        }
        return asked.sample();
    }
}
