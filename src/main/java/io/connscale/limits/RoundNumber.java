package io.connscale.limits;

import java.util.OptionalLong;
import java.util.stream.LongStream;

/** Numbers that people set: a server that stops at one of them was most likely told to. */
final class RoundNumber {
    private static final long LEAST = 10;
    /** Below, the numbers beside them are too many of all. */
    private static final long FEW = 100;

    /** Three times a power of two from here on: 768, 1536, 3072. */
    private static final long THREE = 3 * 128;

    private RoundNumber() {}

    /** Two digits and noughts from here on; below, too many numbers are like that, and the second one is a five: 250, but not 990. */
    private static final long FROM_HERE = 1_000;

    /** Whether it is a power of two, three times one, or a digit or two with noughts behind: 512, 768, 1000, 2500. */
    static boolean is(long n) {
        if (n < LEAST) {
            return false;
        }
        long odd = n >> Long.numberOfTrailingZeros(n);
        if (odd == 1 || (odd == 3 && n >= THREE)) {
            return true;
        }
        long ten = n;
        while (ten % 10 == 0) {
            ten /= 10;
        }
        return ten < 10 || (ten % 10 == 5 && ten < 100 && n > ten) || (ten < 100 && n >= FROM_HERE);
    }

    /** The first of these at which somebody stands: a server that is told to hold 200 may hold 201 for a moment, or one of its own. */
    static OptionalLong among(long... numbers) {
        return LongStream.of(numbers)
                .flatMap(n -> LongStream.of(n, n - 1, n + 1).filter(near -> near == n ? is(n) : isPlain(near)))
                .findFirst();
    }

    /** One digit and noughts, or a power of two. */
    private static boolean isPlain(long n) {
        long ten = n;
        while (ten >= LEAST && ten % 10 == 0) {
            ten /= 10;
        }
        return n >= FEW && (ten < 10 || Long.bitCount(n) == 1);
    }
}
