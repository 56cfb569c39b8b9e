package io.connscale.limits;

import static io.connscale.limits.Given.CALM;
import static io.connscale.limits.Given.server;

import io.connscale.kernel.Facts;
import io.connscale.kernel.ForeignServer;
import io.connscale.stats.Distribution;
import io.connscale.stats.LoopStatistics;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Somebody else's server as tests need it: read where it runs, or not. */
final class GivenTarget {
    private GivenTarget() {}

    /** Of it nothing is read. */
    static ServerEnd unread() {
        return server(ServerEnd.State.TARGET, Map.of(), Facts.NONE);
    }

    static ForeignServer.Member member(long pid, @Nullable Long files, long cpuNanos) {
        return new ForeignServer.Member(pid, 1, "redis-server", pid, true, files, 1_024L, 4_096L, cpuNanos, null);
    }

    /** Whose threads have waited for a CPU so long. */
    static ForeignServer.Member waiting(long nanos, ForeignServer.Member of) {
        return new ForeignServer.Member(
                of.pid(),
                of.parent(),
                of.name(),
                of.began(),
                of.listens(),
                of.files(),
                of.maxFiles(),
                of.residentBytes(),
                of.cpuNanos(),
                nanos);
    }

    static ForeignServer found(long established, long waiting, ForeignServer.Member... members) {
        return new ForeignServer(
                List.of(members),
                List.of(8989),
                established,
                established - waiting,
                waiting,
                511L,
                List.of(),
                CALM,
                List.of());
    }

    /** Of which these have ended, and that could be read with these reservations. */
    static ForeignServer after(List<ForeignServer.Member> ended, ForeignServer now, String... unread) {
        return new ForeignServer(
                now.processes(),
                now.ports(),
                now.established(),
                now.accepted(),
                now.waiting(),
                now.backlog(),
                ended,
                now.facts(),
                List.of(unread));
    }

    static ServerEnd read(ForeignServer before, ForeignServer now, Facts then, Facts facts) {
        return server(ServerEnd.State.TARGET, Map.of(), then, facts, "")
                .with(new ServerEnd.Read(before, now, Facts.UNKNOWN));
    }

    static ServerEnd read(ForeignServer before, ForeignServer now) {
        return read(before, now, CALM, CALM);
    }

    /** A host that holds some, of which others ended or failed after they were so old. */
    static Statistics seen(long established, long failed, Map<String, Long> errors, Duration... lifetimes) {
        LoopStatistics loop = new LoopStatistics();
        for (Duration lifetime : lifetimes) {
            loop.ended(lifetime.toNanos());
        }
        Statistics counts = Statistics.of(
                new Snapshot(established, 0, failed, lifetimes.length, 0, 0, 0, 0, new TreeMap<>(errors)));
        Distribution none = Distribution.NONE;
        return new Statistics(
                counts.counts(),
                established + failed + lifetimes.length,
                0,
                counts.unanswered(),
                new Statistics.Times(none, none, none, loop.times().lifetime(), none),
                counts.tcp(),
                counts.process(),
                counts.machines());
    }

    static Verdict verdict(Statistics seen, ServerEnd server) {
        return Catalogue.ALL.verdict(Given.evidence(seen, server)).orElseThrow();
    }
}
