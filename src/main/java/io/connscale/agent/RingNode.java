package io.connscale.agent;

import org.jspecify.annotations.Nullable;

/**
 * What the ping ring keeps in each connection, so that it needs no map, no timer and no garbage for it. Touched on the
 * connection's event loop only.
 */
abstract class RingNode {
    /** Where it stands in the ring: slot, and index in the slot; -1: not in the ring. */
    int slot = -1;

    int index = -1;

    /** Neighbours among those whose Pong is missing, in the order of their Pings. */
    @Nullable
    RingNode before;

    @Nullable
    RingNode after;

    /** When by the schedule the Ping whose Pong is missing, or the first that was skipped before it, should have left, {@link System#nanoTime()}. */
    long due;

    /** When the Ping whose Pong is missing left, {@link System#nanoTime()}. */
    long left;

    boolean awaiting;

    /** Whether a Pong ever came. */
    boolean answered;

    /** When it was established, {@link System#nanoTime()}. */
    abstract long since();

    /** Its Ping is due. Notes in {@link #left} when it leaves, writes it and returns true, or returns false where it can't be sent. May end this connection, no other. */
    abstract boolean ping();

    /** No Pong came within the timeout. Ends this connection, no other. */
    abstract void timedOut();
}
