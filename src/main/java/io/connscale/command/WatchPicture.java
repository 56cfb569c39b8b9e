package io.connscale.command;

import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.console.Wrapped;
import io.connscale.control.AgentException;
import io.connscale.control.Quantity;
import io.connscale.stats.Distribution;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code watch} draws. The hosts get what room the rest leaves; on a narrow screen whole columns are left out, and no number is cut; on a
 * short one, curves, and then those errors and warnings that hosts and sum leave no room for: how many those are is told.
 *
 * <pre>
 * watch · 10,000 established · server 10,000 · q ends
 *          established  connecting  failed  lost  attempts/s  pongs/s  p50 µs  p99 µs
 * server        10,000           0       0     0        0    2,000
 * client1       10,000           0       0     0        0    2,000     120     410
 * established   10,000  ▁▂▄▆███████████
 * attempts/s         0  █████▁▁▁▁▁▁▁▁▁▁
 * pongs/s        2,000  ▁▁▂▄▆██████████
 * p50 µs           120  ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂
 * p99 µs           410  ▃▄▃▃▃█▃▃▃▃▃▃▃▃▃
 * round trips of the last tick, µs: p50 120 · p90 180 · p99 410 · p99.9 990 · max 2,300
 * errors: connect EMFILE 3
 * client1's numbers are unreliable: its event loops are busy for 97 % of the time (more than 90 %)
 * </pre>
 */
final class WatchPicture {
    /** Ticks that are kept for the curves: a screen is hardly wider. */
    private static final int MAX_TICKS = 600;

    private static final int CURVES_BEGIN = 22;
    /** Lines of the table before any curve: the headings, the server, four hosts, how many are left out, and the sum. */
    private static final int MIN_TABLE = 8;
    /** Lines of the table on the shortest screen: the headings, how many hosts are left out, and the sum. */
    private static final int LEAST = 3;
    /** One line in so many is for errors and warnings, however many hosts there are. */
    private static final int NOTES_SHARE = 3;

    private static final List<Column<StatsRow>> COLUMNS = List.of(
            new Column<>("", StatsRow::name),
            new Column<>("established", row -> row.all().counts().established()),
            new Column<>("connecting", row -> row.all().counts().connecting()),
            new Column<>("failed", row -> row.all().counts().failed()),
            new Column<>("lost", row -> row.all().counts().lost()),
            new Column<>("attempts/s", row -> rate(row, Statistics::attempted)),
            new Column<>("pongs/s", row -> rate(row, last -> last.counts().pongs())),
            new Column<>("p50 µs", row -> percentile(row, 50)),
            new Column<>("p99 µs", row -> percentile(row, 99)));

    /** What goes first where the screen is too narrow: the curves below say the same of all hosts together. */
    private static final List<String> GIVEN_UP =
            List.of("attempts/s", "p50 µs", "connecting", "pongs/s", "p99 µs", "failed", "lost");

    /** One curve: its name and its values, the newest last. */
    private record Curve(String name, List<Double> values) {
        void add(double value) {
            if (values.size() == MAX_TICKS) {
                values.remove(0);
            }
            values.add(value);
        }

        String line(int columns, boolean unicode) {
            double last = values.get(values.size() - 1);
            String number = Double.isFinite(last) ? Quantity.text(Math.round(last)) : "";
            String label = "%-11s %9s ".formatted(name, number);
            return label + Sparkline.of(values, columns - CURVES_BEGIN - 1, unicode);
        }
    }

    private final Curve established = new Curve("established", new ArrayList<>());
    private final Curve attempted = new Curve("attempts/s", new ArrayList<>());
    private final Curve pongs = new Curve("pongs/s", new ArrayList<>());
    private final Curve median = new Curve("p50 µs", new ArrayList<>());
    private final Curve slow = new Curve("p99 µs", new ArrayList<>());
    private final List<Curve> curves = List.of(established, attempted, pongs, median, slow);
    private List<StatsRow> rows = List.of();
    /** Somebody else's server in a line; empty where it is ours. */
    private Optional<String> target = Optional.empty();

