package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.Fact;
import io.connscale.kernel.ForeignServer;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.Locale;
import java.util.Optional;

/**
 * A process of somebody else's server used a whole CPU, or all that there are, or had to wait for one, while answers were missing: it has no time
 * for more.
 */
@AutoService(Limit.class)
public final class TargetCpu implements Limit {
    /** Of the time since the request began: most servers have one thread that does it all, and it was not at work from the start. */
    private static final double BUSY = 0.8;

    private static final double NANOS_A_MILLI = 1e6;

    @Override
    public Optional<Cause> cause(Observation seen) {
        double millis = seen.server().grown(Fact.UPTIME);
        return !TargetEvidence.isTarget(seen) || !seen.late() || millis <= 0
                ? Optional.empty()
                : TargetEvidence.found(seen.server())
                        .flatMap(read -> read.now().processes().stream()
                                .flatMap(now -> busy(read.before(), now, millis * NANOS_A_MILLI).stream()
                                        .map(busy -> verdict(seen, now, busy)))
                                .findFirst());
    }

    /**
     * What it did meanwhile.
     *
     * @param cpus that it used on average
     * @param waited threads of it that could have run and waited for a CPU, on average; 0 where that is unknown
     */
    private record Busy(double cpus, double waited) {
        static Busy of(ForeignServer.Member then, ForeignServer.Member now, double nanos) {
            Long before = then.waitedNanos();
            Long after = now.waitedNanos();
            return new Busy(
                    (now.cpuNanos() - then.cpuNanos()) / nanos,
                    before == null || after == null ? 0 : Math.max(0, after - before) / nanos);
        }

        String text() {
            return String.format(Locale.ROOT, "%.2f CPUs", cpus)
                    + (cpus >= BUSY ? "" : String.format(Locale.ROOT, " and waited for %.2f more", waited));
        }
    }

    private static Optional<Busy> busy(ForeignServer before, ForeignServer.Member now, double nanos) {
        return before.processes().stream()
                .filter(now::isSame)
                .map(then -> Busy.of(then, now, nanos))
                .filter(busy -> busy.cpus + busy.waited >= BUSY)
                .findFirst();
    }

    private static Cause verdict(Observation seen, ForeignServer.Member process, Busy busy) {
        long late = seen.count("receive timeout", "connect ETIMEDOUT", "receive ETIMEDOUT");
        return new Cause(
                Certainty.SERVER_MEASURED,
                late,
                new Verdict(
                        "target-cpu",
                        seen.server(),
                        "the server at " + seen.hosts().get(0).target() + " has no CPU left: " + process + " used "
                                + busy.text() + " of "
                                + Words.number(seen.server().now().get(Fact.CPUS)) + " there ("
                                + seen.hosts().get(0).reasons() + ")",
                        busy.cpus >= BUSY
                                ? "Give it more processes or threads, a longer interval, or fewer connections"
                                : "Give its machine more CPUs or less other work, a longer interval, or fewer connections"));
    }
}
