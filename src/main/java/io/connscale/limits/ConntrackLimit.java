package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a firewall tracks connections, the table has {@code nf_conntrack_max} entries, one for each; when it is full, packets
 * of new ones are dropped, and connect(2) waits until it gives up. The table may be there and nothing be put into it: connections
 * are tracked only where a firewall's rule asks for it, which shows in entries.
 */
@AutoService(Limit.class)
public final class ConntrackLimit implements Limit {
    private static final int LARGER = 8;
    private static final long SPARE = 10_000;

    @Override
    public List<Allowance> plan(Observation planned) {
        return Place.networks(planned.ends()).stream()
                .filter(network -> network.least(ConntrackLimit::left) != Facts.UNKNOWN)
                .map(ConntrackLimit::allowance)
                .toList();
    }

    private static Allowance allowance(Place network) {
        End knowing = network.knowing(end -> left(end) != Facts.UNKNOWN);
        Facts facts = knowing.now();
        long max = facts.get(Fact.CONNTRACK_MAX);
        long used = facts.get(Fact.CONNTRACK_IN_USE);
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("max", max);
        numbers.put("used", used);
        return new Allowance(
                "conntrack",
                Allowance.Scope.NETWORK,
                network.ends(),
                network.wanted(),
                left(knowing),
                Words.number(max) + " entries − " + Words.number(used) + " in use",
                numbers,
                fix(facts, network.wanted()));
    }

    /** Unknown where nothing is tracked. */
    private static long left(End end) {
        return end.now().get(Fact.CONNTRACK_IN_USE) <= 0
                ? Facts.UNKNOWN
                : end.left(Fact.CONNTRACK_MAX, Fact.CONNTRACK_IN_USE);
    }

    /** Silent about what is more than the memory has room for. */
    @Override
    public List<Finding> findings(End end) {
        long left = left(end);
        long max = end.now().get(Fact.CONNTRACK_MAX);
        long used = end.now().get(Fact.CONNTRACK_IN_USE);
        return left == Facts.UNKNOWN || left >= MemoryLimit.room(end)
                ? List.of()
                : List.of(new Finding(
                                Fact.CONNTRACK_MAX.setting(),
                                Words.number(max) + ", " + Words.number(used) + " in use",
                                "connections that the firewall tracks; packets of further ones are dropped",
                                left,
                                remedy(end.now(), 0))
                        .with("connections", max)
                        .with("inUse", used));
    }

    /** The table of either end was full while connects or Pongs went unanswered. */
    @Override
    public Optional<Cause> cause(Observation seen) {
        long unanswered = seen.count("connect ETIMEDOUT", "connect EPERM", "receive timeout", "receive ETIMEDOUT");
        return unanswered == 0
                ? Optional.empty()
                : Stream.<End>concat(seen.hosts().stream(), Stream.of(seen.server()))
                        .map(end -> full(end, seen))
                        .flatMap(Optional::stream)
                        .findFirst()
                        .map(verdict -> new Cause(Certainty.DROPPED, unanswered, verdict));
    }

    /** A table may hold more than its most after that was lowered, and be nobody's on the way: only drops are evidence. */
    private static Optional<Verdict> full(End end, Observation seen) {
        long max = end.now().get(Fact.CONNTRACK_MAX);
        long used = end.now().get(Fact.CONNTRACK_IN_USE);
        long dropped =
                Math.max(0, end.grown(Fact.CONNTRACK_DROPPED)) + Math.max(0, end.grown(Fact.CONNTRACK_INSERT_FAILED));
        boolean counted = end.now().knows(Fact.CONNTRACK_DROPPED);
        if (max == Facts.UNKNOWN || (counted ? dropped == 0 : used < max)) {
            return Optional.empty();
        }
        return Optional.of(new Verdict(
                "conntrack",
                end,
                "connection tracking on " + end.name() + " is full: " + Words.number(used) + " of " + Words.number(max)
                        + " entries (nf_conntrack_max), "
                        + (counted
                                ? Words.many(dropped, "packet") + " dropped"
                                : "how many packets it dropped is unknown")
                        + "; connect ETIMEDOUT " + Words.number(seen.count("connect ETIMEDOUT"))
                        + ", receive timeout " + Words.number(seen.count("receive timeout")),
                "Raise it: " + fix(end.now(), 0)));
    }

    private static Remedy remedy(Facts facts, long more) {
        return Remedy.sysctl(
                Fact.CONNTRACK_MAX,
                Remedy.times(
                        LARGER,
                        facts.get(Fact.CONNTRACK_MAX),
                        Math.max(0, facts.get(Fact.CONNTRACK_IN_USE)) + more + SPARE));
    }

    private static String fix(Facts facts, long more) {
        return remedy(facts, more).now() + ", or leave these connections untracked (nft: notrack)";
    }
}
