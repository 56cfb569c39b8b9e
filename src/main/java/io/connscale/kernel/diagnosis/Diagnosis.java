package io.connscale.kernel.diagnosis;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * From what was seen to a verdict. The rules stand in the order of how surely their evidence names the cause: an errno that
 * only one limit gives, then a counter of the kernel that grew, then what is left. Pure.
 */
public final class Diagnosis {
    private static final List<Function<Evidence, Optional<Verdict>>> RULES = List.of(
            ClientRules::files,
            ClientRules::filesOfAll,
            ClientRules::ports,
            ClientRules::memory,
            CgroupRules::outOfMemory,
            ClientRules::processLost,
            ServerRules::files,
            PathRules::conntrack,
            ServerRules::gone,
            CgroupRules::throttled,
            ServerRules::overflow,
            ServerRules::tcpMemory,
            PathRules::noRoute,
            PathRules::noAnswer,
            ClientRules::starvedOfCpu,
            PathRules::noPong,
            ServerRules::closed);

    private Diagnosis() {}

    /** The verdict; empty where nothing failed, nothing ended and both ends agree. */
    public static Optional<Verdict> of(Evidence evidence) {
        Optional<Verdict> known = RULES.stream()
                .map(rule -> rule.apply(evidence))
                .flatMap(Optional::stream)
                .findFirst();
        return known.isPresent() || (evidence.errors() == 0 && evidence.halfOpen() <= 0) ? known : unknown(evidence);
    }

    private static Optional<Verdict> unknown(Evidence evidence) {
        ClientSide first = evidence.clients().stream()
                .filter(client -> !client.errors().isEmpty())
                .findFirst()
                .orElse(evidence.clients().get(0));
        String seen = first.seen();
        String server = evidence.server().errors().isEmpty()
                ? ""
                : "; at the server " + Words.errors(evidence.server().errors());
        String half = evidence.halfOpen() > 0 ? "; " + Words.number(evidence.halfOpen()) + " half-open" : "";
        return Optional.of(new Verdict(
                Verdict.UNKNOWN,
                first.host(),
                "the cause at " + Words.number(first.established()) + " on " + first.host() + " is not known; seen: "
                        + (seen.isEmpty() ? "no error" : seen) + server + half + "; kernel there: "
                        + Words.counters(first.now().since(first.before())) + ", at the server: "
                        + Words.counters(
                                evidence.server().now().since(evidence.server().before())),
                "doctor shows the limits of both ends"));
    }
}
