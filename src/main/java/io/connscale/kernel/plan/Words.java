package io.connscale.kernel.plan;

import java.util.Locale;

/** How the limits write their numbers. */
final class Words {
    private static final long KIB = 1024;
    private static final long MIB = KIB * KIB;
    private static final double GIB = MIB * 1024.0;

    private Words() {}

    static String number(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    /** {@code 1 source}, {@code 19 sources}. */
    static String many(long n, String one, String several) {
        return number(n) + " " + (n == 1 ? one : several);
    }

    /** {@code 640 B}, {@code 4.7 KiB}, {@code 90 MiB}, {@code 18.0 GiB}. */
    static String bytes(long bytes) {
        if (bytes < KIB) {
            return bytes + " B";
        }
        if (bytes < MIB) {
            return String.format(Locale.ROOT, "%.1f KiB", bytes / (double) KIB);
        }
        return bytes < GIB
                ? String.format(Locale.ROOT, "%,d MiB", bytes / MIB)
                : String.format(Locale.ROOT, "%,.1f GiB", bytes / GIB);
    }
}
