package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.Fact;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.Optional;

/** Pings without a Pong in time: the path is slow, packets get lost on it, or the server is late. */
@AutoService(Limit.class)
public final class LatePongs implements Limit {
    @Override
    public Optional<Cause> cause(Observation seen) {
        return slowPath(seen)
                .or(() -> seen.worst("receive timeout", "receive ETIMEDOUT")
                        .map(host -> new Cause(
                                Certainty.WHAT_IS_LEFT,
                                seen.count("receive timeout", "receive ETIMEDOUT"),
                                noPong(host, seen.server()))));
    }

    /** Each packet needs longer than a Pong may take: neither end can do anything about it. */
    private static Optional<Cause> slowPath(Observation seen) {
        return seen.worst("receive timeout")
                .filter(host -> host.roundTripMillis() >= host.settings().timeoutMillis())
                .map(host -> new Cause(
                        Certainty.PATH_MEASURED,
                        host.count("receive timeout"),
                        new Verdict(
                                "slow-path",
                                host,
                                Words.many(host.count("receive timeout"), "connection") + " of " + host.name()
                                        + " ended without a Pong within "
                                        + host.settings().timeoutMillis() + " ms: the path alone takes longer, "
                                        + Words.millis(host.roundTripMillis())
                                        + " to the server and back (as the kernel measured it, or the fastest connect)",
                                "Wait longer: set timeout " + longer(host.roundTripMillis()) + " " + host.name())));
    }

    /** Three times as long, in whole seconds where that is a second or more. */
    private static String longer(double millis) {
        long enough = (long) Math.ceil(millis * 3);
        return enough < 1000 ? enough + "ms" : (enough + 999) / 1000 + "s";
    }

    /** A Ping that got lost is sent again until the server's kernel acknowledges it; one that is acknowledged has reached the server. */
    private static Verdict noPong(HostEnd host, ServerEnd server) {
        long overdue = host.seen().tcp().overdue();
        long unheard = host.seen().tcp().unheard();
        boolean lost = unheard * 2 > overdue || host.count("receive ETIMEDOUT") > 0;
        double path = host.roundTripMillis();
        String seen = Words.many(host.count("receive timeout", "receive ETIMEDOUT"), "connection") + " of "
                + host.name() + " ended without a Pong within "
                + host.settings().timeoutMillis() + " ms ("
                + (overdue > 0 ? pings(overdue, unheard) : segments(host, server)) + "; "
                + (path < 0 ? "" : Words.millis(path) + " to the server and back; ")
                + answered(server) + ")";
        if (lost) {
            return new Verdict(
                    "packets-lost",
                    host,
                    seen + ": packets get lost on the way",
                    "Look for drops: ip -s link, nstat; " + NoAnswer.LOOK);
        }
        boolean answers = server.running() || server.read() != null;
        boolean heard = overdue > 0 || (host.grown(Fact.RETRANSMITS) == 0 && server.grown(Fact.RETRANSMITS) == 0);
        if (!heard || path < 0 || !answers) {
            return new Verdict(
                    "no-pong",
                    host,
                    seen
                            + (answers || server.isTarget() ? "" : "; this server is not the one that answers")
                            + ": whether packets get lost, the path is slow, or the server is late is not known",
                    "Look at both ends while it happens: nstat, ss -ti");
        }
        return new Verdict(
                "slow-server",
                server,
                seen + ": nothing got lost, the server answers too late",
                server.running()
                        ? "Give the server more CPU (acceptors), a longer timeout or interval"
                        : "Give that server more CPU, or more processes or threads; or a longer timeout or interval");
    }

    /** By the connections themselves. */
    private static String pings(long overdue, long unheard) {
        return unheard == 0
                ? "the server's kernel had acknowledged their Pings"
                : "the Ping of " + Words.number(unheard) + " of " + Words.number(overdue)
                        + " was sent again and not acknowledged";
    }

    /** Where the connections themselves can't be asked there are only the counters of whole network namespaces, with other programs' segments. */
    private static String segments(HostEnd host, ServerEnd server) {
        String again = Words.number(host.grown(Fact.RETRANSMITS));
        return "sent again in the network namespace"
                + (host.network().equals(server.network())
                        ? " of both: " + again
                        : "s: client " + again + ", server " + Words.number(server.grown(Fact.RETRANSMITS)))
                + " segments, of whatever program";
    }

    private static String answered(ServerEnd server) {
        return switch (server.state()) {
            case RUNNING ->
                server.pings() < 0
                        ? "how many Pings the server answered is unknown"
                        : Words.many(server.pings(), "Ping") + " answered";
            case STOPPED -> "the server is not running";
            case SILENT -> "the server's host does not answer";
            case TARGET ->
                server.read() == null
                        ? "the server is somebody else's and is not read"
                        : AcceptQueueLimit.waiting(server);
        };
    }
}
