package io.connscale.limits;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.limits.Limit.Cause;
import io.connscale.limits.Limit.Finding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** All limits that connscale knows: what they say together of one {@link Observation}. Pure. */
public final class Catalogue {
    /** Those with {@code @AutoService(Limit.class)}. */
    public static final Catalogue ALL =
            new Catalogue(ServiceLoader.load(Limit.class, Limit.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList());

    private static final String NONE_GREW = "no kernel counter increased";

    private final List<Limit> limits;

    /** Of these alone. */
    Catalogue(List<Limit> limits) {
        this.limits = List.copyOf(limits);
    }

    /** How many more connections each limit allows, from narrow to wide ones, in the order of the ends. */
    public Plan plan(Observation planned) {
        List<End> ends = planned.ends();
        List<Allowance> rows = new ArrayList<>();
        limits.forEach(limit -> rows.addAll(limit.plan(planned)));
        rows.sort(Comparator.comparing(Allowance::scope)
                .thenComparing(row -> ends.indexOf(row.where().get(0)))
                .thenComparing(Allowance::limit));
        List<Plan.Pace> paces = limits.stream()
                .map(limit -> limit.pace(planned))
                .flatMap(Optional::stream)
                .toList();
        return new Plan(planned.wanted(), rows, paces);
    }

    /**
     * What there is to say of the settings of one end's machine: those that stop the fewest connections first, then those that could
     * not be read; none where there is nothing to say, or nothing at all is known.
     */
    public List<Finding> findings(End end) {
        List<Finding> findings = new ArrayList<>();
        limits.forEach(limit -> findings.addAll(limit.findings(end)));
        findings.sort(Comparator.<Finding>comparingLong(
                        finding -> finding.at() == Finding.NO_NUMBER ? Long.MAX_VALUE : finding.at())
                .thenComparing(Finding::limit));
        if (!end.now().values().isEmpty()) {
            end.now().unread().stream().map(fact -> unread(fact, end.now())).forEach(findings::add);
        }
        return findings;
    }

    private Finding unread(Fact fact, Facts known) {
        return limits.stream()
                .map(limit -> limit.unread(fact, known))
                .flatMap(Optional::stream)
                .findFirst()
                .orElseGet(() -> Finding.unread(fact));
    }

    /** The verdict: the surest cause of what was seen; empty where nothing failed, nothing ended and both ends agree. */
    public Optional<Verdict> verdict(Observation seen) {
        Optional<Verdict> known = limits.stream()
                .map(limit -> limit.cause(seen))
                .flatMap(Optional::stream)
                .min(Cause.SUREST.thenComparing(cause -> cause.verdict().cause()))
                .map(Cause::verdict);
        return known.isPresent() || !seen.troubled() ? known : Optional.of(unknown(seen));
    }

    private static Verdict unknown(Observation seen) {
        HostEnd first = seen.hosts().stream()
                .filter(host -> !host.errors().isEmpty())
                .findFirst()
                .orElse(seen.hosts().get(0));
        ServerEnd server = seen.server();
        String reasons = first.reasons();
        return new Verdict(
                Verdict.UNKNOWN,
                first,
                "the cause at " + Words.number(first.established()) + " on " + first.name() + " is not known; seen: "
                        + (reasons.isEmpty() ? "no error" : reasons)
                        + (server.errors().isEmpty() ? "" : "; at the server " + Words.errors(server.errors()))
                        + (seen.unaccepted() > 0 ? "; " + Words.number(seen.unaccepted()) + " unaccepted" : "") + "; "
                        + counters(first, server),
                "doctor shows the limits of both ends");
    }

    private static String counters(HostEnd host, ServerEnd server) {
        String here = counters(host.before(), host.now());
        String there = counters(server.before(), server.now());
        return here.equals(NONE_GREW) && there.equals(NONE_GREW)
                ? NONE_GREW + " at either end"
                : "kernel of " + host.name() + ": " + here + ", at the server: " + there;
    }

    private static String counters(Facts before, Facts now) {
        if (!Words.countersKnown(before, now)) {
            return "counters unknown";
        }
        String grown = Words.counters(now.since(before));
        return grown.isEmpty() ? NONE_GREW : grown;
    }
}