    private static Object rate(StatsRow row, ToLongFunction<Statistics> count) {
        Double rate = known(row, count);
        return rate == null ? "" : (Object) Math.round(rate);
    }

    /** Null where nothing was heard of a time yet, or nobody is there who could have told it. */
    private static @Nullable Double known(StatsRow row, ToLongFunction<Statistics> count) {
        return row.seconds() > 0 ? row.rate(count) : null;
    }

    /** On a curve. */
    private static double point(StatsRow row, ToLongFunction<Statistics> count) {
        Double rate = known(row, count);
        return rate == null ? Double.NaN : rate;
    }

    private static Object percentile(StatsRow row, double percent) {
        Distribution last = row.last().times().roundTrip();
        return last.count() == 0 ? "" : (Object) last.percentile(percent);
    }

    /**
     * What is read of somebody else's server.
     *
     * @param read null: nothing
     * @param why nothing is; null: not yet
     */
    void target(@Nullable TargetText read, @Nullable AgentException why) {
        target = Optional.of(read == null ? StatsCommand.Foreign.notRead(why) : read.line());
    }

    /** A tick: what was heard of server and hosts. */
    void add(List<StatsRow> heard) {
        rows = heard;
        StatsRow sum = sum();
        Distribution trips = sum.last().times().roundTrip();
        established.add(nobodyHeard() ? Double.NaN : sum.all().counts().established());
        attempted.add(point(sum, Statistics::attempted));
        pongs.add(point(sum, last -> last.counts().pongs()));
        median.add(trips.count() == 0 ? Double.NaN : trips.percentile(50));
        slow.add(trips.count() == 0 ? Double.NaN : trips.percentile(99));
    }

    private boolean nobodyHeard() {
        return rows.stream().allMatch(StatsRow.OfServer.class::isInstance);
    }

    /** Of all hosts: the last row, unless there is none but the server. */
    private StatsRow sum() {
        return nobodyHeard() ? StatsRow.Sum.of(List.of()) : rows.get(rows.size() - 1);
    }

    List<String> lines(int columns, int rowsOfScreen, boolean unicode) {
        int width = columns - 1; // a terminal may wrap a line that fills it
        List<String> below = new ArrayList<>();
        target.ifPresent(read -> below.addAll(Wrapped.hanging("server: " + read, width)));
        below.addAll(Wrapped.hanging("round trips of the last tick, µs: " + percentiles(), width));
        List<List<String>> notes =
                notes().map(note -> Wrapped.hanging(note, width)).toList();
        int ofNotes = notes.stream().mapToInt(List::size).sum();
        List<String> lines = new ArrayList<>(Wrapped.hanging("watch · " + head() + " · q ends", width));
        List<String> table = table(width);
        int room = rowsOfScreen - lines.size() - below.size();
        int drawn = Math.max(0, Math.min(curves.size(), room - ofNotes - Math.min(MIN_TABLE, table.size())));
        int left = room - drawn;
        int forNotes = drawn > 0 ? ofNotes : Math.min(ofNotes, left / NOTES_SHARE); // beside curves all are told
        List<String> shown = shortened(table, Math.max(LEAST, left - forNotes));
        lines.addAll(shown);
        curves.subList(0, drawn).forEach(curve -> lines.add(curve.line(columns, unicode)));
        lines.addAll(below);
        lines.addAll(first(notes, left - shown.size()));
        return lines;
    }

    /** What connections ended with, and what makes numbers unreliable. */
    private Stream<String> notes() {
        return Stream.concat(
                rows.stream()
                        .filter(row -> !(row instanceof StatsRow.Sum)
                                && !row.all().counts().errors().isEmpty())
                        .map(row -> row.name() + ": "
                                + ServerCommand.errors(row.all().counts().errors())),
                rows.stream().flatMap(row -> row.warnings().stream()));
    }

