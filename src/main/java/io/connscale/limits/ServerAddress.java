package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.Facts;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.List;
import java.util.Optional;

/** Whether the server is where clients connect to: it may be at another address, not be there any more, or not be let through to. */
@AutoService(Limit.class)
public final class ServerAddress implements Limit {
    static final String[] ENDED = {
        "receive closed",
        "receive ECONNRESET",
        "send ECONNRESET",
        "send EPIPE",
        "receive EPIPE",
        "tls handshake: closed",
        "tls handshake: ECONNRESET"
    };
    private static final List<String> WILDCARDS = List.of("0.0.0.0", "::", "*");

    @Override
    public Optional<Cause> cause(Observation seen) {
        if (seen.server().isTarget()) {
            return itself(seen);
        }
        return elsewhere(seen)
                .or(() -> refused(seen))
                .or(() -> silent(seen))
                .or(() -> gone(seen))
                .or(() -> itself(seen))
                .or(() -> closed(seen));
    }

    /** The server is where it says, and this client asks somewhere else. */
    private static Optional<Cause> elsewhere(Observation seen) {
        ServerEnd server = seen.server();
        return seen.worst("connect ECONNREFUSED", "receive unexpected").flatMap(host -> {
            String refused = " (" + host.reasons() + ")";
            long count = host.count("connect ECONNREFUSED", "receive unexpected");
            if (SourceAddress.isLoopback(host.targetHost()) && host.isElsewhere(server)) {
                return Optional.of(cause(
                        count,
                        "bind",
                        server,
                        host.name() + " connects to " + host.target()
                                + ", which is that host itself: the server is on another machine or in another"
                                + " network namespace" + refused,
                        "Set server.bind (or server.address) in hosts.yaml to an address that " + host.name()
                                + " can reach"));
            }
            List<String> bound = server.listening().bound();
            boolean loopbackOnly = !bound.isEmpty() && bound.stream().allMatch(SourceAddress::isLoopback);
            return server.running() && loopbackOnly && !SourceAddress.isLoopback(host.targetHost())
                    ? Optional.of(cause(
                            count,
                            "bind",
                            server,
                            "the server listens on " + bound.get(0) + " alone (server.bind), and " + host.name()
                                    + " connects to " + host.target() + refused,
                            "Set server: {bind: 0.0.0.0} in hosts.yaml, or an address that " + host.name()
                                    + " can reach"))
                    : Optional.empty();
        });
    }

    private static Cause cause(long explains, String word, End end, String sentence, String remedy) {
        return new Cause(Certainty.ADDRESS, explains, new Verdict(word, end, sentence, remedy));
    }

    /** Nobody listens, or a firewall says so. */
    private static Optional<Cause> refused(Observation seen) {
        long refused = seen.count("connect ECONNREFUSED");
        return seen.worst("connect ECONNREFUSED").map(host -> refused(host, seen.server(), refused));
    }

    private static Cause refused(HostEnd host, ServerEnd server, long refused) {
        String sentence = Words.many(refused, "connect") + " from " + host.name() + " refused (ECONNREFUSED), ";
        if (!server.running()) {
            return cause(
                    refused,
                    "refused",
                    server,
                    "no server at " + host.target() + ": " + sentence + whoListens(server),
                    start(server));
        }
        List<String> bound = server.listening().bound();
        boolean others =
                bound.stream().noneMatch(address -> WILDCARDS.contains(address) || address.equals(host.targetHost()));
        return cause(
                refused,
                "refused",
                server,
                "no server at " + host.target() + " for " + host.name() + ": " + sentence + "though the server runs"
                        + (others ? " and listens on " + String.join(", ", bound) : "")
                        + ": a firewall refuses them (reject with a reset or port-unreachable), or server.address is another"
                        + " machine's",
                "Look for reject: nft list ruleset at both ends and on routers between; and at server.address in hosts.yaml");
    }

    /** What was up has ended, and its host does not answer: perhaps the server runs. */
    private static Optional<Cause> silent(Observation seen) {
        long ended = seen.count(ENDED);
        return seen.server().state() != ServerEnd.State.SILENT
                ? Optional.empty()
                : seen.worst(ENDED)
                        .map(host -> new Cause(
                                Certainty.WHAT_IS_LEFT,
                                ended,
                                new Verdict(
                                        "server-silent",
                                        seen.server(),
                                        Words.many(ended, "connection") + " of " + host.name() + " to " + host.target()
                                                + " ended (" + host.reasons()
                                                + "), and the server's host does not answer: whether the server still runs is not known",
                                        start(seen.server()))));
    }

    /** What was up has ended with the server. */
    private static Optional<Cause> gone(Observation seen) {
        ServerEnd server = seen.server();
        long ended = seen.count(ENDED);
        boolean listens = server.listensSomewhere().orElse(false);
        return server.running() || listens
                ? Optional.empty()
                : seen.worst(ENDED)
                        .map(host -> cause(
                                ended,
                                "server-gone",
                                server,
                                "the server at " + host.target() + " is gone: it ended "
                                        + Words.many(ended, "connection") + " of " + host.name() + " ("
                                        + host.reasons() + "), " + whoListens(server),
                                start(server)));
    }

    private static String start(ServerEnd server) {
        return server.state() == ServerEnd.State.SILENT
                ? "hosts shows the state of its host"
                : "Start it: server start";
    }

    private static String whoListens(ServerEnd server) {
        if (server.state() == ServerEnd.State.SILENT) {
            return "and the server's host does not answer";
        }
        return server.listensSomewhere()
                .map(listens -> listens
                        ? "the server is not running, " + server.foreigner() + " listens there"
                        : "nobody listens")
                .orElse("the server is not running; whether anybody else listens there is not known");
    }

    /** A socket that got the server's own port connected to itself (RFC 9293, simultaneous open): possible where nobody listens. */
    private static Optional<Cause> itself(Observation seen) {
        return seen.worst("receive self-connect").map(host -> {
            Facts now = host.now();
            long count = host.count("receive self-connect");
            return cause(
                    count,
                    "self-connect",
                    host,
                    Words.many(count, "connection") + " of " + host.name() + " connected to itself: nobody listens at "
                            + host.target() + ", and the kernel gave out that very port (it is in ip_local_port_range, "
                            + Words.portRange(now) + ")",
                    "Start the server first (" + (seen.server().isTarget() ? "where it runs" : "server start")
                            + "), or give it a port outside of that range");
        });
    }

    /** It runs, and connections ended all the same. */
    private static Optional<Cause> closed(Observation seen) {
        String[] fromOutside = {"receive closed", "receive ECONNRESET", "send ECONNRESET", "send EPIPE"};
        return seen.server().count("protocol error") > 0
                ? Optional.empty()
                : seen.worst(fromOutside)
                        .map(host -> new Cause(
                                Certainty.WHAT_IS_LEFT,
                                seen.count(fromOutside),
                                new Verdict(
                                        "closed",
                                        seen.server(),
                                        Words.many(seen.count(fromOutside), "connection") + " of " + host.name()
                                                + " ended from the other side (" + host.reasons()
                                                + ") though a server runs: it was started anew, or something between cut them",
                                        "server shows its counts; look at firewalls and proxies between")));
    }
}
