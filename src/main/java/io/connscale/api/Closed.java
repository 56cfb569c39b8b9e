package io.connscale.api;

import io.connscale.control.Agent;

/**
 * How connections of a host were closed.
 *
 * @param stopped how many were
 * @param established how many are still up
 */
public record Closed(long stopped, long established) {
    static Closed of(Agent.Closed closed) {
        return new Closed(closed.closed(), closed.established());
    }
}
