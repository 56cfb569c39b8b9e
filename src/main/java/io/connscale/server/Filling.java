package io.connscale.server;

import java.util.concurrent.TimeUnit;

/**
 * Which processes of a server get new connections, and how soon it looks again how much room they have left. Where few come, all get some
 * in proportion to that room. Where many come, those that stand first are filled first: a loop wakes up for what it accepts, and fifty
 * that take turns wake up for each connection, while four find several at once. Arithmetic alone; the thread of the server's tasks.
 */
final class Filling {
    /** Many come where so many came since the last look, and from then on until fewer come within {@link #LOOKS} looks. */
    static final long MANY = 1_000;

    private static final int LOOKS = 20;

    private static final long OFTEN = TimeUnit.MILLISECONDS.toNanos(100);
    /** Each that is asked makes the next look come later: asking costs it a wake-up. */
    private static final long EACH_OFTEN = TimeUnit.MILLISECONDS.toNanos(5);

    private static final long EACH_SELDOM = TimeUnit.SECONDS.toNanos(1) / 16;
    /**
     * What may come for each CPU before the next look, however late that is. Both ends on one machine bring it some 20,000 a second;
     * a server alone accepts less than 100,000.
     */
    private static final long AHEAD = 30_000;
    /** What a process can still take when it is left out: those that were on their way to it already. */
    private static final long RESERVE = 1_000;

    private final long ahead;
    private long accepted;
    private int looksLeft;

    Filling(int cpus) {
        this.ahead = AHEAD * cpus;
    }

    /** So many connections will come. */
    void announced(long more) {
        if (more >= MANY) {
            looksLeft = LOOKS;
        }
    }

    /** @param all connections that were ever accepted */
    void looked(long all) {
        boolean many = all - accepted >= MANY;
        looksLeft = many ? LOOKS : Math.max(0, looksLeft - 1);
        if (many || looksLeft == 0) { // else a thousand may come within several looks
            accepted = all;
        }
    }

    /** Whether those that get connections are asked often, and others not at all. */
    boolean isFast() {
        return looksLeft > 0;
    }

    /** Until the next look, where so many were asked at the last one. */
    long nanos(int asked) {
        return isFast() ? Math.max(OFTEN, EACH_OFTEN * asked) : TimeUnit.SECONDS.toNanos(1) + EACH_SELDOM * asked;
    }

    /**
     * In which proportion they get new connections.
     *
     * @param rooms what each can still take, in the order in which they are filled
     */
    long[] weights(long[] rooms) {
        if (!isFast()) {
            return rooms;
        }
        long[] first = new long[rooms.length];
        long sum = 0;
        for (int i = 0; i < rooms.length && sum < ahead; i++) {
            first[i] = Math.max(0, rooms[i] - RESERVE);
            sum += first[i];
        }
        return sum < ahead ? rooms : first;
    }
}
