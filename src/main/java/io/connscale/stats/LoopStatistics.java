package io.connscale.stats;

import org.HdrHistogram.Histogram;

/**
 * What one event loop records. Only that loop's thread may call, for the copy too: so nothing here is locked or shared, and
 * nothing is allocated but the few times that a longer duration than any before makes a histogram grow.
 */
public final class LoopStatistics {
    private final Histogram connect = new Histogram(Distribution.DIGITS);
    private final Histogram roundTrip = new Histogram(Distribution.DIGITS);
    private final Histogram roundTripSent = new Histogram(Distribution.DIGITS);
    private final Histogram lifetime = new Histogram(Distribution.DIGITS);
    private final Histogram loopLag = new Histogram(Distribution.DIGITS);

    /** A connection is established, {@code nanos} after its connect. */
    public void connected(long nanos) {
        record(connect, nanos);
    }

    /**
     * A Pong came.
     *
     * @param fromDue nanoseconds since its Ping should have left
     * @param fromSent nanoseconds since its Ping left
     */
    public void answered(long fromDue, long fromSent) {
        record(roundTrip, fromDue);
        record(roundTripSent, fromSent);
    }

    /** A connection that was established for {@code nanos} has ended. */
    public void ended(long nanos) {
        record(lifetime, nanos);
    }

    /** A turn of the loop began {@code nanos} later than planned. */
    public void late(long nanos) {
        record(loopLag, nanos);
    }

    private static void record(Histogram histogram, long nanos) {
        histogram.recordValue(Math.min(Math.max(0, nanos / 1000), Distribution.LONGEST));
    }

    /** All that was recorded so far. */
    public Times times() {
        return new Times(
                Distribution.copyOf(connect),
                Distribution.copyOf(roundTrip),
                Distribution.copyOf(roundTripSent),
                Distribution.copyOf(lifetime),
                Distribution.copyOf(loopLag));
    }
}
