package io.connscale.agent;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The established connections of one event loop, oldest first. An ended connection stays until it comes to the front or
 * until half of the queue has ended: that is cheaper than finding it. One thread.
 */
final class AgeQueue {
    private static final int SMALL = 1024;

    private final ArrayDeque<Connection> connections = new ArrayDeque<>();
    private int ended;

    void add(Connection connection) {
        connections.add(connection);
    }

    /** One of those in here has ended. */
    void ended() {
        ended++;
        if (ended > SMALL && ended > connections.size() / 2) {
            connections.removeIf(connection -> !connection.established());
            ended = 0;
        }
    }

    /** The oldest one that is still established, or null. */
    @Nullable
    Connection oldest() {
        while (!connections.isEmpty() && !connections.element().established()) {
            connections.remove();
            ended--;
        }
        return connections.peek();
    }

    /** When the {@code max} oldest were established, in that order. */
    long[] oldestSince(int max) {
        return connections.stream()
                .filter(Connection::established)
                .limit(max)
                .mapToLong(Connection::since)
                .toArray();
    }
}