    /** As many of them as there is room for, each of them whole, and how many are left out. */
    private static List<String> first(List<List<String>> notes, int room) {
        if (notes.stream().mapToInt(List::size).sum() <= room) {
            return notes.stream().flatMap(List::stream).toList();
        }
        List<String> some = new ArrayList<>();
        int told = 0;
        while (some.size() + notes.get(told).size() < room) { // a line is kept for the number
            some.addAll(notes.get(told++));
        }
        some.add(
                told == 0
                        ? notes.size() + " errors and warnings: stats tells them"
                        : "… and %d more".formatted(notes.size() - told));
        return some;
    }

    /** With as many columns as there is room for, each of them whole. */
    private List<String> table(int width) {
        List<Column<StatsRow>> columns = new ArrayList<>(COLUMNS);
        List<String> table = Table.of(columns, rows).lines();
        for (String name : GIVEN_UP) {
            if (table.stream().allMatch(line -> line.length() <= width)) {
                break;
            }
            columns.removeIf(column -> column.name().equals(name));
            table = Table.of(columns, rows).lines();
        }
        return table;
    }

    /** The headings, the server, the sum, and as many hosts as there is room for. */
    private static List<String> shortened(List<String> table, int room) {
        if (table.size() <= room) {
            return table;
        }
        List<String> some = new ArrayList<>(table.subList(0, room - 2));
        some.add("… %d more".formatted(table.size() - room + 1));
        some.add(table.get(table.size() - 1));
        return some;
    }

    private String percentiles() {
        Distribution trips = sum().last().times().roundTrip();
        return trips.count() == 0
                ? "none"
                : "p50 %s · p90 %s · p99 %s · p99.9 %s · max %s"
                        .formatted(
                                Quantity.text(trips.percentile(50)),
                                Quantity.text(trips.percentile(90)),
                                Quantity.text(trips.percentile(99)),
                                Quantity.text(trips.percentile(99.9)),
                                Quantity.text(trips.max()));
    }

    private String head() {
        String hosts = nobodyHeard()
                ? "no host heard of"
                : Quantity.text(sum().all().counts().established()) + " established";
        return rows.stream()
                .filter(StatsRow.OfServer.class::isInstance)
                .findFirst()
                .map(server -> hosts + " · server "
                        + Quantity.text(server.all().counts().established()))
                .orElse(hosts);
    }

    /** The same in one line. */
    String plain() {
        StatsRow sum = sum();
        Snapshot counts = sum.all().counts();
        if (nobodyHeard() || sum.seconds() <= 0) {
            return head();
        }
        if (!sum.isThere()) {
            return "%s · %s failed · %s lost"
                    .formatted(head(), Quantity.text(counts.failed()), Quantity.text(counts.lost()));
        }
        return "%s · %s failed · %s lost · %s pongs/s · round trip µs %s"
                .formatted(
                        head(),
                        Quantity.text(counts.failed()),
                        Quantity.text(counts.lost()),
                        rate(sum, last -> last.counts().pongs()),
                        percentiles());
    }

    /** Numbers as a small curve of one line, from zero to the largest of them. Pure. */
    static final class Sparkline {
        private static final String BLOCKS = "▁▂▃▄▅▆▇█";
        private static final String ASCII = "_.-:=+*#";

        private Sparkline() {}

        /** The last {@code width} of {@code values}, one character each; those that are not known (NaN) are blank. */
        static String of(List<Double> values, int width, boolean unicode) {
            String levels = unicode ? BLOCKS : ASCII;
            List<Double> shown = values.subList(Math.max(0, values.size() - Math.max(0, width)), values.size());
            double max = shown.stream()
                    .mapToDouble(v -> v)
                    .filter(Double::isFinite)
                    .max()
                    .orElse(0);
            StringBuilder line = new StringBuilder();
            for (double value : shown) {
                line.append(Double.isFinite(value) ? levels.charAt(level(value, max, levels.length())) : ' ');
            }
            return line.toString();
        }

        private static int level(double value, double max, int levels) {
            return max <= 0 ? 0 : (int) Math.round(Math.max(0, value) / max * (levels - 1));
        }
    }
}
