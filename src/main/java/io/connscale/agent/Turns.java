package io.connscale.agent;

import io.connscale.control.Agent.OpenRequest;
import io.connscale.control.Agent.Opened;
import io.connscale.control.Rate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * When each of many event loops begins with its part of an open request, or of closing. Where no rate is asked for, a few at a time are as fast
 * as the CPUs allow, and more would only wake each other up: with fifty at once a million took a sixth longer. A turn is over when the part
 * is, or after some seconds, so that where a server answers late all of them are at it in the end. Where a rate is asked for all begin at
 * once. Any thread.
 */
final class Turns {
    private static final int CPUS = Runtime.getRuntime().availableProcessors();
    /** Connecting waits for answers: with as many as that, 8,192 are on their way at least. */
    private static final int OPENING = Math.max(8, 4 * CPUS);
    /** Closing waits for nothing. */
    private static final int CLOSING = 2 * CPUS;

    private static final long LONGEST_MILLIS = TimeUnit.SECONDS.toMillis(10);
    private static final int ALL = 1_000_000;

    private final Semaphore free;
    private final long longestMillis;
    private boolean stopped;
    private boolean rateIsSet;

    Turns() {
        this(OPENING, LONGEST_MILLIS);
    }

    Turns(int atOnce, long longestMillis) {
        this.free = new Semaphore(atOnce);
        this.longestMillis = longestMillis;
    }

    /**
     * Waits until a part may begin, for seconds at most, and begins it.
     *
     * @param open begins it
     * @return what it answers; that nothing of it was tried, where the request was stopped meanwhile
     */
    CompletableFuture<Opened> take(OpenRequest part, Function<OpenRequest, CompletableFuture<Opened>> open) {
        if (Rate.UNLIMITED.equals(part.rate()) && part.rising() == null && part.keep() == null) {
            await();
        }
        synchronized (this) { // so that a stop comes before it, and finds nothing to stop, or after it
            if (stopped) {
                return CompletableFuture.completedFuture(Opened.none(part.count()));
            }
            CompletableFuture<Opened> answer =
                    open.apply(rateIsSet ? new OpenRequest(part.count(), null, null, part.keep()) : part);
            return answer.whenComplete((opened, failure) -> free.release());
        }
    }

    private void await() {
        try {
            boolean unused = free.tryAcquire(longestMillis, TimeUnit.MILLISECONDS); // it begins all the same
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop();
        }
    }

    /**
     * The turn of part {@code i} of closing: when an earlier one has ended, well or not, or is slow.
     *
     * @param begun the parts before it
     */
    static CompletableFuture<?> closing(List<? extends CompletableFuture<?>> begun, int i) {
        return i < CLOSING
                ? CompletableFuture.completedFuture(null)
                : begun.get(i - CLOSING)
                        .handle((ended, failure) -> "")
                        .completeOnTimeout("", LONGEST_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Nothing more begins, and nothing waits. */
    synchronized void stop() {
        if (!stopped) {
            stopped = true;
            free.release(ALL);
        }
    }

    synchronized boolean isStopped() {
        return stopped;
    }

    /** Each has been told a rate: what has not begun takes that one, and waits no longer. */
    synchronized void rateIsSet() {
        if (!rateIsSet) {
            rateIsSet = true;
            free.release(ALL);
        }
    }
}
