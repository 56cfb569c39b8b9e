package io.connscale.agent;

import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The established connections of one event loop, oldest first. An ended connection stays until it comes to the front or
 * until half of the queue has ended: that is cheaper than finding it. One thread.
 */
final class AgeQueue {
    private static final int SMALL = 1024;

    private static final int FIRST = 16;
    /** Tries to hit one that has not ended: half of them have at most, but of few. */
    private static final int TRIES = 64;

    /** Those from {@code first} on, round the end; a power of two. */
    private @Nullable Connection[] connections = new Connection[FIRST];

    private int first;
    private int size;
    private int ended;

    void add(Connection connection) {
        if (size == connections.length) {
            @Nullable Connection[] larger = new Connection[2 * size];
            System.arraycopy(connections, first, larger, 0, size - first);
            System.arraycopy(connections, 0, larger, size - first, first);
            connections = larger;
            first = 0;
        }
        connections[place(size++)] = connection;
    }

    private int place(int index) {
        return (first + index) & (connections.length - 1);
    }

    private @Nullable Connection at(int index) {
        return connections[place(index)];
    }

    /** One of those in here has ended. */
    void ended() {
        ended++;
        if (ended > SMALL && ended > size / 2) {
            int kept = 0;
            for (int i = 0; i < size; i++) {
                Connection connection = at(i);
                if (connection != null && connection.established()) {
                    connections[place(kept++)] = connection;
                }
            }
            for (int i = kept; i < size; i++) {
                connections[place(i)] = null;
            }
            size = kept;
            ended = 0;
        }
    }

    /** The oldest one that is still established, or null. */
    @Nullable
    Connection oldest() {
        while (size > 0) {
            Connection oldest = connections[first];
            if (oldest != null && oldest.established()) {
                return oldest;
            }
            connections[first] = null;
            first = place(1);
            size--;
            ended--;
        }
        return null;
    }

    /** One that is established, each as likely as any other; null where there is none. */
    @Nullable
    Connection any(Random random) {
        for (int i = 0; i < TRIES && size > 0; i++) {
            Connection one = at(random.nextInt(size));
            if (one != null && one.established()) {
                return one;
            }
        }
        return oldest();
    }

    /** Each that is established, the oldest first. */
    void forEach(Consumer<Connection> action) {
        for (int i = 0; i < size; i++) {
            Connection one = at(i);
            if (one != null && one.established()) {
                action.accept(one);
            }
        }
    }

    /** When the {@code max} oldest were established, in that order. */
    long[] oldestSince(int max) {
        return IntStream.range(0, size)
                .mapToObj(this::at)
                .filter(connection -> connection != null && connection.established())
                .limit(max)
                .mapToLong(connection -> Objects.requireNonNull(connection).since())
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
