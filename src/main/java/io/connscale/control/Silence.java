package io.connscale.control;

import java.util.Objects;

/**
 * A process that has said nothing for longer than it should: what it counted last may no longer be so.
 *
 * @param name the worker's
 */
public record Silence(String name, int seconds) {
    public Silence {
        Objects.requireNonNull(name, "name");
    }
}
