package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.limits.Limit.Cause.Certainty;
import io.connscale.stats.Distribution;
import java.util.Locale;
import java.util.Optional;

/**
 * Somebody else's server closes connections that were idle for so long: those that it ended lived equally long. One that closes the
 * oldest ones to take new ones shows the same while new ones come; then this says nothing.
 */
@AutoService(Limit.class)
public final class TargetIdle implements Limit {
    private static final long FEW = 10;
    private static final double MICROS = 1e6;
    /** Shorter ones are cut for another reason, or the times are too short to be equal by more than chance. */
    private static final double LEAST_SECONDS = 1;
    /** How far the middle eight tenths may be from the median: servers look in steps of a second. */
    private static final double APART = 0.1;

    private static final double STEP_SECONDS = 1.1;

    @Override
    public Optional<Cause> cause(Observation seen) {
        return idle(seen);
    }

    static Optional<Cause> idle(Observation seen) {
        return TargetEvidence.isTarget(seen)
                ? seen.worst(ServerAddress.ENDED).flatMap(host -> idle(seen, host))
                : Optional.empty();
    }

    private static Optional<Cause> idle(Observation seen, HostEnd host) {
        Distribution lifetimes = host.seen().times().lifetime();
        long ended = host.count(ServerAddress.ENDED);
        double median = lifetimes.percentile(50) / MICROS;
        double apart = Math.max(lifetimes.percentile(90) / MICROS - median, median - lifetimes.percentile(10) / MICROS);
        if (ended < FEW
                || lifetimes.count() > ended * 5 / 4 // others were stopped by us
                || ended > lifetimes.count() * 5 / 4 // or never came up
                || median < LEAST_SECONDS
                || apart > Math.max(median * APART, STEP_SECONDS)
                || makesPlace(host, ended, median)) {
            return Optional.empty();
        }
        return Optional.of(new Cause(
                Certainty.OTHER_ANSWERS,
                ended,
                new Verdict(
                        "target-idle",
                        seen.server(),
                        TargetEvidence.name(seen) + " ended " + Words.many(ended, "connection") + " of " + host.name()
                                + String.format(
                                        Locale.ROOT,
                                        " when each was %.1f s old (80 %% of them %.1f to %.1f s)",
                                        median,
                                        lifetimes.percentile(10) / MICROS,
                                        lifetimes.percentile(90) / MICROS)
                                + ": it closes idle ones after that time, or ended all at once (" + host.reasons()
                                + ")",
                        "Set an interval below that (set interval), or raise its idle time-out; behind a balancer that has"
                                + " one, too")));
    }

    /** Whether new ones may have taken their places: as many came, and those that ended are no older than the opening took. */
    private static boolean makesPlace(HostEnd host, long ended, double median) {
        double opening = (double) host.seen().attempted() / host.settings().perSecond();
        return host.established() > 0 && host.seen().attempted() * 2 > ended && median < 2 * opening;
    }
}
