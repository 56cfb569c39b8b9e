package io.connscale.agent;

import io.connscale.stats.Counter;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One loop's share of an order to open connections: begins them at the rate, with a bounded number on their way, until
 * each is established or failed. Runs on its {@link LoadLoop}'s event loop, save the two counts.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what goes wrong comes up through the pipeline or the answer
final class Ramp {
    /** Connections on their way at once: below the usual backlogs, so that a ramp alone does not overflow an accept queue. */
    static final int MOST_IN_FLIGHT = 512;
    /** Begun in one go: between two goes the loop reads and pings. */
    private static final int AT_ONCE = 64;
    /** A ramp that was held back catches up this much at most; more would be a burst above the rate. */
    private static final double MOST_BEHIND_SECONDS = 0.1;

    private static final double SECOND = TimeUnit.SECONDS.toNanos(1);

    private final LoadLoop loop;
    private final Endpoints endpoints;
    private final long first;
    private final long count;
    private final Runnable finished;
    private final Set<Connection> inFlight = new HashSet<>();

    private double perSecond;
    private double credit = 1; // connections that may begin now
    private long creditAt = System.nanoTime();
    private long begun;
    private @Nullable Future<?> next; // the pump that is to come
    private boolean done;
    private final Counter established = new Counter();
    private final Counter failed = new Counter();

    /**
     * @param first number of the first connection, for taking addresses in turn over all loops and orders
     * @param perSecond connections a second; infinite where unlimited
     * @param finished runs once, on the loop
     */
    Ramp(LoadLoop loop, Endpoints endpoints, long first, long count, double perSecond, Runnable finished) {
        this.loop = loop;
        this.endpoints = endpoints;
        this.first = first;
        this.count = count;
        this.perSecond = perSecond;
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

    void rate(double perSecond) {
        earn();
        this.perSecond = perSecond;
        if (next != null) { // it waits for as long as the old rate made it
            next.cancel(false);
            next = null;
        }
        pumpSoon(0);
    }

    /** Begins what may begin now, and sees to it that it is called again when more may. */
    void pump() {
        next = null;
        earn();
        for (int i = 0; i < AT_ONCE && mayBegin(); i++) {
            credit--;
            begin();
        }
        if (!done && begun < count && inFlight.size() < MOST_IN_FLIGHT) {
            pumpSoon(credit >= 1 ? 0 : (long) Math.ceil((1 - credit) / perSecond * SECOND));
        }
    }

    private boolean mayBegin() {
        return !done && begun < count && credit >= 1 && inFlight.size() < MOST_IN_FLIGHT;
    }

    private void earn() {
        long now = System.nanoTime();
        double most = Math.max(1, Math.min((double) count, perSecond * MOST_BEHIND_SECONDS));
        credit = Double.isInfinite(perSecond)
                ? (double) count
                : Math.min(most, credit + (now - creditAt) / SECOND * perSecond);
        creditAt = now;
    }

    private void begin() {
        long number = first + begun++;
        loop.connect(endpoints.target(number), endpoints.source(number));
    }

    private void pumpSoon(long nanos) {
        if (next != null || done) {
            return;
        }
        // Not more often than each millisecond: the credit of that time is spent in one go. By schedule() even where it
        // is at once: Netty runs what execute() is given for up to a second before it reads again.
        long wait = nanos == 0 ? 0 : Math.max(nanos, TimeUnit.MILLISECONDS.toNanos(1));
        next = loop.eventLoop().schedule(this::pump, wait, TimeUnit.NANOSECONDS);
    }

    void begun(Connection connection) {
        inFlight.add(connection);
    }

    void established(Connection connection) {
        inFlight.remove(connection);
        established.increment();
        oneEnded();
    }

    /** One that had begun has failed. */
    void failed(Connection connection) {
        inFlight.remove(connection);
        failed();
    }

    /** One failed before there was a socket. */
    void failed() {
        failed.increment();
        oneEnded();
    }

    private void oneEnded() {
        if (established.get() + failed.get() == count) {
            finish();
        } else if (begun < count) {
            pumpSoon(0);
        }
    }

    /** Ends where it is: gives up what is on its way. */
    void stop() {
        if (!done) {
            new ArrayList<>(inFlight).forEach(Connection::stop);
            inFlight.clear();
            finish();
        }
    }

    private void finish() {
        done = true;
        loop.rampDone();
        finished.run();
    }
}
