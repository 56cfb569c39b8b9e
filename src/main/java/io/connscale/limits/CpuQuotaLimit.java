package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code cpu.max}: a control group may have so much CPU in each period; when it is used up, all its threads stand still until the next. */
@AutoService(Limit.class)
public final class CpuQuotaLimit implements Limit {
    /** Of the periods in which a group ran: one that was stopped in so many is starved. */
    private static final double STARVED = 0.25;

    private static final long FEW_PERIODS = 5;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MICROS_PER_SECOND = 1e6;

    @Override
    public List<Finding> findings(End end) {
        Facts now = end.now();
        long quota = now.get(Fact.CPU_QUOTA);
        if (quota == Facts.UNKNOWN || quota == Facts.UNLIMITED) {
            return List.of();
        }
        long throttled = now.get(Fact.CPU_THROTTLED);
        String stopped = throttled <= 0
                ? ""
                : ", used up in " + Words.number(throttled) + " of " + Words.number(now.get(Fact.CPU_PERIODS))
                        + " periods";
        return List.of(new Finding(
                        Fact.CPU_QUOTA.setting(),
                        cpus(now) + " CPUs of the " + now.group(Facts.CPU_GROUP) + stopped,
                        "no connection, but beyond it all threads here stand still until the next period",
                        Finding.NO_NUMBER,
                        remedy(now))
                .with("cpus", quota / MICROS_PER_SECOND)
                .with("periods", now.get(Fact.CPU_PERIODS))
                .with("throttledPeriods", throttled));
    }

    private static String cpus(Facts now) {
        return String.format(Locale.ROOT, "%.2f", now.get(Fact.CPU_QUOTA) / MICROS_PER_SECOND);
    }

    private static Remedy remedy(Facts now) {
        return Remedy.ofGroup(
                Fact.CPU_QUOTA.setting(), now.group(Facts.CPU_GROUP), "the container's CPU limit; systemd: CPUQuota=");
    }

    /** An end that was stopped again and again accepts, answers and sends late, whatever else is seen then. */
    @Override
    public Optional<Cause> cause(Observation seen) {
        long late = seen.count("receive timeout", "connect ETIMEDOUT", "receive ETIMEDOUT");
        return !seen.late()
                ? Optional.empty()
                : Stream.<End>concat(Stream.of(seen.server()), seen.hosts().stream())
                        .map(end -> stopped(end, seen))
                        .flatMap(Optional::stream)
                        .findFirst()
                        .map(verdict -> new Cause(Certainty.STOPPED, late, verdict));
    }

    private static Optional<Verdict> stopped(End end, Observation seen) {
        long periods = end.grown(Fact.CPU_PERIODS);
        long throttled = end.grown(Fact.CPU_THROTTLED);
        if (throttled < FEW_PERIODS || throttled < periods * STARVED) {
            return Optional.empty();
        }
        return Optional.of(new Verdict(
                "cpu-quota",
                end,
                end.process() + " had no CPU: the quota of its " + end.now().group(Facts.CPU_GROUP) + " was used up in "
                        + Words.number(throttled) + " of " + Words.number(periods) + " periods (cpu.max "
                        + cpus(end.now()) + " CPUs, stopped for "
                        + String.format(Locale.ROOT, "%.1f", end.grown(Fact.CPU_THROTTLED_TIME) / NANOS_PER_SECOND)
                        + " s; receive timeout " + Words.number(seen.count("receive timeout"))
                        + ", connect ETIMEDOUT " + Words.number(seen.count("connect ETIMEDOUT")) + ")",
                "Raise it: " + remedy(end.now()).text()));
    }
}
