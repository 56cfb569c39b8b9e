package io.connscale.api;

import io.connscale.diagnosis.BothEnds;
import io.connscale.limits.Difference;
import io.connscale.stats.Snapshot;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Connections at both ends at one moment.
 *
 * @param server established at the server; empty where it does not run, does not answer, or is not ours
 * @param hosts by name, in the order in which they were named, or the file's
 * @param difference what the hosts hold less what the server has accepted; empty where the ends can't be compared
 * @param explanation why the ends differ, or why they can't be compared; empty where they agree
 * @param evidence the numbers of that explanation, where the ends differ
 * @param failures by name: why a host did not answer
 * @param serverFailure why the server did not answer
 */
public record Count(
        OptionalLong server,
        Map<String, Host> hosts,
        OptionalLong difference,
        String explanation,
        Optional<Evidence> evidence,
        Map<String, ConnscaleException> failures,
        Optional<ConnscaleException> serverFailure) {
    /**
     * What one host's agent counts.
     *
     * @param failed never came up
     * @param lost came up and ended unasked
     */
    public record Host(long established, long connecting, long failed, long lost) {
        static Host of(Snapshot counts) {
            return new Host(counts.established(), counts.connecting(), counts.failed(), counts.lost());
        }
    }

    /**
     * What is known where the two ends do not count the same; null is unknown.
     *
     * @param unaccepted established for clients and not accepted by the server; below 0: the server holds more
     * @param unanswered connections of the clients that have sent a Ping and never had a Pong
     * @param oldestSeconds age of the oldest of them, since it was established; 0 where there is none
     * @param youngestSeconds age of the youngest
     * @param waiting connections in the server's accept queues now
     * @param backlog how many may wait
     * @param handshakes SYN-RECEIVED ones in the server's network namespace
     * @param suspect accepted connections whose peer leaves something unanswered, and may be gone
     * @param counters of the server's kernel that grew since the open request began
     */
    public record Evidence(
            long unaccepted,
            long unanswered,
            double oldestSeconds,
            double youngestSeconds,
            @Nullable Long waiting,
            @Nullable Long backlog,
            @Nullable Long handshakes,
            @Nullable Long suspect,
            @Nullable SortedMap<String, Long> counters) {
        static Evidence of(Difference found) {
            return new Evidence(
                    found.unaccepted(),
                    found.unanswered(),
                    found.oldestSeconds(),
                    found.youngestSeconds(),
                    found.waiting(),
                    found.backlog(),
                    found.handshakes(),
                    found.suspect(),
                    found.counters());
        }
    }

    public Count {
        hosts = Collections.unmodifiableMap(new LinkedHashMap<>(hosts));
        failures = Collections.unmodifiableMap(new LinkedHashMap<>(failures));
    }

    /** @param why the ends differ; empty where they agree, or can't be compared */
    static Count of(BothEnds ends, Optional<Difference> why) {
        Map<String, Host> hosts = new LinkedHashMap<>();
        ends.hosts().done().forEach((name, counts) -> hosts.put(name, Host.of(counts)));
        return new Count(
                known(ends.atServer()),
                hosts,
                known(ends.difference()),
                why.map(Difference::text).or(ends::incomparable).orElse(""),
                why.map(Evidence::of),
                Pending.Result.of(ends.hosts()).failed(),
                Optional.ofNullable(ends.silent()).map(ConnscaleException::of));
    }

    private static OptionalLong known(@Nullable Long count) {
        return count == null ? OptionalLong.empty() : OptionalLong.of(count);
    }

    /** What all hosts hold. */
    public long established() {
        return hosts.values().stream().mapToLong(Host::established).sum();
    }
}
