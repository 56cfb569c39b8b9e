package io.connscale.agent;

import java.util.concurrent.TimeUnit;

/**
 * When the next connections may begin so that a rate is kept: credit that grows with time and is spent one a connection.
 * Arithmetic only, the time is given. Times are {@link System#nanoTime()}'s.
 */
final class Pace {
    /** What may begin in one burst where the loop comes late. */
    private static final double BURST_SECONDS = 0.05;
    /** Held back for longer it catches up this much at most, and is so much faster than the rate meanwhile. */
    private static final double MAX_BEHIND_SECONDS = 1;

    private static final double FASTER = 0.2;
    private static final double SECOND = TimeUnit.SECONDS.toNanos(1);

    private double perSecond;
    private double credit = 1;
    private double behind;
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
        this.behind = 0;
    }

    /** The same while a rate changes by and by: what was missed is still to come. */
    void changing(double perSecond, long now) {
        earn(now);
        this.perSecond = perSecond;
    }

    private void earn(long now) {
        double gained = (now - earned) / SECOND * perSecond;
        double caughtUp = Math.min(behind, gained * FASTER);
        double due = credit + gained + caughtUp;
        credit = Math.min(due, Math.max(1, perSecond * BURST_SECONDS));
        behind = Math.min(behind - caughtUp + due - credit, perSecond * MAX_BEHIND_SECONDS);
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
        double missing =
                1 - credit; // some of it is caught up with, or a loop that is always a little late would stay so
        return missing <= 0
                ? 0
                : (long) Math.ceil(Math.max(missing / (1 + FASTER), missing - behind) / perSecond * SECOND);
    }
}
