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
        String limits = Stream.of(Fact.CGROUP_PIDS_MOST, Fact.SOFT_PROCESSES, Fact.THREADS_MOST)
                .filter(limit -> now.get(limit) >= 0 && now.get(limit) != Facts.UNLIMITED)
                .map(limit -> (limit == Fact.SOFT_PROCESSES ? "ulimit -u" : limit.setting()) + " "
                        + number(now.get(limit))
                        + (limit == Fact.CGROUP_PIDS_MOST && now.get(Fact.CGROUP_PIDS) >= 0
                                ? ", " + number(now.get(Fact.CGROUP_PIDS)) + " in use"
                                : ""))
                .collect(Collectors.joining("; "));
        return limits.isEmpty() ? "limits unknown" : limits;
    }

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
