package io.connscale.control;

import org.jspecify.annotations.Nullable;

/**
 * Open {@code count} connections.
 *
 * @param count 1 to {@link Quantity#MAX}
 * @param rate at this rate; null: at the agent's own
 */
public record OpenRequest(long count, @Nullable Rate rate) {
    public OpenRequest {
        if (count < 1 || count > Quantity.MAX) {
            throw new IllegalArgumentException("count is " + count + ", must be 1 to " + Quantity.MAX);
        }
    }

    /** {@code total} in {@code parts} that differ by one at most, the larger ones first. */
    public static long[] shares(long total, int parts) {
        long[] shares = new long[parts];
        for (int i = 0; i < parts; i++) {
            shares[i] = total / parts + (i < total % parts ? 1 : 0);
        }
        return shares;
    }
}
