package io.connscale.kernel.diagnosis;

import io.connscale.kernel.Facts;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * From what was seen to a verdict. The rules stand in the order of how surely their evidence names the cause: an errno that
 * only one limit gives, then a counter of the kernel that grew, then what is left. Pure.
 */
public final class Diagnosis {
    private static final List<Function<Evidence, Optional<Verdict>>> RULES = List.of(
            ClientRules::threads,
            ClientRules::files,
            ClientRules::filesOfAll,
            ClientRules::addresses,
            ClientRules::ports,
            ClientRules::memory,
            CgroupRules::outOfMemory,
            ClientRules::processLost,
            ServerRules::threads,
            ServerRules::files,
            PathRules::conntrack,
            ServerRules::bind,
            ServerRules::gone,
            ServerRules::itself,
            CgroupRules::throttled,
            ServerRules::overflow,
            ServerRules::synQueue,
            ServerRules::tcpMemory,
            ServerRules::foreign,
            PathRules::noRoute,
            PathRules::noAnswer,
            PathRules::slow,
            ClientRules::starvedOfCpu,
            PathRules::noPong,
            ServerRules::closed);

    private static final String NONE_GREW = "no kernel counter increased";

    private Diagnosis() {}

    /** The verdict; empty where nothing failed, nothing ended and both ends agree. */
    public static Optional<Verdict> of(Evidence evidence) {
        Optional<Verdict> known = RULES.stream()
                .map(rule -> rule.apply(evidence))
                .flatMap(Optional::stream)
                .findFirst();
        return known.isPresent() || (evidence.errors() == 0 && evidence.unaccepted() <= 0) ? known : unknown(evidence);
    }

    private static Optional<Verdict> unknown(Evidence evidence) {
        ClientSide first = evidence.clients().stream()
                .filter(client -> !client.errors().isEmpty())
                .findFirst()
                .orElse(evidence.clients().get(0));
        String seen = first.reasons();
        String server = evidence.server().errors().isEmpty()
                ? ""
                : "; at the server " + Words.errors(evidence.server().errors());
        String half = evidence.unaccepted() > 0 ? "; " + Words.number(evidence.unaccepted()) + " unaccepted" : "";
        return Optional.of(new Verdict(
                Verdict.UNKNOWN,
                first.host(),
                "the cause at " + Words.number(first.established()) + " on " + first.host() + " is not known; seen: "
                        + (seen.isEmpty() ? "no error" : seen) + server + half + "; "
                        + counters(first, evidence.server()),
                "doctor shows the limits of both ends"));
    }

    private static String counters(ClientSide client, ServerSide server) {
        String here = counters(client.before(), client.now());
        String there = counters(server.before(), server.now());
        return here.equals(NONE_GREW) && there.equals(NONE_GREW)
                ? NONE_GREW + " at either end"
                : "kernel of " + client.host() + ": " + here + ", at the server: " + there;
    }

    private static String counters(Facts before, Facts now) {
        if (!Words.countersKnown(before, now)) {
            return "counters unknown";
        }
        String grown = Words.counters(now.since(before));
        return grown.isEmpty() ? NONE_GREW : grown;
    }
}
