package io.connscale.limits;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How limits write numbers. */
final class Words {
    /** Addresses that a sentence names. */
    private static final int SHOWN = 3;

    private static final long KIB = 1024;
    private static final long MIB = KIB * KIB;
    private static final double GIB = MIB * 1024.0;

    private Words() {}

    static String number(long n) {
        return n == Facts.UNLIMITED ? "unlimited" : n < 0 ? "unknown" : String.format(Locale.ROOT, "%,d", n);
    }

    /** {@code 640 B}, {@code 4.7 KiB}, {@code 90 MiB}, {@code 18.0 GiB}. */
    static String bytes(long bytes) {
        if (bytes < KIB) {
            return bytes < 0 ? "unknown" : bytes + " B";
        }
        if (bytes < MIB) {
            return String.format(Locale.ROOT, "%.1f KiB", bytes / (double) KIB);
        }
        return bytes < GIB
                ? String.format(Locale.ROOT, "%,d MiB", bytes / MIB)
                : String.format(Locale.ROOT, "%,.1f GiB", bytes / GIB);
    }

    /** {@code 10.0.0.1, 10.0.0.2 and 7 more}. */
    static String some(List<String> addresses) {
        int shown = Math.min(SHOWN, addresses.size());
        String more = addresses.size() > shown ? " and " + (addresses.size() - shown) + " more" : "";
        return String.join(", ", addresses.subList(0, shown)) + more;
    }

    /** {@code 0.4}, {@code 604}: to two digits, whole from 10 on. */
    static String millis(double millis) {
        return String.format(Locale.ROOT, millis < 10 ? "%.1f ms" : "%,.0f ms", millis);
    }

    /** {@code +57}, or that it is unknown. */
    static String more(long grown) {
        return grown < 0 ? "unknown" : "+" + number(grown);
    }

    /** {@code 32768–60999} */
    static String portRange(Facts facts) {
        return facts.knows(Fact.FIRST_PORT) && facts.knows(Fact.LAST_PORT)
                ? facts.get(Fact.FIRST_PORT) + "–" + facts.get(Fact.LAST_PORT)
                : "unknown";
    }

    /** {@code 1 connection}, {@code 20 connections}. */
    static String many(long n, String one) {
        return number(n) + " " + one + (n == 1 ? "" : "s");
    }

    static String errors(Map<String, Long> errors) {
        return errors.entrySet().stream()
                .map(e -> e.getKey() + " " + number(e.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** Whether any counter of the kernel's network is known at both moments. */
    static boolean countersKnown(Facts before, Facts now) {
        return Stream.of(Fact.values())
                .filter(fact ->
                        fact.kind() == Fact.Kind.COUNTER && fact.kernelName().startsWith("Tcp"))
                .anyMatch(fact -> now.grown(fact, before) != Facts.UNKNOWN);
    }

    /** The counters of a kernel that grew; empty where none did. */
    static String counters(Map<String, Long> grown) {
        return grown.entrySet().stream()
                .map(e -> e.getKey() + " +" + number(e.getValue()))
                .collect(Collectors.joining(", "));
    }
}
