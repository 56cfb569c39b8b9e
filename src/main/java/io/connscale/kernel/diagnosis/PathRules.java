package io.connscale.kernel.diagnosis;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.Optional;

/** What happens to packets between both ends. */
final class PathRules {
    private static final long LARGER = 8;

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
        long most = now.get(Fact.CONNTRACK_MOST);
        long used = now.get(Fact.CONNTRACK_IN_USE);
        long dropped = now.grown(Fact.CONNTRACK_DROPPED, before) + now.grown(Fact.CONNTRACK_INSERT_FAILED, before);
        // A table may hold more than its most after that was lowered, and be nobody's on the way: only drops are
        // evidence.
        boolean full = now.knows(Fact.CONNTRACK_DROPPED) ? dropped > 0 : used >= most;
        if (most == Facts.UNKNOWN || !full) {
            return Optional.empty();
        }
        return Optional.of(new Verdict(
                "conntrack",
                host,
                "connection tracking on " + host + " is full: " + Words.number(used) + " of " + Words.number(most)
                        + " entries (nf_conntrack_max), " + Words.many(dropped, "packet")
                        + " dropped; connect ETIMEDOUT "
                        + Words.number(evidence.count("connect ETIMEDOUT")) + ", receive timeout "
                        + Words.number(evidence.count("receive timeout")),
                "Raise it: sysctl -w net.netfilter.nf_conntrack_max=" + most * LARGER
                        + ", or leave these connections untracked (nft: notrack)"));
    }

    static Optional<Verdict> noRoute(Evidence evidence) {
        return ClientRules.worst(
                        evidence, "connect EHOSTUNREACH", "connect ENETUNREACH", "connect ENETDOWN", "connect EACCES")
                .map(client -> new Verdict(
                        "no-route",
                        client.host(),
                        client.host() + " has no way to " + client.target() + " (" + client.seen() + ")",
                        "Look at routes and firewalls: ip route get, nft list ruleset"));
    }

    /** SYNs were sent again and again, and no queue of the server overflowed: they, or the answers, get lost. */
    static Optional<Verdict> noAnswer(Evidence evidence) {
        return ClientRules.worst(evidence, "connect ETIMEDOUT")
                .map(client -> new Verdict(
                        "no-answer",
                        client.host(),
                        "no answer to " + Words.many(client.count("connect ETIMEDOUT"), "connect") + " from "
                                + client.host() + " to " + client.target() + " (ETIMEDOUT; SYNs sent again "
                                + Words.number(client.grown(Fact.SYN_RETRANSMITS)) + ", tcp_syn_retries "
                                + Words.number(client.now().get(Fact.SYN_RETRIES))
                                + "; no overflow at the server): packets get lost on the way",
                        "Look for a firewall that drops: nft list ruleset at both ends; is server.address right?"));
    }

    /** Pings went unanswered: lost packets are sent again and counted, a slow server's Pongs are just late. */
    static Optional<Verdict> noPong(Evidence evidence) {
        return ClientRules.worst(evidence, "receive timeout", "receive ETIMEDOUT")
                .map(client -> {
                    long again = client.grown(Fact.RETRANSMITS);
                    long serverAgain = evidence.server().grown(Fact.RETRANSMITS);
                    String pongs = Words.many(client.count("receive timeout", "receive ETIMEDOUT"), "connection")
                            + " of " + client.host() + " ended without a Pong within " + client.timeoutMillis()
                            + " ms (";
                    String counts = "sent again: client " + Words.number(again) + ", server "
                            + Words.number(serverAgain) + " segments; "
                            + Words.many(evidence.server().pings(), "Ping")
                            + " answered)";
                    return again + serverAgain > 0
                            ? new Verdict(
                                    "packets-lost",
                                    client.host(),
                                    pongs + counts + ": packets get lost on the way",
                                    "Look for drops: ip -s link, nft list ruleset, nstat at both ends")
                            : new Verdict(
                                    "slow-server",
                                    Verdict.SERVER,
                                    pongs + counts + ": nothing got lost, the server answers too late",
                                    "Give the server more CPU (acceptors), a longer timeout or interval");
                });
    }
}
