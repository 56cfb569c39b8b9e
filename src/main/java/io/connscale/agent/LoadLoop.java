package io.connscale.agent;

import io.connscale.control.Settings;
import io.connscale.net.Errno;
import io.connscale.net.Link;
import io.connscale.net.Links;
import io.connscale.stats.Counter;
import io.connscale.stats.Reasons;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import io.connscale.talk.Talk;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop, with their ping schedule and their counts. All methods run on that loop, save
 * {@link #snapshot()}. {@code LoadAgent} hands out orders; {@link Ramp} paces them.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what goes wrong comes up through the pipeline or the answer
final class LoadLoop {
    /** Woken this much later than planned, the loop was held up (a collection, a starved CPU, a stopped process). */
    private static final long HELD_UP = TimeUnit.MILLISECONDS.toNanos(100);
    /** After that, time to read what has come meanwhile before anything is called missing. */
    private static final long CATCH_UP = TimeUnit.MILLISECONDS.toNanos(50);
    /** Pings that are due within so long leave in one turn: a turn for each would cost more than the Pings. */
    private static final long TOGETHER = TimeUnit.MILLISECONDS.toNanos(1);
    /** Those that are to be idle are looked at again this often, until their Pong has come. */
    private static final long LEAVING_MILLIS = 50;
    /** Connections closed in one go: between two goes the loop reads and pings. */
    private static final int CLOSE_AT_ONCE = 256;
    /** For what is closed the loop waits so many turns at most; each ends some dozens. */
    private static final int CLOSING_TURNS = 10_000;

    private final EventLoop loop;
    private final Links links;
    private final Reasons reasons;
    private final PingRing ring;
    /** What connections say; null: Ping. */
    private final @Nullable Talk talk;
    /** Connections that have said what they say first, the oldest first. */
    private final AwaitedPongs opening = new AwaitedPongs();

    private final AgeQueue byAge = new AgeQueue();

    private final Counter established = new Counter();
    private final Counter connecting = new Counter();
    private final Counter failed = new Counter();
    private final Counter lost = new Counter();
    private final Counter stopped = new Counter();
    private final Counter skipped = new Counter();
    private final LoopRecord recorded = new LoopRecord();

    private final Runnable turn = guarded(this::turn);
    private @Nullable ScheduledFuture<?> wake;
    private long wakeAt = Long.MAX_VALUE;
    /** The next turn comes no earlier: until then the loop reads. */
    private long notBefore;

    private @Nullable Ramp ramp;
    /** The part of the connections that sends Pings, and what of it is not given out yet. */
    private double active;

    private double credit;

    /** With the Ping and Pong of our own server. */
    LoadLoop(Links links, Reasons reasons, int phase, Settings settings) {
        this(links, reasons, phase, settings, null);
    }

    /** @param talk null: the Ping and Pong of our own server */
    LoadLoop(Links links, Reasons reasons, int phase, Settings settings, @Nullable Talk talk) {
        this.talk = talk;
        this.loop = links.eventLoop();
        this.links = links;
        this.reasons = reasons;
        this.ring = new PingRing(
                phase, settings.interval().toNanos(), settings.timeout().toNanos(), now());
        this.notBefore = now();
        this.active = part(settings);
    }

    private static double part(Settings settings) {
        Double active = settings.active();
        return active == null ? 1 : active;
    }

    /** {@code task} for the loop's schedule. Netty keeps to itself what it throws, and connections would stand still for ever. */
    static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                Thread self = Thread.currentThread();
                self.getUncaughtExceptionHandler().uncaughtException(self, e);
            }
        };
    }

    EventLoop eventLoop() {
        return loop;
    }

    long now() {
        return System.nanoTime();
    }

    void configure(Settings settings) {
        ring.timeout(settings.timeout().toNanos());
        ring.interval(settings.interval().toNanos(), now());
        if (part(settings) != active) {
            active = part(settings);
            chooseAnew();
        }
        wakeWhenDue();
    }

    private boolean pings() {
        return talk == null || talk.pings();
    }

    /** Whether the next connection sends Pings: of however many, the part that does. */
    private boolean isNextActive() {
        credit += active;
        boolean is = credit >= 1;
        credit -= is ? 1 : 0;
        return is;
    }

    /** Another part is to send Pings. One that waits for its Pong leaves the ring with it. */
    private void chooseAnew() {
        if (!pings()) {
            return;
        }
        List<Connection> leaving = new ArrayList<>();
        byAge.forEach(connection -> {
            boolean inRing = connection.slot >= 0;
            if (isNextActive()) {
                if (!inRing) {
                    ring.add(connection, now());
                }
            } else if (inRing) {
                leaving.add(connection);
            }
        });
        leave(leaving, active);
    }

    private void leave(List<Connection> leaving, double since) {
        leaving.removeIf(connection -> {
            boolean may = !connection.awaiting;
            if (may) {
                ring.remove(connection); // which has no effect on one that has ended
            }
            return may;
        });
        if (!leaving.isEmpty() && since == active) {
            loop.schedule(guarded(() -> leave(leaving, since)), LEAVING_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /**
     * Begins a connection; how it goes is told to the ramp. Never throws.
     *
     * @param pair what {@code target} and {@code source} are to the ramp
     */
    void connect(InetSocketAddress target, @Nullable InetSocketAddress source, int pair) {
        Link link;
        recorded.attempted();
        connecting.increment();
        try {
            link = links.newLink(target);
        } catch (RuntimeException e) { // no descriptor: there is no link that could report it
            connecting.decrement();
            connectRefused(Errno.name(e));
            return;
        }
        Connection connection = talk == null ? new Connection(this, link) : new TalkingConnection(this, link, talk);
        if (ramp != null) {
            ramp.attempted(connection);
        }
        try {
            link.connect(target, source, connection);
        } catch (IOException | RuntimeException e) {
            connectRefused(connection, source, pair, Errno.name(e));
        }
    }

    private void connectRefused(Connection connection, @Nullable InetSocketAddress source, int pair, String what) {
        if (what.equals("EADDRNOTAVAIL") && source != null && !Endpoints.isOurs(source)) {
            connection.connectFailed("bind", what);
        } else if (ramp != null && (what.equals("EADDRNOTAVAIL") || what.equals("EADDRINUSE"))) {
            ramp.noPort(connection, pair, what);
            connection.stop();
        } else {
            connection.connectFailed("connect", what);
        }
    }

    /** A connection has failed, since no pair has a port left for it: attempted, though connect(2) was spared. */
    void noPort(String what) {
        recorded.attempted();
        connectRefused(what);
    }

    /** A connection failed before there was a socket. */
    private void connectRefused(String what) {
        countFailure("connect", what);
        if (ramp != null) {
            ramp.failed();
        }
    }

    private void countFailure(String where, String what) {
        failed.increment();
        reasons.countFailure(where, what);
    }

    /** From {@link Connection}: it has connected and says what it says first. */
    void opening(Connection connection) {
        if (ramp != null) {
            ramp.connected(connection);
        }
        opening.add(connection, now());
        wakeWhenDue();
    }

    /** From {@link Connection}: its TLS handshake took so long. */
    void secured(long nanos) {
        recorded.secured(nanos);
    }

    /** From {@link Connection}: that is over, well or not. */
    void leftOpening(Connection connection) {
        opening.remove(connection);
    }

    /** Stops those that say what they say first. */
    void giveUpOpening() {
        for (RingNode node = opening.oldest(); node != null; node = opening.oldest()) {
            ((Connection) node).stop();
        }
    }

    /** From {@link Connection}: it is up, {@code nanos} after its connect began. */
    void connected(Connection connection, long nanos) {
        connecting.decrement();
        established.increment();
        recorded.connected(connection, nanos);
        byAge.add(connection);
        if (pings() && (active == 1 || isNextActive())) {
            ring.add(connection, now());
            wakeWhenDue();
        }
        if (ramp != null) {
            ramp.established(connection);
        }
    }

    /** From {@link Connection}: its Ping left. */
    void sent() {
        recorded.sent();
    }

    /** From {@link Connection}: its Pong came. */
    void answered(Connection connection) {
        recorded.answered(connection, links.arrived(), ring.interval());
        ring.answered(connection);
    }

    /** From {@link Connection}: its Pong has not come in time, and it is about to end. */
    void timedOut(Connection connection) {
        recorded.timedOut(connection);
    }

    /** From {@link Connection}: an answer that is no Pong, which begins with {@code matched}. */
    void unexpected(String matched, ByteBuffer bytes) {
        recorded.unexpected(matched, bytes);
    }

    /** From {@link Connection}: it ends, and of a Pong nothing but {@code part} has come. */
    void pongBegan(String part) {
        recorded.pongBegan(part);
    }

    /** From {@link Connection}: its Ping had been answered, and another Pong came. */
    void morePongs() {
        recorded.morePongs();
    }

    /** From {@link Connection}: a server that is not ours answered so; the end's name. */
    String unexpected(String words) {
        return reasons.withText("unexpected", words);
    }

    /** From {@link Connection}: it ended without being asked to. */
    void ended(Connection connection, boolean wasEstablished, String where, String what) {
        if (wasEstablished) {
            leave(connection);
            reasons.count(where, what); // first: who sees that it is lost sees why
            lost.increment();
        } else {
            connecting.decrement();
            countFailure(where, what);
            if (ramp != null) {
                ramp.failed(connection);
            }
        }
    }

    /** From {@link Connection}: it was asked to end. */
    void stopped(Connection connection, boolean wasEstablished) {
        if (wasEstablished) {
            leave(connection);
            stopped.increment();
        } else {
            connecting.decrement();
        }
    }

    private void leave(Connection connection) {
        ring.remove(connection);
        recorded.ended(connection, now());
        established.decrement();
        byAge.ended();
        if (ramp != null) {
            ramp.freed();
        }
    }

    void start(Ramp next) {
        ramp = next;
        next.pump();
    }

    void rampDone() {
        ramp = null;
    }

    @Nullable
    Ramp ramp() {
        return ramp;
    }

    /** Those that are up or on their way up. */
    long held() {
        return established.get() + connecting.get();
    }

    AgeQueue byAge() {
        return byAge;
    }

    long[] oldestSince(int max) {
        return byAge.oldestSince(max);
    }

    /** Closes the {@code count} oldest, some at a time, then tells how many that were. */
    void closeOldest(long count, CompletableFuture<Long> closed) {
        closeOldest(count, 0, closed);
    }

    private void closeOldest(long count, long before, CompletableFuture<Long> closed) {
        long max = Math.min(count, before + CLOSE_AT_ONCE);
        for (long n = before; n < max; n++) {
            Connection oldest = byAge.oldest();
            if (oldest == null) {
                tellOnceClosed(n, CLOSING_TURNS, closed);
                return;
            }
            oldest.stop();
        }
        if (max == count) {
            tellOnceClosed(count, CLOSING_TURNS, closed);
        } else {
            inNextTurn(() -> closeOldest(count, max, closed));
        }
    }

    private void tellOnceClosed(long count, int turns, CompletableFuture<Long> closed) {
        if (links.areClosing() && turns > 0) {
            inNextTurn(() -> tellOnceClosed(count, turns - 1, closed));
        } else {
            closed.complete(count);
        }
    }

    /** Not execute(): Netty runs what that is given for up to a second before it reads again. */
    private void inNextTurn(Runnable task) {
        loop.schedule(guarded(task), 0, TimeUnit.NANOSECONDS);
    }

    private void wakeWhenDue() {
        RingNode oldest = opening.oldest();
        long due = Math.max(
                oldest == null ? ring.due() : Math.min(ring.due(), oldest.left + ring.allowed(false)), notBefore);
        if (due >= wakeAt) {
            return; // woken before that anyway
        }
        if (wake != null) {
            wake.cancel(false);
        }
        wakeAt = Math.max(due, now());
        wake = loop.schedule(turn, Math.max(0, wakeAt - now()), TimeUnit.NANOSECONDS);
    }

    private boolean heldUp(long now) {
        return now - wakeAt > HELD_UP;
    }

    private void turn() {
        long now = now();
        boolean heldUp = heldUp(now);
        recorded.lag(now - wakeAt);
        wakeAt = Long.MAX_VALUE;
        wake = null;
        opening.timeOut(now, ring.allowed(heldUp));
        ring.advance(now, heldUp);
        skipped.add(ring.skipped() - skipped.get());
        long took = now() - now;
        if (took > HELD_UP) { // in the middle of it: Pongs of what it had sent before lie unread, too
            recorded.lag(took);
            notBefore = now + took + CATCH_UP;
        } else {
            notBefore = now + (heldUp ? CATCH_UP : TOGETHER);
        }
        wakeWhenDue();
    }

    /** The counts now; any thread. */
    Snapshot snapshot() {
        return new Snapshot(
                established.get(),
                connecting.get(),
                failed.get(),
                lost.get(),
                stopped.get(),
                recorded.pings(),
                recorded.pongs(),
                skipped.get(),
                new TreeMap<>());
    }

    /** All that this loop knows of its work; on the loop. Reasons are counted elsewhere. */
    Statistics statistics() {
        if (wake != null && heldUp(now())) {
            // Pongs that came meanwhile have been read before this: what held them up is to be told with them, not
            // after them.
            wake.cancel(false);
            turn.run();
        }
        return recorded.statistics(snapshot(), ring.awaited(), ring.unanswered(now()));
    }
}
