package io.connscale.stats;

import io.connscale.stats.Statistics.Times;
import org.HdrHistogram.Histogram;

/**
 * What one event loop records. Only that loop's thread may call, for the copy too: so nothing here is locked or shared, and
 * nothing is allocated but the few times that a longer duration than any before makes a histogram grow.
 */
public final class LoopStatistics {
    /** Skipped Pings of one Pong that are recorded one by one; more are recorded several at a time, which takes no longer. */
    private static final int MAX_SKIPPED = 10_000;

    private final Histogram connect = new Histogram(Distribution.DIGITS);
    private final Histogram roundTrip = new Histogram(Distribution.DIGITS);
    private final Histogram roundTripSent = new Histogram(Distribution.DIGITS);
    private final Histogram lifetime = new Histogram(Distribution.DIGITS);
    private final Histogram loopLag = new Histogram(Distribution.DIGITS);
    private final Histogram handshake = new Histogram(Distribution.DIGITS);
    /** As it was asked for last: what has not grown since is not copied, nor written, again. */
    private Times last = Times.NONE;

    /** A connection is established, {@code nanos} after its connect. */
    public void connected(long nanos) {
        record(connect, nanos);
    }

    /**
     * A Pong came. The Pings that were due meanwhile were skipped, since it was missing or this process was held up; a system
     * that answers late must not look the better for it (coordinated omission), so each counts with what it would have waited.
     *
     * @param fromDue nanoseconds since its Ping should have left
     * @param fromSent nanoseconds since its Ping left
     * @param interval nanoseconds between two Pings
     */
    public void answered(long fromDue, long fromSent, long interval) {
        record(roundTrip, fromDue);
        record(roundTripSent, fromSent);
        if (fromDue > interval) {
            skipped(fromDue, interval);
        }
    }

    private void skipped(long fromDue, long interval) {
        long count = (fromDue - 1) / interval; // one that would be due now has not waited
        long together = 1 + count / MAX_SKIPPED;
        for (long i = 1; i <= count; i += together) {
            roundTrip.recordValueWithCount(micros(fromDue - i * interval), Math.min(together, count - i + 1));
        }
    }

    /** A connection that was established for {@code nanos} has ended. */
    public void ended(long nanos) {
        record(lifetime, nanos);
    }

    /** A TLS handshake took {@code nanos}. */
    public void secured(long nanos) {
        record(handshake, nanos);
    }

    /** A turn of the loop began {@code nanos} later than planned. */
    public void lag(long nanos) {
        record(loopLag, nanos);
    }

    private static void record(Histogram histogram, long nanos) {
        histogram.recordValue(micros(nanos));
    }

    private static long micros(long nanos) {
        return Math.min(Math.max(0, nanos / 1000), Distribution.MAX_MICROS);
    }

    /** All that was recorded so far. */
    public Times times() {
        last = new Times(
                Distribution.copyOf(connect, last.connect()),
                Distribution.copyOf(roundTrip, last.roundTrip()),
                Distribution.copyOf(roundTripSent, last.roundTripSent()),
                Distribution.copyOf(lifetime, last.lifetime()),
                Distribution.copyOf(loopLag, last.loopLag()),
                handshake.getTotalCount() == 0 ? null : Distribution.copyOf(handshake, last.handshakes()));
        return last;
    }
}
