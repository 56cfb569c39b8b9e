package io.connscale.find;

import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * Between which numbers the largest one lies that holds, and which to try next: from the first on doubled until one fails, then
 * halved, until both bounds are as near as is wanted. A number above one that failed is taken to fail, too; what failed once does
 * not hold. Not for several threads.
 *
 * <p>Taken from RFC 9693: doubling finds the order of magnitude, bisecting the number; from RFC 9971 (MLRsearch): the goal width is a part of the
 * number, the answer is a lower bound that held, and next to it stands an upper bound that did not.
 */
public final class Bracket {
    /** Tries between two bisecting ones: what a failed one suggests, and one just above that. */
    private static final int MAX_GUESSES = 2;

    private final long first;
    private final long predicted;
    private final long max;
    private final double width;
    private final TreeSet<Long> held = new TreeSet<>();
    private long upper;
    private long hint;
    private int guesses;

    /**
     * @param first what is tried first, at least 1
     * @param predicted what it should come to, which is tried itself; 0: not known
     * @param max the largest that is tried
     * @param width how near both bounds are to come, as a part of the lower one; they are never nearer than 1
     */
    public Bracket(long first, long predicted, long max, double width) {
        if (first < 1 || first > max || width < 0 || width > 1) {
            throw new IllegalArgumentException("first " + first + ", max " + max + ", width " + width);
        }
        this.first = first;
        this.predicted = predicted;
        this.max = max;
        this.width = width;
        this.upper = max + 1;
    }

    /** The largest number that held; 0: none has yet. */
    public long lower() {
        Long below = held.lower(upper);
        return below == null ? 0 : below;
    }

    /** The smallest number that failed; empty: none has. */
    public OptionalLong upper() {
        return upper > max ? OptionalLong.empty() : OptionalLong.of(upper);
    }

    /** What to try next; empty: the largest is known. */
    public OptionalLong next() {
        long lower = lower();
        if (lower == max || (upper <= max && upper - lower <= gap(lower))) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(upper > max ? Math.min(max, more(lower)) : between(lower));
    }

    private long gap(long lower) {
        return Math.max(1, (long) (width * lower));
    }

    /** None has failed yet. */
    private long more(long lower) {
        if (lower < first) {
            return first;
        }
        long doubled = 2 * lower;
        if (lower < predicted) {
            return doubled + gap(doubled) >= predicted ? predicted : doubled;
        }
        return lower == predicted ? lower + gap(lower) : doubled;
    }

    private long between(long lower) {
        if (guesses < MAX_GUESSES && hint > 0) {
            long guess = hint > lower ? hint : lower + gap(lower);
            if (hint >= lower && guess < upper) {
                guesses++;
                return guess;
            }
        }
        guesses = 0;
        hint = 0;
        return lower + (upper - lower) / 2;
    }

    /** So many held. */
    public void held(long n) {
        held.add(n);
    }

    /**
     * So many did not hold.
     *
     * @param well how many of them were well, which may be the answer; 0: not known
     */
    public void failed(long n, long well) {
        upper = Math.min(upper, n);
        hint = Math.max(0, Math.min(well, n - 1));
    }
}
