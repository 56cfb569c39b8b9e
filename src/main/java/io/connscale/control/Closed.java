package io.connscale.control;

/**
 * How a request to close connections ended.
 *
 * @param closed how many were closed
 * @param established how many are still up
 */
public record Closed(long closed, long established) {
    public Closed plus(Closed other) {
        return new Closed(closed + other.closed, established + other.established);
    }
}
