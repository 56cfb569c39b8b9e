package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Connections that are established for their clients wait in the accept queue of the listening socket until the server accepts
 * them: as many as the backlog, which {@code net.core.somaxconn} cuts silently (listen(2)). When it is full the kernel drops the
 * client's last ACK, or resets where {@code tcp_abort_on_overflow} tells it to.
 */
@AutoService(Limit.class)
public final class AcceptQueueLimit implements Limit {
    private static final long LARGER = 4096;

    @Override
    public List<Finding> findings(End end) {
        List<Finding> findings = new ArrayList<>();
        if (end instanceof ServerEnd server) {
            somaxconn(server).ifPresent(findings::add);
            if (end.now().get(Fact.ABORT_ON_OVERFLOW) == 1) {
                findings.add(new Finding(
                                Fact.ABORT_ON_OVERFLOW.setting(),
                                "1",
                                "connections that find the accept queue full: they are reset and not tried again",
                                Finding.NO_NUMBER,
                                Remedy.sysctl(Fact.ABORT_ON_OVERFLOW, 0))
                        .with("enabled", 1L));
            }
        }
        return findings;
    }

    private static Optional<Finding> somaxconn(ServerEnd server) {
        long max = server.now().get(Fact.SOMAXCONN);
        long asked = server.listening().backlogAsked();
        return max == Facts.UNKNOWN || max >= asked
                ? Optional.empty()
                : Optional.of(new Finding(
                                Fact.SOMAXCONN.setting(),
                                Words.number(max),
                                "cuts the backlog of " + Words.number(asked) + ": so many may wait to be accepted",
                                max,
                                Remedy.sysctl(Fact.SOMAXCONN, asked))
                        .with("connections", max));
    }

    /** Shown by a reset where the kernel is told to, else by handshakes that one end takes for done, and by those that do not begin. */
    @Override
    public Optional<Cause> cause(Observation seen) {
        ServerEnd server = seen.server();
        long overflows = server.grown(Fact.LISTEN_OVERFLOWS);
        long resets = seen.count("connect ECONNRESET", "receive ECONNRESET", "send ECONNRESET", "receive closed");
        long unanswered = seen.count("connect ETIMEDOUT", "receive timeout", "receive ETIMEDOUT");
        long connecting = seen.connecting();
        boolean aborts = server.now().get(Fact.ABORT_ON_OVERFLOW) == 1 && resets > 0;
        boolean overflowed = overflows > 0 && (aborts || isItsOwn(server, seen.unaccepted()));
        if (!(overflowed || server.isFull()) || resets + unanswered + seen.unaccepted() + connecting <= 0) {
            return Optional.empty();
        }
        String whose =
                server.foreign() ? server.foreigner() + ", which listens where this server should," : "the server";
        String queue = "the accept queue of " + whose
                + (overflowed ? " overflowed (ListenOverflows " + Words.more(overflows) + ", " : " is full (")
                + server.queueText() + ")";
        String effect = aborts
                ? "; tcp_abort_on_overflow=1 made that " + Words.many(resets, "reset")
                : "; " + unaccepted(seen) + "reset " + Words.number(resets) + ", without an answer "
                        + Words.number(unanswered)
                        + (connecting > 0 ? ", still connecting " + Words.number(connecting) : "");
        return Optional.of(new Cause(
                Certainty.SERVER_COUNTER,
                Math.max(overflowed ? overflows : 0, server.isFull() ? server.waiting() : 0),
                new Verdict(
                        aborts ? "overflow-reset" : "overflow",
                        server,
                        queue + effect,
                        server.foreign() ? SomebodyElsesServer.FIX : fix(server))));
    }

    /**
     * The kernel counts overflows of the whole network namespace: another program's, too. Its own sockets tell what they dropped;
     * where they don't, the queue is full, or more are unaccepted than wait in it.
     */
    private static boolean isItsOwn(ServerEnd server, long unaccepted) {
        if (server.drops() != Facts.UNKNOWN) {
            return server.drops() > 0;
        }
        return server.fullest() == Facts.UNKNOWN
                || (server.backlog() > 0 ? server.isFull() : server.fullest() > 0)
                || unaccepted > server.waiting();
    }

    /** Nobody has counted them where something else than our server listens. */
    private static String unaccepted(Observation seen) {
        return seen.server().running() ? "unaccepted " + Words.number(Math.max(0, seen.unaccepted())) + ", " : "";
    }

    private static String fix(ServerEnd server) {
        if (server.isTarget()) {
            return raise();
        }
        long somaxconn = Math.max(LARGER, server.listening().backlogAsked());
        return "Raise server: backlog (and "
                + Remedy.sysctl(Fact.SOMAXCONN, somaxconn).now() + "), accept faster, or open more slowly (--rate)";
    }

    /** Of somebody else's server. */
    static String raise() {
        return "Raise that server's backlog (and "
                + Remedy.sysctl(Fact.SOMAXCONN, LARGER).now() + " where it runs), or open more slowly (--rate)";
    }

    /** {@code 9 wait to be accepted}. */
    static String waiting(ServerEnd server) {
        return server.waiting() < 0
                ? "how many wait to be accepted is unknown"
                : Words.number(server.waiting()) + " wait to be accepted";
    }
}
