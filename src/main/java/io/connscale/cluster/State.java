package io.connscale.cluster;

import java.util.Locale;

/** What is on a host. */
public enum State {
    /** No agent, and none is wanted. */
    STOPPED,
    /** Launched, and not heard of yet. */
    STARTING,
    /** An agent that takes requests. */
    READY,
    /** The agent ended without being asked to. */
    LOST;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
