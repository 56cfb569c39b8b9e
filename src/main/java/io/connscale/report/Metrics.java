package io.connscale.report;

import io.connscale.control.Version;
import io.connscale.run.Sample;
import io.connscale.run.Sample.End;
import io.connscale.run.Sample.Times;
import io.connscale.stats.Distribution;
import io.connscale.stats.Reasons;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Quantile;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The last sample of the run that goes on in OpenMetrics, for Prometheus: written when it is asked for, in base units, with nothing kept
 * between two scrapes. What is unknown has no line.
 */
final class Metrics {
    static final String CONTENT_TYPE = OpenMetricsTextFormatWriter.CONTENT_TYPE;

    /** Upper bounds of histograms in microseconds: 100 µs to 10 s. */
    private static final long[] BOUNDS = {
        100,
        250,
        500,
        1_000,
        2_500,
        5_000,
        10_000,
        25_000,
        50_000,
        100_000,
        250_000,
        500_000,
        1_000_000,
        2_500_000,
        5_000_000,
        10_000_000
    };

    private static final double MICROS = 1e6;

    private record Row(Labels labels, double value) {}

    private final MetricSnapshots.Builder all = MetricSnapshots.builder();
    /** Each end by its labels; the server has no host's name. */
    private final Map<Labels, End> ends = new LinkedHashMap<>();
    /** Those of them that are hosts: no connection of a server fails, or is lost. */
    private final Map<Labels, End> hosts = new LinkedHashMap<>();

    private Metrics() {}

