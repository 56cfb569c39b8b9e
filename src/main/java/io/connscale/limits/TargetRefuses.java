package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.Fact;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Somebody else's server refuses connections, in words, by closing them, or by not being there. Where it does so at a round number
 * that is a limit that it was given.
 */
@AutoService(Limit.class)
public final class TargetRefuses implements Limit {
    private static final String IN_WORDS = "receive unexpected";

    @Override
    public Optional<Cause> cause(Observation seen) {
        return seen.server().isTarget()
                ? inWords(seen).or(() -> notThere(seen)).or(() -> closes(seen))
                : Optional.empty();
    }

    /** What it said most often tells what its limit is. */
    private static Optional<Cause> inWords(Observation seen) {
        return seen.hosts().stream()
                .flatMap(host -> host.errors().entrySet().stream()
                        .filter(error -> error.getKey().startsWith(IN_WORDS))
                        .map(error -> inWords(seen, host, error)))
                .max(Comparator.comparingLong(Cause::explains));
    }

    private static Cause inWords(Observation seen, HostEnd host, Map.Entry<String, Long> error) {
        String words = error.getKey().substring(IN_WORDS.length()).replaceFirst("^: ", "");
        if (words.isEmpty()) {
            return noPong(seen, host, error.getValue());
        }
        return new Cause(
                Certainty.OTHER_ANSWERS,
                error.getValue(),
                new Verdict(
                        "target-refuses",
                        seen.server(),
                        TargetEvidence.name(seen) + " refused " + Words.many(error.getValue(), "connection")
                                + " of " + host.name() + " with \"" + words + "\" while "
                                + Words.number(host.established()) + " were established there"
                                + ownLimit(TargetEvidence.limit(seen)),
                        TargetEvidence.raise(seen, words)));
    }

    /** Only of Pings that is not said which ended with what. */
    private static Cause noPong(Observation seen, HostEnd host, long unexpected) {
        String bytes = String.join(", ", host.seen().unexpected());
        return new Cause(
                Certainty.OTHER_ANSWERS,
                unexpected,
                new Verdict(
                        "target-refuses",
                        seen.server(),
                        TargetEvidence.name(seen) + " answered " + Words.many(unexpected, "Ping") + " of " + host.name()
                                + (bytes.isEmpty() ? "" : " with " + bytes) + " instead of \"Pong\"",
                        "Name what it speaks in hosts.yaml (talk:): without that it is taken for a connscale server"));
    }

    /** At a round number, and before they were answered: that is no chance, and no overflow of a queue, which resets nothing by itself. */
    private static Certainty certainty(Observation seen, OptionalLong limit) {
        long failed = seen.hosts().stream()
                .mapToLong(host -> host.seen().counts().failed())
                .sum();
        return limit.isEmpty()
                ? Certainty.WHAT_IS_LEFT
                : failed * 5 >= seen.count(ServerAddress.ENDED) * 4 ? Certainty.STOPPED : Certainty.OTHER_ANSWERS;
    }

    /** Of one that closes: what is left of those that it ended when they were equally old is as round by chance. */
    private static OptionalLong limit(Observation seen) {
        return TargetIdle.idle(seen).isPresent() ? OptionalLong.empty() : TargetEvidence.limit(seen);
    }

    private static String ownLimit(OptionalLong limit) {
        return limit.isPresent() ? ": a limit of its own, at " + Words.number(limit.getAsLong()) : "";
    }

    private static Optional<Cause> notThere(Observation seen) {
        return seen.worst("connect ECONNREFUSED")
                .map(host -> new Cause(
                        Certainty.ADDRESS,
                        seen.count("connect ECONNREFUSED"),
                        new Verdict(
                                "target-refused",
                                seen.server(),
                                "nobody listens at " + host.target() + ": "
                                        + Words.many(seen.count("connect ECONNREFUSED"), "connect") + " from "
                                        + host.name()
                                        + " refused (ECONNREFUSED)",
                                "Start that server where it runs; look at target.address and target.ports in hosts.yaml, and"
                                        + " at firewalls that reject")));
    }

    private static Optional<Cause> closes(Observation seen) {
        OptionalLong limit = limit(seen);
        return seen.worst(ServerAddress.ENDED)
                .map(host -> new Cause(
                        certainty(seen, limit),
                        seen.count(ServerAddress.ENDED),
                        new Verdict(
                                "target-closes",
                                seen.server(),
                                TargetEvidence.name(seen) + " ended "
                                        + Words.many(seen.count(ServerAddress.ENDED), "connection") + " of "
                                        + host.name()
                                        + " (" + host.reasons() + ") and left it " + Words.number(host.established())
                                        + ownLimit(limit) + overflowed(seen),
                                (overflowed(seen).isEmpty()
                                                ? ""
                                                : AcceptQueueLimit.raise() + ". If that changes nothing: ")
                                        + (limit.isPresent()
                                                        || !TargetEvidence.setting(seen, "")
                                                                .isEmpty()
                                                ? TargetEvidence.raise(seen, "")
                                                : "Look at that server's log: its connection limit, its file limit, its idle time-out, a restart; and"
                                                        + " at proxies between"))));
    }

    /**
     * A client that the kernel forgot, since there was no room in the accept queue, is reset when it sends. What a foreign socket dropped
     * is not read, and the counter is of the whole machine: a part of the evidence, no verdict.
     */
    private static String overflowed(Observation seen) {
        long overflows = seen.server().grown(Fact.LISTEN_OVERFLOWS);
        return overflows > 0
                ? "; accept queues of its machine overflowed meanwhile (ListenOverflows " + Words.more(overflows)
                        + ", whose is unknown)"
                : "";
    }
}
