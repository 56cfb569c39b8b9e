package io.connscale.kernel.diagnosis;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How verdicts write numbers. */
final class Words {
    static final String MORE_THREADS = "Raise it: pids.max of the control group (systemd TasksMax), ulimit -u,"
            + " sysctl -w kernel.threads-max; or raise ulimit -n, so that fewer processes are needed";

    private Words() {}

    /** Whatever bounds threads and processes there: {@code pids.max 40, 40 in use}. */
    static String threads(Facts now) {
        String limits = Stream.of(Fact.CGROUP_PIDS_MAX, Fact.SOFT_PROCESSES, Fact.THREADS_MAX)
                .filter(limit -> now.get(limit) >= 0 && now.get(limit) != Facts.UNLIMITED)
                .map(limit -> (limit == Fact.SOFT_PROCESSES ? "ulimit -u" : limit.setting()) + " "
                        + number(now.get(limit))
                        + (limit == Fact.CGROUP_PIDS_MAX && now.get(Fact.CGROUP_PIDS) >= 0
                                ? ", " + number(now.get(Fact.CGROUP_PIDS)) + " in use"
                                : ""))
                .collect(Collectors.joining("; "));
        return limits.isEmpty() ? "limits unknown" : limits;
    }

    static String number(long n) {
        return n == Facts.UNLIMITED ? "unlimited" : n < 0 ? "unknown" : String.format(Locale.ROOT, "%,d", n);
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

    /** The counters of a kernel that grew; the time that event loops ran is none of those. Empty where none did. */
    static String counters(Map<String, Long> grown) {
        return grown.entrySet().stream()
                .filter(e -> !e.getKey().startsWith("loops"))
                .map(e -> e.getKey() + " +" + number(e.getValue()))
                .collect(Collectors.joining(", "));
    }
}
