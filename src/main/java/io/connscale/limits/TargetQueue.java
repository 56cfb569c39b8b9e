package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Somebody else's server does not accept what waits in its accept queue: for its clients these are established, and nobody answers
 * them. Many do so on purpose, when they hold as many as they were told to.
 */
@AutoService(Limit.class)
public final class TargetQueue implements Limit {
    /** Fewer may be on their way. */
    private static final long MANY = 10;

    @Override
    public Optional<Cause> cause(Observation seen) {
        ServerEnd server = seen.server();
        long unanswered = seen.unanswered().count()
                + seen.count("receive timeout", "connect ETIMEDOUT", "tls handshake: timeout");
        return !TargetEvidence.isTarget(seen) || unanswered == 0 || server.waiting() < MANY
                ? Optional.empty()
                : TargetEvidence.found(server)
                        .map(
                                read -> new Cause(
                                        Certainty.STOPPED,
                                        server.waiting(),
                                        new Verdict(
                                                "target-queue",
                                                server,
                                                TargetEvidence.name(seen) + " does not accept: "
                                                        + AcceptQueueLimit.waiting(server)
                                                        + server.backlogText() + ", it holds "
                                                        + Words.number(read.accepted())
                                                        + limit(read) + " ("
                                                        + seen.hosts().get(0).reasons() + ")",
                                                RoundNumber.is(read.accepted())
                                                        ? TargetEvidence.raise(seen, "")
                                                        : "Look at its log, and whether it has CPU (stats); open more slowly (--rate)")));
    }

    private static String limit(ServerEnd.Read read) {
        OptionalLong limit = RoundNumber.among(read.accepted());
        return limit.isPresent() ? ", a limit of its own" : "";
    }
}
