package io.connscale.kernel.doctor;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.Optional;

/** What TCP as a whole may hold on the machine. */
final class TcpRules {
    /** The kernel's default least is 4096; far above it each connection keeps what others need. */
    private static final long LARGE_BUFFER = 64 << 10;

    private TcpRules() {}

    static Optional<Finding> timeWait(Facts facts, Role role) {
        return !role.server() && facts.get(Fact.TW_REUSE) == 0
                ? Optional.of(Finding.sysctl(
                                Fact.TW_REUSE.setting(),
                                "0",
                                "opening again within 60 s of a close: the ports are in TIME-WAIT",
                                Finding.NO_NUMBER,
                                "1")
                        .with("enabled", 0L))
                : Optional.empty();
    }

    /** A socket is charged whole pages, one at least, as long as it holds data (sock.h, SK_MEM_QUANTUM). */
    static Optional<Finding> memory(Facts facts, Role role) {
        long max = facts.get(Fact.TCP_MEMORY_MAX);
        return max == Facts.UNKNOWN || max >= Doctor.room(facts, role)
                ? Optional.empty()
                : Optional.of(Finding.sysctl(
                                Fact.TCP_MEMORY_MAX.setting(),
                                Doctor.number(max) + " pages",
                                "connections that hold unread data at one time, a page each; then TCP drops",
                                max,
                                facts.get(Fact.TCP_MEMORY_PRESSURE) * 2 + " " + max * 3 + " " + max * 4)
                        .with("pages", max));
    }

    static Optional<Finding> minBuffers(Facts facts, Role role) {
        long receive = facts.get(Fact.RECEIVE_BUFFER_MIN);
        long send = facts.get(Fact.SEND_BUFFER_MIN);
        if (receive <= LARGE_BUFFER && send <= LARGE_BUFFER) {
            return Optional.empty();
        }
        Fact large = receive > LARGE_BUFFER ? Fact.RECEIVE_BUFFER_MIN : Fact.SEND_BUFFER_MIN;
        return Optional.of(Finding.sysctl(
                        large.setting(),
                        Doctor.number(facts.get(large)) + " bytes at least",
                        "nothing by itself, but no connection gives up so much when memory is short",
                        Finding.NO_NUMBER,
                        "4096 16384 4194304")
                .with("bytes", facts.get(large)));
    }

    static Optional<Finding> orphans(Facts facts, Role role) {
        long max = facts.get(Fact.MAX_ORPHANS);
        long now = facts.get(Fact.ORPHANS);
        return max == Facts.UNKNOWN || now <= max / 2
                ? Optional.empty()
                : Optional.of(Finding.sysctl(
                                Fact.MAX_ORPHANS.setting(),
                                Doctor.number(max) + ", " + Doctor.number(now) + " in use",
                                "connections closed here that the other end has not heard of: more are reset",
                                max,
                                Long.toString(max * 4))
                        .with("connections", max)
                        .with("inUse", now));
    }
}
