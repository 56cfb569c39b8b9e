package io.connscale.api;

/**
 * How connections of a host were closed.
 *
 * @param stopped how many were
 * @param established how many are still up
 */
public record Closed(long stopped, long established) {
    static Closed of(io.connscale.control.Closed closed) {
        return new Closed(closed.closed(), closed.established());
    }
}
