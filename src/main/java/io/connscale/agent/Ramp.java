package io.connscale.agent;

import io.connscale.control.Agent.Keep;
import io.connscale.stats.Counter;
import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One loop's share of an order to open connections: begins them at the rate, with a bounded number on their way, until
 * each is established or failed. Runs on its {@link LoadLoop}'s event loop, save the two counts.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what goes wrong comes up through the pipeline or the answer
final class Ramp {
    /** Connections on their way at once: at 20,000/s enough for a server that is 50 ms away. */
    static final int MAX_IN_FLIGHT = 1024;
    /** Begun in one go, and how long it may take: between two goes the loop reads and pings. */
    private static final int AT_ONCE = 64;

    private static final long GO = TimeUnit.MILLISECONDS.toNanos(2);
    /** While the rate changes it is looked at this often. */
    private static final long CHANGING = TimeUnit.MILLISECONDS.toNanos(20);
    /** Where connections are kept and one failed, the next is tried so much later: nothing else would slow that down. */
    private static final long AFTER_FAILURE = TimeUnit.MILLISECONDS.toNanos(100);

    private final LoadLoop loop;
    private final Endpoints endpoints;
    private final PairsInTurn pairs;
    private final long count;
    private final Runnable finished;
    private final AwaitedPongs inFlight = new AwaitedPongs();
    private int onTheirWay;

    private Throttle throttle;
    private final Pace pace;
    private final long began;
    /** Null: it was set to another rate since. */
    private @Nullable RateLaw law;
    /** What is kept; null: connections are opened once. */
    private final @Nullable Keep keep;
    /** Null until all are up that are kept. */
    private @Nullable Churn churn;

    private long notBefore;
    private long attempted;
    private final Runnable pump = LoadLoop.guarded(this::pump);
    private @Nullable Future<?> next; // the pump that is to come
    private boolean done;
    private final Counter established = new Counter();
    private final Counter failed = new Counter();

    /**
     * @param first number of the first connection, for taking pairs in turn over all loops and orders
     * @param count how many are opened, or kept
     * @param keep null: they are opened once
     * @param finished runs once, on the loop
     */
    Ramp(
            LoadLoop loop,
            Endpoints endpoints,
            long first,
            long count,
            RateLaw law,
            @Nullable Keep keep,
            Runnable finished) {
        this.loop = loop;
        this.law = law;
        this.keep = keep;
        this.began = loop.now();
        this.notBefore = began;
        this.endpoints = endpoints;
        this.pairs = new PairsInTurn(endpoints.pairs(), first, loop.now());
        this.count = count;
        this.throttle = new Throttle(law.at(0), loop.now());
        this.pace = new Pace(throttle.perSecond(), loop.now());
        this.finished = finished;
    }

    EventLoop eventLoop() {
        return loop.eventLoop();
    }

    /** How many came up so far; any thread. */
    long establishedSoFar() {
        return established.get();
    }

    /** How many never came up so far; any thread. */
    long failedSoFar() {
        return failed.get();
    }

    /** @param perSecond connections a second; infinite where unlimited */
    void rate(double perSecond) {
        law = null;
        throttle = new Throttle(perSecond, loop.now());
        pace.perSecond(throttle.perSecond(), loop.now());
        if (next != null) { // it waits for as long as the old rate made it
            next.cancel(false);
            next = null;
        }
        pumpSoon(0);
    }

    /** Begins what may begin now, and sees to it that it is called again when more may. */
    void pump() {
        next = null;
        long now = loop.now();
        boolean changing = change(now);
        if (throttle.adapt(inFlight, now)) {
            pace.perSecond(throttle.perSecond(), now);
        }
        churn(now);
        long end = now + GO;
        for (int i = 0; i < AT_ONCE && now < end && hasMore() && pace.mayBegin(now); i++) {
            begin(now);
            now = loop.now();
        }
        if (hasMore()) {
            long wait = pace.untilNext(now);
            if (wait > 0) {
                throttle.heldBack();
            }
            pumpSoon(changing ? Math.min(wait, CHANGING) : wait);
        } else if (keep != null) {
            pumpSoon(churn == null ? CHANGING : Math.min(churn.untilNext(now), AFTER_FAILURE));
        }
    }

