package io.connscale.agent;

import java.util.concurrent.TimeUnit;

/**
 * When the next connections may begin so that a rate is kept: credit that grows with time and is spent one a connection.
 * Arithmetic only, the time is given. Times are {@link System#nanoTime()}'s.
 */
final class Pace {
    /** Held back, it catches up this much at most; more would be a burst above the rate. */
    private static final double MOST_BEHIND_SECONDS = 0.1;

    private static final double SECOND = TimeUnit.SECONDS.toNanos(1);

    private double perSecond;
    private double credit = 1;
    private long earned;

    /** @param perSecond above 0, finite */
    Pace(double perSecond, long now) {
        this.perSecond = perSecond;
        this.earned = now;
    }

    double perSecond() {
        return perSecond;
    }

    /** From {@code now} on at this rate. */
    void perSecond(double perSecond, long now) {
        earn(now);
        this.perSecond = perSecond;
    }

    private void earn(long now) {
        double most = Math.max(1, perSecond * MOST_BEHIND_SECONDS);
        credit = Math.min(most, credit + (now - earned) / SECOND * perSecond);
        earned = now;
    }

    /** Whether one may begin; {@link #begin} is what spends. */
    boolean mayBegin(long now) {
        earn(now);
        return credit >= 1;
    }

    void begin() {
        credit--;
    }

    /** One that had begun did not: it will begin again. */
    void giveBack() {
        credit++;
    }

    /** Nanoseconds until the next one may begin, 0 where it may now. */
    long untilNext(long now) {
        earn(now);
        return credit >= 1 ? 0 : (long) Math.ceil((1 - credit) / perSecond * SECOND);
    }
}
