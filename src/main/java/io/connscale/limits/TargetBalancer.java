package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.Optional;

/**
 * What listens there accepts and ends connections at once, before it has answered: so does a load balancer that has no server behind
 * it that takes more. A server that does it at a round number has a limit of its own, which {@link TargetRefuses} tells.
 */
@AutoService(Limit.class)
public final class TargetBalancer implements Limit {
    private static final long FEW = 10;
    private static final long AT_ONCE_MICROS = 200_000;

    @Override
    public Optional<Cause> cause(Observation seen) {
        if (!TargetEvidence.isTarget(seen) || TargetEvidence.limit(seen).isPresent()) {
            return Optional.empty();
        }
        return seen.worst(ServerAddress.ENDED)
                .filter(host -> atOnce(host) >= FEW)
                .map(host -> new Cause(
                        Certainty.OTHER_ANSWERS,
                        atOnce(host),
                        new Verdict(
                                "target-balancer",
                                seen.server(),
                                TargetEvidence.name(seen) + " accepted " + Words.many(atOnce(host), "connection")
                                        + " of "
                                        + host.name() + " and ended each at once (" + host.reasons()
                                        + "): so does a load balancer without a server behind it that takes more",
                                "Look at what stands behind it and at its log; with runs: in hosts.yaml at the server"
                                        + " behind it connscale reads that one")));
    }

    /** Those that ended before they were answered, or were no older than a moment. */
    private static long atOnce(HostEnd host) {
        long ended = host.count(ServerAddress.ENDED);
        long unanswered = Math.min(ended, host.seen().counts().failed());
        boolean young = host.seen().times().lifetime().count() > 0
                && host.seen().times().lifetime().percentile(90) < AT_ONCE_MICROS;
        return unanswered * 5 >= ended * 4 ? unanswered : young && host.established() == 0 ? ended : 0;
    }
}
