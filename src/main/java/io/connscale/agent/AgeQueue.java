package io.connscale.agent;

import java.util.ArrayDeque;
import java.util.List;
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

    /**
     * How many of the {@code count} oldest connections each loop holds.
     *
     * @param since for each loop, when its connections were established, oldest first
     */
    static long[] shares(long count, List<long[]> since) {
        long[] shares = new long[since.size()];
        for (long taken = 0; taken < count; taken++) {
            int oldest = -1;
            for (int i = 0; i < shares.length; i++) {
                if (shares[i] < since.get(i).length && (oldest < 0 || isOlder(since, shares, i, oldest))) {
                    oldest = i;
                }
            }
            if (oldest < 0) {
                break; // fewer than that are there
            }
            shares[oldest]++;
        }
        return shares;
    }

    private static boolean isOlder(List<long[]> since, long[] shares, int a, int b) {
        return since.get(a)[(int) shares[a]] - since.get(b)[(int) shares[b]] < 0; // nanoTime may wrap
    }
}
