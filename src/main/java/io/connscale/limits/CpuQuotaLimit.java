package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.Comparator;
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
                        cpus(now.get(Fact.CPU_QUOTA)) + " CPUs of the " + now.group(Facts.CPU_GROUP) + stopped,
                        "no connection, but beyond it all threads here stand still until the next period",
                        Finding.NO_NUMBER,
                        remedy(now.group(Facts.CPU_GROUP)))
                .with("cpus", quota / MICROS_PER_SECOND)
                .with("periods", now.get(Fact.CPU_PERIODS))
                .with("throttledPeriods", throttled));
    }

    private static String cpus(long microsPerSecond) {
        return String.format(Locale.ROOT, "%.2f", microsPerSecond / MICROS_PER_SECOND);
    }

    private static Remedy remedy(String group) {
        return Remedy.ofGroup(Fact.CPU_QUOTA.setting(), group, "the container's CPU limit; systemd: CPUQuota=");
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

    /** By its own group's quota, or by that of one around it, which others may have used up: the one that stopped it most often. */
    private static Optional<Verdict> stopped(End end, Observation seen) {
        return end.now().quotasSince(end.before()).stream()
                .filter(quota -> quota.throttled() >= FEW_PERIODS && quota.throttled() >= quota.periods() * STARVED)
                .max(Comparator.comparingLong(Facts.Quota::throttled))
                .map(quota -> verdict(end, quota, seen));
    }

    private static Verdict verdict(End end, Facts.Quota quota, Observation seen) {
        String group = "control group " + quota.group().path();
        return new Verdict(
                "cpu-quota",
                end,
                end.process() + " had no CPU: the quota of its " + group + " was used up in "
                        + Words.number(quota.throttled()) + " of " + Words.number(quota.periods())
                        + " periods (cpu.max "
                        + cpus(quota.microsPerSecond()) + " CPUs, stopped for "
                        + String.format(Locale.ROOT, "%.1f", quota.throttledNanos() / NANOS_PER_SECOND)
                        + " s; receive timeout " + Words.number(seen.count("receive timeout"))
                        + ", connect ETIMEDOUT " + Words.number(seen.count("connect ETIMEDOUT")) + ")",
                "Raise it: " + remedy(group).text());
    }
}
