package io.connscale.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.connscale.diagnosis.Readings;
import io.connscale.kernel.Limits;
import io.connscale.stats.Counted;
import io.connscale.stats.Distribution;
import io.connscale.stats.Health;
import io.connscale.stats.ProcessLoad;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import io.connscale.stats.TcpSample;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** One line of {@code stats}: the server, a host (which may be called {@code server} or {@code sum}), or the sum of the hosts. */
sealed interface StatsRow {
    /** As it heads the row. */
    String name();

    /** What is told: since the agent began, or of the time that was asked for. */
    Statistics all();

    /** What happened while the command looked. */
    Statistics last();

    /** How long that was. */
    double seconds();

    /** Whether there is a process that knows more than counts: of a host whose agent is gone these are left alone. */
    default boolean isThere() {
        return true;
    }

    /** Whether there is nobody among these of whom counts alone are left. */
    default boolean isWhole() {
        return isThere();
    }

    /** Connects attempted; null where that is unknown, as below. */
    default @Nullable Long attempted() {
        return isWhole() ? (Long) all().attempted() : null;
    }

    /** Pings whose connection ended before the Pong came. */
    default @Nullable Long missed() {
        return isWhole() ? (Long) all().missed() : null;
    }

    /** As {@link #perSecond}; null where nobody is there who could have told it. */
    default @Nullable Double rate(ToLongFunction<Statistics> count) {
        return isThere() ? (Double) perSecond(count) : null;
    }

    /** A count of what happened last, per second. */
    default double perSecond(ToLongFunction<Statistics> count) {
        return seconds() <= 0 ? 0 : count.applyAsLong(last()) / seconds();
    }

    /** What is resident, shared out over the connections that are up: with what the processes take themselves. Null where none is, or that is unknown. */
    default @Nullable Long bytesPerConnection() {
        long established = all().counts().established();
        Long resident = Limits.known(all().process().residentBytes());
        return resident == null || established <= 0 ? null : Long.valueOf(Math.round((double) resident / established));
    }

    /** What makes its numbers unreliable; of a sum nothing: each host says its own. */
    default List<String> unreliable() {
        return Health.unreliable(last());
    }

    /** The same in sentences. */
    default List<String> warnings() {
        return unreliable().stream()
                .map(cause -> name() + "'s numbers are unreliable: " + cause)
                .toList();
    }

    /** The server. */
    record OfServer(Statistics all, Statistics last, double seconds) implements StatsRow {
        @Override
        public String name() {
            return "server";
        }
    }

    /** A host. */
    record OfHost(String host, Statistics all, Statistics last, double seconds) implements StatsRow {
        @Override
        public String name() {
            return HostWords.row(host);
        }

        @Override
        public boolean isThere() {
            return !all.countsAlone();
        }

        /** What its host had heard is less than what the agent had said: the difference of both is no rate. */
        @Override
        public double perSecond(ToLongFunction<Statistics> count) {
            return isThere() ? StatsRow.super.perSecond(count) : 0;
        }
    }

    /** The hosts. Rates are added, not counts over unequal times: a host that answers late was looked at for longer. */
    record Sum(List<OfHost> hosts, Statistics all, Statistics last) implements StatsRow {
        static Sum of(List<OfHost> hosts) {
            return new Sum(
                    List.copyOf(hosts),
                    hosts.stream().map(OfHost::all).reduce(Statistics.NONE, Statistics::plus),
                    hosts.stream().map(OfHost::last).reduce(Statistics.NONE, Statistics::plus));
        }

        @Override
        public String name() {
            return "sum";
        }

        /** Whether any of them is: who is gone adds nothing to a rate. */
        @Override
        public boolean isThere() {
            return hosts.stream().anyMatch(OfHost::isThere);
        }

        @Override
        public boolean isWhole() {
            return isThere() && hosts.stream().allMatch(OfHost::isThere);
        }

        /** The longest. */
        @Override
        public double seconds() {
            return hosts.stream().mapToDouble(OfHost::seconds).max().orElse(0);
        }

        @Override
        public double perSecond(ToLongFunction<Statistics> count) {
            return hosts.stream().mapToDouble(host -> host.perSecond(count)).sum();
        }

        @Override
        public List<String> unreliable() {
            return List.of();
        }
    }

    /**
     * The server.
     *
     * @param seconds between {@code then} and {@code now}
     * @param onlyLast whether only that time is told
     */
    static OfServer server(Statistics then, Statistics now, double seconds, boolean onlyLast) {
        Statistics last = now.since(then);
        return new OfServer(onlyLast ? last : now, last, seconds);
    }

    /** A host, which may have another agent since {@code then}; the rest as above. */
    static OfHost host(String name, Counted then, Counted now, double seconds, boolean onlyLast) {
        Statistics last = now.since(then);
        return new OfHost(name, onlyLast ? last : now.statistics(), last, seconds);
    }

    /** The server where it is known, the hosts, and their sum where there are several. */
    static List<StatsRow> rows(@Nullable OfServer server, List<OfHost> hosts) {
        List<StatsRow> rows = new ArrayList<>();
        if (server != null) {
            rows.add(server);
        }
        rows.addAll(hosts);
        if (hosts.size() > 1) {
            rows.add(Sum.of(hosts));
        }
        return rows;
    }

