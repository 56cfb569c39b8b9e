package io.connscale.limits;

import java.util.function.LongPredicate;

/** The largest number that still fits, found by halving. Pure. */
final class Largest {
    private Largest() {}

    /**
     * The largest {@code n} of {@code 0..max} that fits; 0 where none does.
     *
     * @param fits true up to some number and false above it
     */
    static long that(LongPredicate fits, long max) {
        long good = 0;
        long bad = max + 1;
        while (bad - good > 1) {
            long middle = good + (bad - good) / 2;
            if (fits.test(middle)) {
                good = middle;
            } else {
                bad = middle;
            }
        }
        return good;
    }
}
