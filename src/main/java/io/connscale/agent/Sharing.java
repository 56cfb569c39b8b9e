package io.connscale.agent;

import io.connscale.kernel.Costs;
import java.util.Arrays;

/** How connections are shared out over processes that have room for so many each: arithmetic alone. */
final class Sharing {
    private Sharing() {}

    /**
     * How many more processes {@code count} connections need.
     *
     * @param rooms of the processes there are, this one first; never negative
     * @param each the room of a new one
     * @param max new ones that there may be
     */
    static int processes(long count, long[] rooms, long each, int max) {
        long room = Arrays.stream(rooms).sum();
        int more = 0;
        while (room < count && more < max && each > Costs.WORKER_FILES) {
            room += each;
            more++;
        }
        return more;
    }

    /** Shares of {@code count} in proportion to {@code held}, none above what is held, in sum as near as can be. */
    static long[] proportional(long count, long[] held) {
        long total = Arrays.stream(held).sum();
        long wanted = Math.min(count, total);
        long[] shares = new long[held.length];
        long given = 0;
        for (int i = 0; i < held.length; i++) {
            shares[i] = total == 0 ? 0 : wanted * held[i] / total; // both at most a billion: no overflow
            given += shares[i];
        }
        for (int i = 0; given < wanted; i = (i + 1) % held.length) {
            if (shares[i] < held[i]) {
                shares[i]++;
                given++;
            }
        }
        return shares;
    }

    /**
     * Shares of {@code count}: what there was before is filled first, in order; the new ones get the rest evenly. What is
     * more than all have room for goes to the last, whose kernel then says why it can't be opened.
     *
     * @param rooms of all, those that were there before first
     * @param before how many were there before
     */
    static long[] shares(long count, long[] rooms, int before) {
        long[] shares = new long[rooms.length];
        long left = count;
        for (int i = 0; i < rooms.length; i++) {
            long even = i < before ? left : (left + rooms.length - i - 1) / (rooms.length - i);
            shares[i] = Math.min(rooms[i], even);
            left -= shares[i];
        }
        shares[rooms.length - 1] += left;
        return shares;
    }
}