    /**
     * As text.
     *
     * @param last null before the first sample
     * @param times of the whole run, by host and what: {@code client1.connect}
     */
    static byte[] of(@Nullable Sample last, Map<String, Distribution> times) {
        Metrics metrics = new Metrics();
        metrics.build();
        if (last != null) {
            metrics.sample(last);
            metrics.durations(times);
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            OpenMetricsTextFormatWriter.create().write(text, metrics.all.build(), EscapingScheme.UNDERSCORE_ESCAPING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toByteArray();
    }

    private void build() {
        all.metricSnapshot(InfoSnapshot.builder()
                .name("connscale_build")
                .help("The connscale and the Java of this console.")
                .dataPoint(InfoDataPointSnapshot.builder()
                        .labels(Labels.of(
                                "version",
                                Version.program(),
                                "java",
                                Runtime.version().toString()))
                        .build())
                .build());
    }

    private void sample(Sample sample) {
        if (sample.server() != null) {
            ends.put(Labels.of("end", "server"), sample.server());
        }
        sample.hosts().forEach((name, end) -> hosts.put(host(name), end));
        ends.putAll(hosts);
        List<Row> connections = new ArrayList<>();
        ends.forEach((labels, end) -> {
            if (!end.lately()) {
                return;
            }
            connections.add(new Row(labels.add("state", "established"), end.established()));
            connections.add(new Row(labels.add("state", "connecting"), end.connecting()));
        });
        gauge("connscale_connections", "Connections now, at the hosts and at the server.", connections);
        counter(
                "connscale_connections_attempted",
                "Connects attempted; at the server: connections accepted.",
                End::attempted);
        byReason(
                "connscale_connections_failed",
                "Connections that never came up, by operation and errno.",
                End::failed,
                End::failures);
        byReason(
                "connscale_connections_lost",
                "Connections that came up and ended unasked, by operation and errno.",
                End::lost,
                end -> end.failures() == null ? null : Reasons.difference(end.errors(), end.failures()));
        counter("connscale_pings", "Pings sent; at the server: answered.", End::pings);
        counter("connscale_pongs", "Pongs received.", End::pongs);
        errors();
        gaugeOf(
                "connscale_unreliable",
                "Whether the end itself makes its numbers unreliable.",
                end -> end.unreliable().isEmpty() ? 0.0 : 1.0);
        gaugeOf("connscale_process_cpus", "CPUs in use by the processes of this end.", End::cpus);
        gaugeOf("connscale_process_resident_bytes", "Physical memory of the processes of this end.", end -> {
            Long bytes = end.residentBytes();
            return bytes == null ? null : (Double) bytes.doubleValue();
        });
        loopLag();
        if (sample.limits() != null) {
            limits(sample.limits());
        }
    }

    private static Labels host(String name) {
        return Labels.of("end", "host", "host", name);
    }

    private void gaugeOf(String name, String help, Function<End, @Nullable Double> value) {
        List<Row> rows = new ArrayList<>();
        ends.forEach((labels, end) -> {
            Double known = value.apply(end);
            if (known != null) {
                rows.add(new Row(labels, known));
            }
        });
        gauge(name, help, rows);
    }

    private void gauge(String name, String help, List<Row> rows) {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
        rows.forEach(row -> gauge.dataPoint(GaugeDataPointSnapshot.builder()
                .labels(row.labels)
                .value(row.value)
                .build()));
        all.metricSnapshot(gauge.build());
    }

    private void counter(String name, String help, Function<End, @Nullable Long> count) {
        List<Row> rows = new ArrayList<>();
        ends.forEach((labels, end) -> {
            Long known = count.apply(end);
            if (known != null) {
                rows.add(new Row(labels, known));
            }
        });
        counter(name, help, rows);
    }

    /** A host's count by its reasons, and what has none, 0 mostly, without: so that the sum is the count. */
    private void byReason(
            String name,
            String help,
            Function<End, Long> count,
            Function<End, @Nullable SortedMap<String, Long>> reasons) {
        List<Row> rows = new ArrayList<>();
        hosts.forEach((labels, end) -> {
            SortedMap<String, Long> known = reasons.apply(end);
            long without = count.apply(end);
            if (known != null) {
                reasons(rows, labels, known);
                without -= known.values().stream().mapToLong(n -> n).sum();
            }
            rows.add(new Row(labels, Math.max(0, without)));
        });
        counter(name, help, rows);
    }

    private static void reasons(List<Row> rows, Labels labels, SortedMap<String, Long> reasons) {
        reasons.forEach((reason, count) -> {
            String[] words = reason.split(" ", 2);
            rows.add(new Row(labels.add("where", words[0]).add("error", words.length > 1 ? words[1] : ""), count));
        });
    }

    private void counter(String name, String help, List<Row> rows) {
        CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help);
        rows.forEach(row -> counter.dataPoint(CounterDataPointSnapshot.builder()
                .labels(row.labels)
                .value(row.value)
                .build()));
        all.metricSnapshot(counter.build());
    }

    private void errors() {
        List<Row> rows = new ArrayList<>();
        ends.forEach((labels, end) -> reasons(rows, labels, end.errors()));
        counter(
                "connscale_connection_errors",
                "What connections ended with, failed and lost ones alike, by operation and errno.",
                rows);
    }

    private void loopLag() {
        SummarySnapshot.Builder summary = SummarySnapshot.builder()
                .name("connscale_loop_lag_seconds")
                .help("How much later than planned the turns of event loops began, in the last interval.");
        ends.forEach((labels, end) -> {
            Times lag = end.micros() == null ? null : end.micros().loopLag();
            Long p50 = lag == null ? null : lag.p50();
            Long p99 = lag == null ? null : lag.p99();
            Long max = lag == null ? null : lag.max();
            if (p50 != null && p99 != null && max != null) {
                summary.dataPoint(SummaryDataPointSnapshot.builder()
                        .labels(labels)
                        .quantiles(Quantiles.of(
                                new Quantile(0.5, p50 / MICROS),
                                new Quantile(0.99, p99 / MICROS),
                                new Quantile(1, max / MICROS)))
                        .build());
            }
        });
        all.metricSnapshot(summary.build());
    }

    private void limits(List<Sample.Use> limits) {
        List<Row> at = new ArrayList<>();
        List<Row> used = new ArrayList<>();
        for (Sample.Use limit : limits) {
            Labels labels = Labels.of("host", String.join(",", limit.where()), "limit", limit.limit());
            Long allows = limit.allows();
            Double use = limit.use();
            if (allows != null && use != null && at.stream().noneMatch(row -> row.labels.equals(labels))) {
                at.add(new Row(labels, (double) limit.held() + allows));
                used.add(new Row(labels, use));
            }
        }
        gauge("connscale_limit", "Connections that the limit allows, with those that are there.", at);
        gauge("connscale_limit_used", "How far the limit is used up: at 1 nothing more comes up.", used);
    }

    private void durations(Map<String, Distribution> times) {
        HistogramSnapshot.Builder connect = HistogramSnapshot.builder()
                .name("connscale_connect_duration_seconds")
                .help("From connect to established, since the run began.");
        HistogramSnapshot.Builder roundTrip = HistogramSnapshot.builder()
                .name("connscale_round_trip_seconds")
                .help("From when a Ping was due, or was sent, to its Pong, since the run began.");
        times.forEach((name, micros) -> {
            int dot = name.lastIndexOf('.');
            Labels labels = host(name.substring(0, Math.max(0, dot)));
            switch (name.substring(dot + 1)) {
                case "connect" -> connect.dataPoint(histogram(labels, micros));
                case "roundTrip" -> roundTrip.dataPoint(histogram(labels.add("since", "due"), micros));
                case "roundTripSent" -> roundTrip.dataPoint(histogram(labels.add("since", "sent"), micros));
                default -> {}
            }
        });
        all.metricSnapshot(connect.build()).metricSnapshot(roundTrip.build());
    }

    private static HistogramDataPointSnapshot histogram(Labels labels, Distribution micros) {
        double[] bounds = IntStream.rangeClosed(0, BOUNDS.length)
                .mapToDouble(i -> i == BOUNDS.length ? Double.POSITIVE_INFINITY : BOUNDS[i] / MICROS)
                .toArray();
        long[] counts = new long[bounds.length];
        long below = 0;
        for (int i = 0; i < counts.length; i++) {
            long atMost = i == BOUNDS.length ? micros.count() : micros.atMost(BOUNDS[i]);
            counts[i] = atMost - below;
            below = atMost;
        }
        return HistogramDataPointSnapshot.builder()
                .labels(labels)
                .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, counts))
                .sum(micros.mean() * micros.count() / MICROS)
                .build();
    }
}
