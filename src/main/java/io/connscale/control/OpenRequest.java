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
}