    /** As above, of what was read at two moments. */
    static List<StatsRow> rows(Readings before, Readings now, boolean onlyLast) {
        double seconds = now.secondsSince(before);
        Statistics server = now.server();
        Statistics serverBefore = before.server();
        List<OfHost> hosts = new ArrayList<>();
        now.hosts().done().forEach((name, counted) -> {
            Counted then = before.hosts().done().getOrDefault(name, counted.nothing());
            hosts.add(host(name, then, counted, seconds, onlyLast));
        });
        return rows(
                server == null
                        ? null
                        : server(serverBefore == null ? Statistics.NONE : serverBefore, server, seconds, onlyLast),
                hosts);
    }

    /** What programs are told of a row: docs/STATISTICS.md has the members. Of a host whose agent is gone all is null but its counts. */
    record Json(
            long established,
            long connecting,
            long failed,
            long lost,
            long stopped,
            @Nullable Long attempted,
            long pings,
            long pongs,
            long skipped,
            @Nullable Long missed,
            SortedMap<String, Long> errors,
            @Nullable PerSecond perSecond,
            @Nullable Micros micros,
            @Nullable Tcp tcp,
            @Nullable ProcessUse process,
            List<String> unreliable) {
        /** Of TLS where there was some, here and below. */
        record PerSecond(
                double attempted,
                double failed,
                double lost,
                double pings,
                double pongs,

                @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
                Double tlsHandshakes) {
            static PerSecond of(StatsRow row, boolean tls) {
                return new PerSecond(
                        row.perSecond(Statistics::attempted),
                        row.perSecond(last -> last.counts().failed()),
                        row.perSecond(last -> last.counts().lost()),
                        row.perSecond(last -> last.counts().pings()),
                        row.perSecond(last -> last.counts().pongs()),
                        tls ? row.perSecond(last -> last.times().handshakes().count()) : null);
            }
        }

        record Micros(
                Times connect,
                Times roundTrip,
                Times roundTripSent,
                Times lifetime,
                Times loopLag,
                Times tcpRtt,

                @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
                Times tlsHandshake) {
            static Micros of(Statistics all, boolean tls) {
                return new Micros(
                        Times.of(all.times().connect()),
                        Times.of(all.times().roundTrip()),
                        Times.of(all.times().roundTripSent()),
                        Times.of(all.times().lifetime()),
                        Times.of(all.times().loopLag()),
                        Times.of(all.tcp().rtt()),
                        tls ? Times.of(all.times().handshakes()) : null);
            }
        }

        record Times(
                long count,
                @Nullable Double mean,
                @Nullable Long p50,
                @Nullable Long p90,
                @Nullable Long p99,
                @JsonProperty("p99.9") @Nullable Long p999,
                @Nullable Long max,
                String histogram) {
            /** Nothing has neither a mean nor a maximum: null. */
            static Times of(Distribution micros) {
                if (micros.count() == 0) {
                    return new Times(0, null, null, null, null, null, null, micros.encoded());
                }
                return new Times(
                        micros.count(),
                        micros.mean(),
                        micros.percentile(50),
                        micros.percentile(90),
                        micros.percentile(99),
                        micros.percentile(99.9),
                        micros.max(),
                        micros.encoded());
            }
        }

        record Tcp(long sampled, long retransmitting, long retransmits) {
            static Tcp of(TcpSample tcp) {
                return new Tcp(tcp.sampled(), tcp.retransmitting(), tcp.retransmits());
            }
        }

        record ProcessUse(
                int processes,
                double cpus,
                double loopBusy,
                double cpuSeconds,
                long collections,
                long collectionMillis,
                long heapBytes,
                long directBytes,
                @Nullable Long residentBytes,
                @Nullable Long bytesPerConnection) {
            static ProcessUse of(ProcessLoad all, ProcessLoad last, @Nullable Long bytesPerConnection) {
                return new ProcessUse(
                        all.processes(),
                        last.cpus(),
                        last.loopBusy(),
                        all.cpuNanos() / 1e9,
                        all.collections(),
                        all.collectionMillis(),
                        all.heapBytes(),
                        all.directBytes(),
                        Limits.known(all.residentBytes()),
                        bytesPerConnection);
            }
        }

        static Json of(StatsRow row) {
            Statistics all = row.all();
            Snapshot counts = all.counts();
            boolean there = row.isThere();
            boolean tls = all.times().handshakes().count() > 0;
            return new Json(
                    counts.established(),
                    counts.connecting(),
                    counts.failed(),
                    counts.lost(),
                    counts.stopped(),
                    row.attempted(),
                    counts.pings(),
                    counts.pongs(),
                    counts.skipped(),
                    row.missed(),
                    counts.errors(),
                    there ? PerSecond.of(row, tls) : null,
                    there ? Micros.of(all, tls) : null,
                    there ? Tcp.of(all.tcp()) : null,
                    there ? ProcessUse.of(all.process(), row.last().process(), row.bytesPerConnection()) : null,
                    row.unreliable());
        }
    }
}
