package io.connscale.report;

import io.connscale.run.Sample;
import io.connscale.run.Sample.End;
import io.connscale.run.Sample.Micros;
import io.connscale.run.Sample.Times;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Samples as the page draws them: columns of numbers, no more points than a screen shows. Each time there would be more, two become one,
 * which covers both their times: states are those at its end, rates are the mean, times and the use of limits the worst. Not thread-safe.
 *
 * <p>In JSON: {@code {"t":[…],"server":{"established":[…],…},"sum":{…},"hosts":{"client1":{…}},"used":{"client1 · ports":[…]}}}.
 */
final class Series {
    /** A screen hardly has more pixels for a chart. */
    private static final int MAX_POINTS = 600;

    private static final int MIN_POINTS = 120;
    /** Points of all hosts' charts together: they are small. */
    private static final int MAX_OF_HOSTS = 20_000;

    /** How two values of one column, in two intervals that follow each other, become one. */
    private enum Kind {
        LAST,
        MEAN,
        /** A mean, too; before it first comes up it was 0. */
        MEAN_FROM_ZERO,
        LARGEST
    }

    private record Column(Kind kind, List<String> path) {}

    /** Where it is known, so are errors. */
    private static final Column SUM = new Column(Kind.LAST, List.of("sum", "established"));

    /** What is said of one interval; what is unknown is missing. */
    private record Point(double t, double seconds, Map<Column, Double> values) {
        Point then(Point next) {
            Map<Column, Double> both = new LinkedHashMap<>(values);
            if (values.containsKey(SUM)) {
                next.values.keySet().stream()
                        .filter(column -> column.kind == Kind.MEAN_FROM_ZERO)
                        .forEach(column -> both.putIfAbsent(column, 0.0));
            }
            next.values.forEach((column, value) -> both.merge(column, value, (before, after) -> switch (column.kind) {
                case LAST -> after;
                case LARGEST -> Math.abs(after) > Math.abs(before) ? after : before;
                case MEAN, MEAN_FROM_ZERO ->
                    (before * seconds + after * next.seconds) / Math.max(1e-9, seconds + next.seconds);
            }));
            both.keySet().removeIf(column -> column.kind == Kind.LAST && !next.values.containsKey(column));
            return new Point(next.t, seconds + next.seconds, both);
        }
    }

    private final int most;
    private List<Point> points = new ArrayList<>();
    private int every = 1;
    private int joined;
    /** The last one that knew of all hosts: errors are counted since then. */
    private @Nullable Sample before;

    /** @param hosts how many there are: of many, each gets fewer points */
    Series(int hosts) {
        most = Math.max(MIN_POINTS, Math.min(MAX_POINTS, MAX_OF_HOSTS / Math.max(1, hosts)));
    }

    /** Takes the next one. Whether the points before it are no longer those that were: two have become one. */
    boolean add(Sample sample) {
        Point point = point(sample);
        if (sample.sum() != null) {
            before = sample;
        }
        if (joined > 0) {
            points.set(points.size() - 1, points.get(points.size() - 1).then(point));
        } else {
            points.add(point);
        }
        joined = (joined + 1) % every;
        if (points.size() <= most || joined != 0) {
            return false;
        }
        List<Point> half = new ArrayList<>();
        for (int i = 0; i + 1 < points.size(); i += 2) {
            half.add(points.get(i).then(points.get(i + 1)));
        }
        if (points.size() % 2 == 1) { // the next sample completes it
            half.add(points.get(points.size() - 1));
            joined = every;
        }
        every *= 2;
        points = half;
        return true;
    }

    /** All points. */
    Map<String, Object> all() {
        return columns(points);
    }

    /** The last one, where it is complete: nothing more is joined to it. Else without a point. */
    Map<String, Object> newest() {
        return columns(joined == 0 && !points.isEmpty() ? points.subList(points.size() - 1, points.size()) : List.of());
    }

    private static Map<String, Object> columns(List<Point> points) {
        Map<String, Object> columns = new LinkedHashMap<>();
        columns.put("t", points.stream().map(point -> rounded(point.t)).toList());
        points.stream()
                .flatMap(point -> point.values.keySet().stream())
                .distinct()
                .forEach(column -> {
                    List<@Nullable Number> values = new ArrayList<>(points.size());
                    points.forEach(point -> values.add(rounded(point.values.get(column))));
                    put(columns, column.path, values);
                });
        return columns;
    }

