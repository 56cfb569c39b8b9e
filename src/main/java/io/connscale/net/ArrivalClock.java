package io.connscale.net;

import java.time.Instant;

/**
 * Translates the kernel's times of arrival into {@link System#nanoTime()}'s. The kernel takes them from the clock of the day
 * ({@code CLOCK_REALTIME}), which may be set at any time: so how far that is ahead is looked at in each turn of a loop.
 */
final class ArrivalClock {
    /** So far apart two readings of one clock may be with one of the other in between; more, and this thread was held up. */
    private static final long APART_NANOS = 5_000;

    private static final int TRIES = 3;
    private static final long SECOND = 1_000_000_000;

    /** When it was looked last, and how far the clock of the day was ahead then. */
    private long now = System.nanoTime();

    private long ahead;
    /** The same of the look before. */
    private long before;

    private long aheadBefore;
    private boolean byKernel;

    /** Looks at both clocks: what is asked for next had arrived by now. */
    void look() {
        long least = Long.MAX_VALUE;
        long last = 0;
        long difference = 0;
        for (int i = 0; i < TRIES && least > APART_NANOS; i++) {
            long first = System.nanoTime();
            Instant day = Instant.now();
            last = System.nanoTime();
            if (last - first < least) {
                least = last - first;
                difference = day.getEpochSecond() * SECOND + day.getNano() - first - least / 2;
            }
        }
        looked(last, difference);
    }

    void looked(long at, long difference) {
        before = now;
        aheadBefore = ahead;
        now = at;
        ahead = difference;
    }

    /**
     * When something arrived, {@link System#nanoTime()}. Where the clock was set since the last look, the one is meant by which it arrived since then.
     *
     * @param seconds since 1970, with {@code nanos}, as the kernel tells; 0: it does not tell, and it is known no better than now
     */
    long arrived(long seconds, long nanos) {
        byKernel = seconds != 0;
        if (!byKernel) {
            return now;
        }
        long day = seconds * SECOND + nanos;
        long at = day - ahead;
        if (at - before < 0 || at - now > 0) {
            at = day - aheadBefore;
        }
        return at - now > 0 ? now : at;
    }

    /** Whether the kernel told of the last one, so that it need not be asked for at once. */
    boolean isByKernel() {
        return byKernel;
    }
}
