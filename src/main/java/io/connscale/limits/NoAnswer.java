package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.List;
import java.util.Optional;

/** SYNs that nobody answers, or that have no way; and how long both ends try. */
@AutoService(Limit.class)
public final class NoAnswer implements Limit {
    static final String LOOK = "nft list ruleset at both ends and on routers between, whose connection tracking"
            + " may be full, too (nf_conntrack_count)";
    /** The kernel's default is 5 and 6; with fewer a handshake is given up within seconds. */
    private static final long FEW_RETRIES = 2;

    @Override
    public List<Finding> findings(End end) {
        Fact retries = end instanceof ServerEnd ? Fact.SYNACK_RETRIES : Fact.SYN_RETRIES;
        long now = end.now().get(retries);
        if (now == Facts.UNKNOWN || now > FEW_RETRIES) {
            return List.of();
        }
        long seconds = (1L << (now + 1)) - 1; // 1 s, then twice as long each time (RFC 6298)
        Finding finding = end instanceof ServerEnd
                ? new Finding(
                        retries.setting(),
                        Words.number(now),
                        "handshakes that last longer than " + seconds + " s: the server forgets them",
                        Finding.NO_NUMBER,
                        Remedy.sysctl(retries, 5))
                : new Finding(
                        retries.setting(),
                        Words.number(now),
                        "connects that last longer than " + seconds + " s (ETIMEDOUT)",
                        Finding.NO_NUMBER,
                        Remedy.sysctl(retries, 6));
        return List.of(finding.with("retries", now));
    }

    @Override
    public Optional<Cause> cause(Observation seen) {
        return noRoute(seen).or(() -> noAnswer(seen));
    }

    private static Optional<Cause> noRoute(Observation seen) {
        String[] reasons = {"connect EHOSTUNREACH", "connect ENETUNREACH", "connect ENETDOWN", "connect EACCES"};
        return seen.worst(reasons)
                .map(host -> new Cause(
                        Certainty.NETWORK_ERRNO,
                        host.count(reasons),
                        new Verdict(
                                "no-route",
                                host,
                                host.name() + " has no way to " + host.target() + " (" + host.reasons() + ")",
                                "Look at routes and firewalls: ip route get " + host.targetHost()
                                        + ", nft list ruleset")));
    }

    /** SYNs were sent again and again. That no queue of the server overflowed is said only where its counters say so. */
    private static Optional<Cause> noAnswer(Observation seen) {
        boolean dropped = seen.server().drops() > 0
                || (seen.server().drops() == Facts.UNKNOWN && seen.server().grown(Fact.LISTEN_DROPS) > 0);
        String atServer = atServer(seen.server());
        String why = dropped ? "" : ": packets get lost on the way";
        String address = seen.server().setting("address");
        return seen.worst("connect ETIMEDOUT")
                .map(host -> new Cause(
                        Certainty.NO_ANSWER,
                        host.count("connect ETIMEDOUT"),
                        new Verdict(
                                "no-answer",
                                host,
                                "no answer to " + Words.many(host.count("connect ETIMEDOUT"), "connect") + " from "
                                        + host.name() + " to " + host.target() + " (ETIMEDOUT; SYNs sent again "
                                        + Words.number(host.grown(Fact.SYN_RETRANSMITS)) + ", tcp_syn_retries "
                                        + Words.number(host.now().get(Fact.SYN_RETRIES)) + "; " + atServer + ")" + why,
                                "Look for a firewall that drops: " + LOOK + "; is " + address + " right?")));
    }

    /** What its own sockets dropped is told from what its kernel counted for all programs of the network namespace. */
    private static String atServer(ServerEnd server) {
        long all = server.grown(Fact.LISTEN_DROPS);
        if (server.drops() > 0) {
            return "the server's sockets dropped " + Words.number(server.drops()) + " SYNs and ACKs";
        }
        if (all < 0) {
            return "the server's counters are unknown";
        }
        String inNamespace = "in its network namespace ListenDrops +" + Words.number(all) + ", ListenOverflows "
                + Words.more(server.grown(Fact.LISTEN_OVERFLOWS)) + ", and of its own queue " + server.queueText();
        return all == 0
                ? "no SYN dropped at the server"
                : server.drops() == 0
                        ? "no SYN dropped at the server's sockets; another program's were: " + inNamespace
                        : "whether the server's sockets dropped SYNs is not known: " + inNamespace;
    }
}
