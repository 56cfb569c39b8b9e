package io.connscale.agent;

import io.connscale.control.Agent.OpenRequest;
import io.connscale.control.Agent.Rising;
import io.connscale.control.Rate;
import java.util.concurrent.TimeUnit;

/**
 * How many connections may begin in a second, by the time since the first one: one rate, or one that changes evenly to another.
 * Arithmetic only.
 *
 * @param from connections a second; infinite where unlimited, which does not change
 * @param nanos within which it changes; 0: it stays
 */
record RateLaw(double from, double to, long nanos) {
    static RateLaw of(double perSecond) {
        return new RateLaw(perSecond, perSecond, 0);
    }

    /**
     * A part of it.
     *
     * @param rate at the begin
     */
    static RateLaw of(Rate rate, OpenRequest request, double part) {
        Rising rising = request.rising();
        double from = rate.unlimited() ? Double.POSITIVE_INFINITY : rate.perSecond() * part;
        return rising == null || rate.unlimited()
                ? of(from)
                : new RateLaw(from, rising.toPerSecond() * part, TimeUnit.MILLISECONDS.toNanos(rising.overMillis()));
    }

    /** So long after the begin. */
    double at(long elapsed) {
        return changes(elapsed) ? from + (to - from) * elapsed / nanos : to;
    }

    /** Whether it still changes then. */
    boolean changes(long elapsed) {
        return elapsed < nanos;
    }
}
