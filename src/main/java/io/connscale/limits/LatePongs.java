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

    /** Lost packets are sent again and counted, a slow server's Pongs are just late. */
    private static Verdict noPong(HostEnd host, ServerEnd server) {
        long again = host.grown(Fact.RETRANSMITS);
        long serverAgain = server.grown(Fact.RETRANSMITS);
        double path = host.roundTripMillis();
        String seen = Words.many(host.count("receive timeout", "receive ETIMEDOUT"), "connection") + " of "
                + host.name() + " ended without a Pong within "
                + host.settings().timeoutMillis()
                + " ms (sent again: client " + Words.number(again) + ", server " + Words.number(serverAgain)
                + " segments; " + (path < 0 ? "" : Words.millis(path) + " to the server and back; ")
                + answered(server) + ")";
        if (again > 0 || serverAgain > 0) {
            return new Verdict(
                    "packets-lost",
                    host,
                    seen + ": packets get lost on the way",
                    "Look for drops: ip -s link, nstat; " + NoAnswer.LOOK);
        }
        if (again < 0 || serverAgain < 0 || path < 0 || !server.running()) {
            return new Verdict(
                    "no-pong",
                    host,
                    seen + (server.running() ? "" : "; this server is not the one that answers")
                            + ": whether packets get lost, the path is slow, or the server is late is not known",
                    "Look at both ends while it happens: nstat, ss -ti");
        }
        return new Verdict(
                "slow-server",
                server,
                seen + ": nothing got lost, the server answers too late",
                "Give the server more CPU (acceptors), a longer timeout or interval");
    }

    private static String answered(ServerEnd server) {
        return switch (server.state()) {
            case RUNNING -> Words.many(server.pings(), "Ping") + " answered";
            case STOPPED -> "the server is not running";
            case SILENT -> "the server's host does not answer";
            case TARGET -> "the server is somebody else's and is not read";
        };
    }
}