    @SuppressWarnings("unchecked") // what is not a column is a map of this method's
    private static void put(Map<String, Object> columns, List<String> path, Object values) {
        Map<String, Object> map = columns;
        for (String name : path.subList(0, path.size() - 1)) {
            map = (Map<String, Object>) map.computeIfAbsent(name, unknown -> new LinkedHashMap<String, Object>());
        }
        map.put(path.get(path.size() - 1), values);
    }

    /** To a thousandth, which is more than is drawn: a page has many of them. */
    private static @Nullable Number rounded(@Nullable Double value) {
        if (value == null || !Double.isFinite(value)) {
            return null;
        }
        double thousandths = Math.rint(value * 1000) / 1000;
        return thousandths == Math.rint(thousandths) ? (Number) Math.round(thousandths) : (Number) thousandths;
    }

    private Point point(Sample sample) {
        Map<Column, Double> values = new LinkedHashMap<>();
        Row row = new Row(values);
        row.put(Kind.LARGEST, sample.difference(), "sum", "difference");
        row.end(sample.server(), "server");
        row.end(sample.sum(), "sum");
        row.errors(sample, before);
        sample.hosts().forEach(row::host);
        if (sample.limits() != null) {
            sample.limits()
                    .forEach(limit -> row.put(
                            Kind.LARGEST,
                            limit.use(),
                            "used",
                            String.join(", ", limit.where()) + " · " + limit.limit()));
        }
        Double seconds = sample.seconds();
        return new Point(sample.t(), seconds == null ? 0 : seconds, values);
    }

    /** Fills one point. */
    private record Row(Map<Column, Double> values) {
        void put(Kind kind, @Nullable Number value, String... path) {
            if (value != null) {
                values.put(new Column(kind, List.of(path)), value.doubleValue());
            }
        }

        void end(@Nullable End end, String name) {
            if (end == null) {
                return;
            }
            put(Kind.LAST, end.lately() ? end.established() : null, name, "established");
            put(Kind.MEAN, end.cpus(), name, "cpus");
            Long resident = end.residentBytes();
            if (resident != null && end.established() > 0 && end.lately()) {
                put(Kind.LAST, (double) resident / end.established(), name, "bytesEach");
            }
            if (end.perSecond() != null) {
                put(Kind.MEAN, end.perSecond().attempted(), name, "attemptedPerSecond");
                put(Kind.MEAN, end.perSecond().pongs(), name, "pongsPerSecond");
            }
            Micros micros = end.micros();
            if (micros != null) {
                times(micros.roundTrip(), name, "roundTrip");
                times(micros.roundTripSent(), name, "roundTripSent");
                times(micros.connect(), name, "connect");
                times(micros.loopLag(), name, "loopLag");
            }
        }

        private void times(Times times, String end, String name) {
            put(Kind.LARGEST, times.p50(), end, name, "p50");
            put(Kind.LARGEST, times.p90(), end, name, "p90");
            put(Kind.LARGEST, times.p99(), end, name, "p99");
            put(Kind.LARGEST, times.p999(), end, name, "p999");
            put(Kind.LARGEST, times.max(), end, name, "max");
        }

        void host(String name, End end) {
            if (!end.lately()) {
                return;
            }
            put(Kind.LAST, end.established(), "hosts", name, "established");
            put(Kind.LAST, end.failed(), "hosts", name, "failed");
            put(Kind.LAST, end.lost(), "hosts", name, "lost");
        }

        /** By cause; each begins where it first comes up. Without a sample before, it is unknown since when they are counted. */
        void errors(Sample now, @Nullable Sample before) {
            End sum = now.sum();
            End earlier = before == null ? null : before.sum();
            if (sum == null || before == null || earlier == null) {
                return;
            }
            double seconds = now.t() - before.t();
            if (seconds <= 0) {
                return;
            }
            SortedMap<String, Long> then = earlier.errors();
            sum.errors().forEach((error, count) -> {
                long more = count - then.getOrDefault(error, 0L);
                put(Kind.MEAN_FROM_ZERO, Math.max(0, more) / seconds, "sum", "errorsPerSecond", error);
            });
        }
    }
}
