package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What TCP as a whole may hold on the machine: pages of data ({@code tcp_mem}), and sockets that nobody owns any more. */
@AutoService(Limit.class)
public final class TcpMemoryLimit implements Limit {
    /** The kernel's default least is 4096; far above it each connection keeps what others need. */
    private static final long LARGE_BUFFER = 64 << 10;

    @Override
    public List<Finding> findings(End end) {
        return Stream.of(pages(end), minBuffers(end), orphans(end))
                .flatMap(Optional::stream)
                .toList();
    }

    /** A socket is charged whole pages, one at least, as long as it holds data (sock.h, SK_MEM_QUANTUM). */
    private static Optional<Finding> pages(End end) {
        long max = end.now().get(Fact.TCP_MEMORY_MAX);
        return max == Facts.UNKNOWN || max >= MemoryLimit.room(end)
                ? Optional.empty()
                : Optional.of(new Finding(
                                Fact.TCP_MEMORY_MAX.setting(),
                                Words.number(max) + " pages",
                                "connections that hold unread data at one time, a page each; then TCP drops",
                                max,
                                remedy(end.now()))
                        .with("pages", max));
    }

    /** It is the machine's, and the kernel shows it in its first network namespace alone, not in a container's. */
    @Override
    public Optional<Finding> unread(Fact fact, Facts known) {
        return fact == Fact.TCP_MEMORY_MAX && known.knows(Fact.SOMAXCONN)
                ? Optional.of(new Finding(
                        fact.setting(),
                        "unknown",
                        "unknown: only the machine's own network namespace shows it",
                        Finding.NO_NUMBER,
                        new Remedy(
                                "sysctl " + fact.setting() + " on the machine itself shows it",
                                "the machine's own sysctl.d")))
                : Optional.empty();
    }

    private static Optional<Finding> minBuffers(End end) {
        long receive = end.now().get(Fact.RECEIVE_BUFFER_MIN);
        long send = end.now().get(Fact.SEND_BUFFER_MIN);
        if (receive <= LARGE_BUFFER && send <= LARGE_BUFFER) {
            return Optional.empty();
        }
        Fact large = receive > LARGE_BUFFER ? Fact.RECEIVE_BUFFER_MIN : Fact.SEND_BUFFER_MIN;
        return Optional.of(new Finding(
                        large.setting(),
                        Words.number(end.now().get(large)) + " bytes at least",
                        "nothing by itself, but no connection gives up so much when memory is short",
                        Finding.NO_NUMBER,
                        Remedy.sysctl(large, "4096 16384 4194304"))
                .with("bytes", end.now().get(large)));
    }

    private static Optional<Finding> orphans(End end) {
        long max = end.now().get(Fact.MAX_ORPHANS);
        long now = end.now().get(Fact.ORPHANS);
        return max == Facts.UNKNOWN || now <= max / 2
                ? Optional.empty()
                : Optional.of(new Finding(
                                Fact.MAX_ORPHANS.setting(),
                                Words.number(max) + ", " + Words.number(now) + " in use",
                                "connections closed here that the other end has not heard of: more are reset",
                                max,
                                Remedy.sysctl(Fact.MAX_ORPHANS, Remedy.times(4, max, max)))
                        .with("connections", max)
                        .with("inUse", now));
    }

    @Override
    public Optional<Cause> cause(Observation seen) {
        ServerEnd server = seen.server();
        long aborted = server.grown(Fact.ABORT_ON_MEMORY);
        long ended = seen.count(ServerAddress.ENDED); // of ours: the counter is that of the whole network namespace
        return aborted <= 0 || ended == 0
                ? Optional.empty()
                : Optional.of(new Cause(
                        Certainty.SERVER_COUNTER,
                        Math.min(aborted, ended),
                        new Verdict(
                                "tcp-memory",
                                server,
                                "the server's kernel ended connections for want of TCP memory (TCPAbortOnMemory +"
                                        + Words.number(aborted) + ", tcp_mem "
                                        + Words.number(server.now().get(Fact.TCP_MEMORY_MAX)) + " pages, "
                                        + Words.number(server.now().get(Fact.TCP_MEMORY)) + " in use; "
                                        + Words.many(ended, "connection") + " of the hosts ended)",
                                "Raise it: " + remedy(server.now()).now() + ", and tcp_max_orphans")));
    }

    /** Twice the middle of the three, where the kernel begins to ask for less, and four times the most. */
    private static Remedy remedy(Facts facts) {
        long max = Math.max(1, facts.get(Fact.TCP_MEMORY_MAX));
        long pressure = facts.get(Fact.TCP_MEMORY_PRESSURE);
        return Remedy.sysctl(
                Fact.TCP_MEMORY_MAX,
                (pressure < 0 ? max : Remedy.times(2, pressure, 1)) + " " + Remedy.times(3, max, 1) + " "
                        + Remedy.times(4, max, 1));
    }
}