    /** The rate as it is by now; whether it goes on changing. */
    private boolean change(long now) {
        RateLaw changing = law;
        if (changing == null || changing.nanos() == 0) {
            return false;
        }
        throttle.wanted(changing.at(now - began));
        pace.changing(throttle.perSecond(), now);
        if (!changing.changes(now - began)) {
            law = null;
        }
        return law != null;
    }

    /** Ends those that are to end; once all are up that are kept. */
    private void churn(long now) {
        if (keep == null || done) {
            return;
        }
        if (churn == null) {
            if (loop.held() < count || onTheirWay > 0) {
                return;
            }
            churn = new Churn(keep, now);
        }
        Connection one = churn.due(loop.byAge(), now);
        for (int i = 1; one != null; i++) {
            one.stop();
            one = i < AT_ONCE ? churn.due(loop.byAge(), now) : null;
        }
    }

    private boolean hasMore() {
        if (done || onTheirWay >= MAX_IN_FLIGHT) {
            return false;
        }
        return keep == null ? attempted < count : loop.held() < count && loop.now() >= notBefore;
    }

    private void begin(long now) {
        attempted++;
        pace.begin();
        int pair = pairs.take(now);
        if (pair == PairsInTurn.NONE) {
            loop.noPort(pairs.errno());
        } else {
            loop.connect(endpoints.target(pair), endpoints.source(pair), pair);
        }
    }

    private void pumpSoon(long nanos) {
        if (next != null || done) {
            return;
        }
        // Not more often than each millisecond: the credit of that time is spent in one go. By schedule() even where it
        // is at once: Netty runs what execute() is given for up to a second before it reads again.
        long wait = nanos == 0 ? 0 : Math.max(nanos, TimeUnit.MILLISECONDS.toNanos(1));
        next = loop.eventLoop().schedule(pump, wait, TimeUnit.NANOSECONDS);
    }

    void attempted(Connection connection) {
        inFlight.add(connection, loop.now());
        onTheirWay++;
    }

    /** One has connected, and has something to say before it is established. */
    void connected(Connection connection) {
        throttle.answered(connection.left, loop.now());
        inFlight.remove(connection);
    }

    void established(Connection connection) {
        answered(connection);
        established.increment();
        oneEnded();
    }

    /** One that had begun has failed. */
    void failed(Connection connection) {
        answered(connection);
        failed();
    }

    /** One failed before there was a socket. */
    void failed() {
        failed.increment();
        notBefore = loop.now() + AFTER_FAILURE;
        oneEnded();
    }

    /** One that had begun had no port left for {@code pair}: what is to come, it among them, takes other pairs. */
    void noPort(Connection connection, int pair, String errno) {
        removed(connection);
        pairs.exhausted(pair, errno);
        attempted--;
        pace.giveBack();
        pumpSoon(0);
    }

    /** An established connection of this loop has ended. */
    void freed() {
        pairs.freed();
    }

    private void answered(Connection connection) {
        if (connection.awaiting) { // else that was when it connected
            throttle.answered(connection.left, loop.now());
        }
        removed(connection);
    }

    private void removed(Connection connection) {
        inFlight.remove(connection);
        onTheirWay--;
    }

    private void oneEnded() {
        if (keep == null && established.get() + failed.get() == count) {
            finish();
        } else if (hasMore()) {
            pumpSoon(pace.untilNext(loop.now()));
        }
    }

    /** Ends where it is: gives up what is on its way. */
    void stop() {
        if (done) {
            return;
        }
        for (RingNode node = inFlight.oldest(); node != null; node = inFlight.oldest()) {
            inFlight.remove(node);
            ((Connection) node).stop();
        }
        loop.giveUpOpening();
        finish();
    }

    private void finish() {
        done = true;
        loop.rampDone();
        finished.run();
    }
}
