package io.connscale.control;

import org.jspecify.annotations.Nullable;

/**
 * Open {@code count} connections.
 *
 * @param count 1 to {@link Quantity#MOST}
 * @param rate at this rate; null: at the agent's own
 */
public record Order(long count, @Nullable Rate rate) {
    public Order {
        if (count < 1 || count > Quantity.MOST) {
            throw new IllegalArgumentException("count is " + count + ", must be 1 to " + Quantity.MOST);
        }
    }
}
