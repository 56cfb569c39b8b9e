package io.connscale.kernel.formula;

import io.connscale.kernel.Largest;
import java.util.function.LongToDoubleFunction;

/**
 * A formula that grows: how many connections a node needs in an overlay of n nodes.
 *
 * @param text as it was written
 */
public record Formula(String text, LongToDoubleFunction value) {
    /** Nodes: more than any overlay has. Larger answers are this one. */
    public static final long MAX = 1_000_000_000L;

    /** Whole numbers are exact in a double up to 2^53; roots and logarithms may be off in the last bits. */
    private static final double ROUNDING = 1e-12;

    private static final long EACH = 1_000;
    private static final double STEP = 1.05;

    /** @throws IllegalArgumentException in one line: where it does not grow, and that it must */
    public Formula {
        double first = value.applyAsDouble(1);
        for (long n = 1; n < MAX; n = n < EACH ? n + 1 : (long) (n * STEP)) {
            double here = value.applyAsDouble(n);
            double next = value.applyAsDouble(n + 1);
            require(!Double.isNaN(here), n, "has no value");
            require(here >= 0, n, "is below zero");
            require(next >= here * (1 - ROUNDING), n, "falls");
        }
        if (!(value.applyAsDouble(MAX) > first)) {
            throw new IllegalArgumentException("the formula does not grow with n: write one like 3n+15");
        }
    }

    private static void require(boolean good, long n, String fault) {
        if (!good) {
            throw new IllegalArgumentException(
                    "the formula " + fault + " at n = " + n + ": it must grow from n = 1 on");
        }
    }

    /**
     * {@code 3n+15}: numbers, {@code n}, {@code + - * / ^}, parentheses, {@code log2(…)}, {@code sqrt(…)}; what stands side by
     * side is multiplied.
     *
     * @throws IllegalArgumentException in one line: what is wrong and at which column
     */
    public static Formula parse(String text) {
        return new Formula(text, new FormulaParser(text).parse());
    }

    /** The connections that a node needs with {@code n} nodes, rounded up; {@code Long.MAX_VALUE} where they are more. */
    public long at(long n) {
        double exact = value.applyAsDouble(n);
        return (long) Math.ceil(exact * (1 - ROUNDING));
    }

    /** The most nodes, at most {@link #MAX}, that need no more than {@code limit} connections each; 0 where one is too many. */
    public long nodes(long limit) {
        return Largest.that(n -> at(n) <= limit, MAX);
    }
}
