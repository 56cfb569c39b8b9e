package io.connscale.agent;

import io.connscale.control.Agent.Keep;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which connections of one loop end, and when, while as many as are kept are replaced: one after the other at a rate, the oldest, or
 * each as likely as any other, which makes lifetimes exponential without anything to remember for a connection. Arithmetic only, the time is given.
 */
final class Churn {
    /** Looked at again where none is old enough. */
    private static final long AGAIN = TimeUnit.MILLISECONDS.toNanos(20);

    private final Pace pace;
    private final long lifetime;
    private final boolean exponential;
    private final Random random = new Random();
    private boolean noneDue;

    /** @param keep the loop's part of what is kept */
    Churn(Keep keep, long now) {
        this.pace = new Pace(keep.churnPerSecond(), now);
        this.lifetime = keep.exponential() ? 0 : TimeUnit.MILLISECONDS.toNanos(keep.lifetimeMillis());
        this.exponential = keep.exponential();
    }

    /** One that is to end now; null: none is. */
    @Nullable
    Connection due(AgeQueue connections, long now) {
        if (!pace.mayBegin(now)) {
            noneDue = false;
            return null;
        }
        Connection one = exponential ? connections.any(random) : connections.oldest();
        noneDue = one == null || now - one.since() < lifetime;
        if (noneDue) {
            return null;
        }
        pace.begin();
        return one;
    }

    /** Nanoseconds until the next may be due. */
    long untilNext(long now) {
        return noneDue ? AGAIN : pace.untilNext(now);
    }
}
