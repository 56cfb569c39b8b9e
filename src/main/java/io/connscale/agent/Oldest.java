package io.connscale.agent;

import java.util.List;

/** Which loop holds how many of the oldest connections. */
final class Oldest {
    private Oldest() {}

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
