package io.connscale.kernel.diagnosis;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.Optional;

/** What happens to packets between both ends. */
final class PathRules {
    private static final long LARGER = 8;
    private static final String LOOK = "nft list ruleset at both ends and on routers between, whose connection tracking"
            + " may be full, too (nf_conntrack_count)";

    private PathRules() {}

    /** The table of either end was full while connects or Pongs went unanswered. */
    static Optional<Verdict> conntrack(Evidence evidence) {
        if (evidence.count("connect ETIMEDOUT", "connect EPERM", "receive timeout", "receive ETIMEDOUT") == 0) {
            return Optional.empty();
        }
        Optional<Verdict> atClient = evidence.clients().stream()
                .map(client -> full(client.host(), client.now(), client.before(), evidence))
                .flatMap(Optional::stream)
                .findFirst();
        ServerSide server = evidence.server();
        return atClient.isPresent() ? atClient : full(Verdict.SERVER, server.now(), server.before(), evidence);
    }

    private static Optional<Verdict> full(String host, Facts now, Facts before, Evidence evidence) {
        long max = now.get(Fact.CONNTRACK_MAX);
        long used = now.get(Fact.CONNTRACK_IN_USE);
        long dropped = Math.max(0, now.grown(Fact.CONNTRACK_DROPPED, before))
                + Math.max(0, now.grown(Fact.CONNTRACK_INSERT_FAILED, before));
        // A table may hold more than its most after that was lowered, and be nobody's on the way: only drops are
        // evidence.
        boolean counted = now.knows(Fact.CONNTRACK_DROPPED);
        boolean full = counted ? dropped > 0 : used >= max;
        if (max == Facts.UNKNOWN || !full) {
            return Optional.empty();
        }
        return Optional.of(new Verdict(
                "conntrack",
                host,
                "connection tracking on " + host + " is full: " + Words.number(used) + " of " + Words.number(max)
                        + " entries (nf_conntrack_max), "
                        + (counted
                                ? Words.many(dropped, "packet") + " dropped"
                                : "how many packets it dropped is unknown")
                        + "; connect ETIMEDOUT " + Words.number(evidence.count("connect ETIMEDOUT"))
                        + ", receive timeout " + Words.number(evidence.count("receive timeout")),
                "Raise it: sysctl -w net.netfilter.nf_conntrack_max=" + max * LARGER
                        + ", or leave these connections untracked (nft: notrack)"));
    }

    static Optional<Verdict> noRoute(Evidence evidence) {
        return ClientRules.worst(
                        evidence, "connect EHOSTUNREACH", "connect ENETUNREACH", "connect ENETDOWN", "connect EACCES")
                .map(client -> new Verdict(
                        "no-route",
                        client.host(),
                        client.host() + " has no way to " + client.target() + " (" + client.reasons() + ")",
                        "Look at routes and firewalls: ip route get " + client.targetHost() + ", nft list ruleset"));
    }

    /** SYNs were sent again and again. That no queue of the server overflowed is said only where its counters say so. */
    static Optional<Verdict> noAnswer(Evidence evidence) {
        ServerSide server = evidence.server();
        long drops = server.grown(Fact.LISTEN_DROPS);
        String atServer = drops > 0
                ? "the server's kernel dropped SYNs: ListenDrops +" + Words.number(drops)
                : drops == 0 ? "no SYN dropped at the server" : "the server's counters are unknown";
        String cause = drops > 0 ? "" : ": packets get lost on the way";
        return ClientRules.worst(evidence, "connect ETIMEDOUT")
                .map(client -> new Verdict(
                        "no-answer",
                        client.host(),
                        "no answer to " + Words.many(client.count("connect ETIMEDOUT"), "connect") + " from "
                                + client.host() + " to " + client.target() + " (ETIMEDOUT; SYNs sent again "
                                + Words.number(client.grown(Fact.SYN_RETRANSMITS)) + ", tcp_syn_retries "
                                + Words.number(client.now().get(Fact.SYN_RETRIES))
                                + "; " + atServer + ")" + cause,
                        "Look for a firewall that drops: " + LOOK + "; is server.address right?"));
    }

    /** Each packet needs longer than a Pong may take: neither end can do anything about it. */
    static Optional<Verdict> slow(Evidence evidence) {
        return ClientRules.worst(evidence, "receive timeout")
                .filter(client -> client.roundTripMillis() >= client.timeoutMillis())
                .map(client -> new Verdict(
                        "slow-path",
                        client.host(),
                        Words.many(client.count("receive timeout"), "connection") + " of " + client.host()
                                + " ended without a Pong within " + client.timeoutMillis()
                                + " ms: the path alone takes longer, " + Words.millis(client.roundTripMillis())
                                + " to the server and back (as the kernel measured it, or the fastest connect)",
                        "Wait longer: set timeout " + longer(client.roundTripMillis()) + " " + client.host()));
    }

    /** Three times as long, in whole seconds where that is a second or more. */
    private static String longer(double millis) {
        long enough = (long) Math.ceil(millis * 3);
        return enough < 1000 ? enough + "ms" : (enough + 999) / 1000 + "s";
    }

    /** Pings went unanswered: lost packets are sent again and counted, a slow server's Pongs are just late. */
    static Optional<Verdict> noPong(Evidence evidence) {
        return ClientRules.worst(evidence, "receive timeout", "receive ETIMEDOUT")
                .map(client -> noPong(client, evidence.server()));
    }

    private static Verdict noPong(ClientSide client, ServerSide server) {
        long again = client.grown(Fact.RETRANSMITS);
        long serverAgain = server.grown(Fact.RETRANSMITS);
        double path = client.roundTripMillis();
        String seen = Words.many(client.count("receive timeout", "receive ETIMEDOUT"), "connection") + " of "
                + client.host() + " ended without a Pong within " + client.timeoutMillis()
                + " ms (sent again: client " + Words.number(again) + ", server " + Words.number(serverAgain)
                + " segments; " + (path < 0 ? "" : Words.millis(path) + " to the server and back; ")
                + answered(server) + ")";
        if (again > 0 || serverAgain > 0) {
            return new Verdict(
                    "packets-lost",
                    client.host(),
                    seen + ": packets get lost on the way",
                    "Look for drops: ip -s link, nstat; " + LOOK);
        }
        if (again < 0 || serverAgain < 0 || path < 0 || !server.running()) {
            return new Verdict(
                    "no-pong",
                    client.host(),
                    seen + (server.running() ? "" : "; this server is not the one that answers")
                            + ": whether packets get lost, the path is slow, or the server is late is not known",
                    "Look at both ends while it happens: nstat, ss -ti");
        }
        return new Verdict(
                "slow-server",
                Verdict.SERVER,
                seen + ": nothing got lost, the server answers too late",
                "Give the server more CPU (acceptors), a longer timeout or interval");
    }

    private static String answered(ServerSide server) {
        return switch (server.state()) {
            case RUNNING -> Words.many(server.pings(), "Ping") + " answered";
            case STOPPED -> "the server is not running";
            case SILENT -> "the server's host does not answer";
        };
    }
}
