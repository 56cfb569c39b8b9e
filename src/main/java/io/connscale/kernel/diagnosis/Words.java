package io.connscale.kernel.diagnosis;

import io.connscale.kernel.Facts;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** How verdicts write numbers. */
final class Words {
    private Words() {}

    static String number(long n) {
        return n == Facts.UNLIMITED ? "unlimited" : n < 0 ? "unknown" : String.format(Locale.ROOT, "%,d", n);
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

    static String counters(Map<String, Long> grown) {
        return grown.isEmpty()
                ? "no counter grew"
                : grown.entrySet().stream()
                        .filter(e -> !e.getKey().startsWith("loops"))
                        .map(e -> e.getKey() + " +" + number(e.getValue()))
                        .collect(Collectors.joining(", "));
    }
}
