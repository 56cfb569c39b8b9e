package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.Fact;
import io.connscale.kernel.ForeignServer;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.Locale;
import java.util.Optional;

/** A process of somebody else's server used a whole CPU, or all that there are, while answers were missing: it has no time for more. */
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
                                        .map(cpus -> verdict(seen, now, cpus)))
                                .findFirst());
    }

    private static Optional<Double> busy(ForeignServer before, ForeignServer.Member now, double nanos) {
        return before.processes().stream()
                .filter(then -> then.pid() == now.pid() && then.began() == now.began())
                .map(then -> (now.cpuNanos() - then.cpuNanos()) / nanos)
                .filter(cpus -> cpus >= BUSY)
                .findFirst();
    }

    private static Cause verdict(Observation seen, ForeignServer.Member process, double cpus) {
        long late = seen.count("receive timeout", "connect ETIMEDOUT", "receive ETIMEDOUT");
        return new Cause(
                Certainty.SERVER_MEASURED,
                late,
                new Verdict(
                        "target-cpu",
                        seen.server(),
                        "the server at " + seen.hosts().get(0).target() + " has no CPU left: " + process + " used "
                                + String.format(Locale.ROOT, "%.2f", cpus) + " CPUs of "
                                + Words.number(seen.server().now().get(Fact.CPUS)) + " there ("
                                + seen.hosts().get(0).reasons() + ")",
                        "Give it more processes or threads, a longer interval, or fewer connections"));
    }
}
