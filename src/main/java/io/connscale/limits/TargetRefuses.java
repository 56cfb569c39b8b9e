package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/** Somebody else's server refuses connections, in words, by closing them, or by not being there. */
@AutoService(Limit.class)
public final class TargetRefuses implements Limit {
    private static final String IN_WORDS = "receive unexpected";

    @Override
    public Optional<Cause> cause(Observation seen) {
        return seen.server().state() == ServerEnd.State.TARGET
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
        return new Cause(
                Certainty.OTHER_ANSWERS,
                error.getValue(),
                new Verdict(
                        "target-refuses",
                        seen.server(),
                        "the server at " + host.target() + " refused " + Words.many(error.getValue(), "connection")
                                + " of " + host.name() + (words.isEmpty() ? "" : " with \"" + words + "\"") + " while "
                                + Words.number(host.established()) + " were established there",
                        "Look at that server's own limit and at its log"));
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
        return seen.worst(ServerAddress.ENDED)
                .map(host -> new Cause(
                        Certainty.WHAT_IS_LEFT,
                        seen.count(ServerAddress.ENDED),
                        new Verdict(
                                "target-closes",
                                seen.server(),
                                "the server at " + host.target() + " ended "
                                        + Words.many(seen.count(ServerAddress.ENDED), "connection") + " of "
                                        + host.name()
                                        + " (" + host.reasons() + ") and left it " + Words.number(host.established()),
                                "Look at that server's log: its connection limit, its file limit, its idle time-out, a restart; and"
                                        + " at proxies between")));
    }
}
