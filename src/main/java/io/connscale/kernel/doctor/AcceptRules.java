package io.connscale.kernel.doctor;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.Optional;

/** What bounds connections while they come up: the two queues of a listening socket, and how long both ends try. */
final class AcceptRules {
    /** The kernel's default is 5 and 6; with fewer a handshake is given up within seconds. */
    private static final long FEW_RETRIES = 2;

    private AcceptRules() {}

    static Optional<Finding> somaxconn(Facts facts, Role role) {
        long max = facts.get(Fact.SOMAXCONN);
        return max == Facts.UNKNOWN || max >= role.backlog()
                ? Optional.empty()
                : Optional.of(Finding.sysctl(
                                Fact.SOMAXCONN.setting(),
                                Doctor.number(max),
                                "cuts the backlog of " + Doctor.number(role.backlog())
                                        + ": so many may wait to be accepted",
                                max,
                                Integer.toString(role.backlog()))
                        .with("connections", max));
    }

    /** Without cookies three quarters of it are for clients that are not known yet (tcp_input.c, tcp_conn_request). */
    static Optional<Finding> synBacklog(Facts facts, Role role) {
        long max = facts.get(Fact.SYN_BACKLOG);
        return max == Facts.UNKNOWN || facts.get(Fact.SYNCOOKIES) != 0 || max * 3 / 4 >= role.backlog()
                ? Optional.empty()
                : Optional.of(Finding.sysctl(
                                Fact.SYN_BACKLOG.setting(),
                                Doctor.number(max) + " without tcp_syncookies",
                                "handshakes at once of one listening socket; further SYNs are dropped",
                                max * 3 / 4,
                                Integer.toString(role.backlog() * 2))
                        .with("handshakes", max));
    }

    static Optional<Finding> abortOnOverflow(Facts facts, Role role) {
        return role.server() && facts.get(Fact.ABORT_ON_OVERFLOW) == 1
                ? Optional.of(Finding.sysctl(
                                Fact.ABORT_ON_OVERFLOW.setting(),
                                "1",
                                "connections that find the accept queue full: they are reset and not tried again",
                                Finding.NO_NUMBER,
                                "0")
                        .with("enabled", 1L))
                : Optional.empty();
    }

    static Optional<Finding> synAckRetries(Facts facts, Role role) {
        long retries = facts.get(Fact.SYNACK_RETRIES);
        return role.server() && retries != Facts.UNKNOWN && retries <= FEW_RETRIES
                ? Optional.of(Finding.sysctl(
                                Fact.SYNACK_RETRIES.setting(),
                                Doctor.number(retries),
                                "handshakes that last longer than " + seconds(retries) + " s: the server forgets them",
                                Finding.NO_NUMBER,
                                "5")
                        .with("retries", retries))
                : Optional.empty();
    }

    static Optional<Finding> synRetries(Facts facts, Role role) {
        long retries = facts.get(Fact.SYN_RETRIES);
        return !role.server() && retries != Facts.UNKNOWN && retries <= FEW_RETRIES
                ? Optional.of(Finding.sysctl(
                                Fact.SYN_RETRIES.setting(),
                                Doctor.number(retries),
                                "connects that last longer than " + seconds(retries) + " s (ETIMEDOUT)",
                                Finding.NO_NUMBER,
                                "6")
                        .with("retries", retries))
                : Optional.empty();
    }

    /** 1 s, then twice as long each time (RFC 6298). */
    private static long seconds(long retries) {
        return (1L << (retries + 1)) - 1;
    }
}
