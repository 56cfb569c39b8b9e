package io.connscale.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.auto.service.AutoService;
import io.connscale.api.HostState.State;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.AgentException;
import io.connscale.control.NameRanges;
import io.connscale.control.Quantity;
import io.connscale.diagnosis.Readings;
import io.connscale.kernel.Limits;
import io.connscale.stats.Distribution;
import io.connscale.stats.MachineLoad;
import io.connscale.stats.ProcessLoad;
import io.connscale.stats.Statistics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code stats}: all that agents and server have counted and recorded.
 *
 * <pre>
 *          established  connecting  failed  lost   attempted  pings   pongs  pongs/s  skipped missed
 * server        10,000           0       0     0  10,000  40,312  40,312    2,000     0       0
 * client1       10,000           0       0     0  10,000  40,312  40,312    2,000     0       0
 *
 * µs                      count  p50  p90  p99  p99.9    max
 * client1  connect       10,000   48   67  130    910  1,200
 * client1  round trip    40,312  120  180  410    990  2,300
 * client1  …, from sent  40,312   62   80  190    650  1,900
 * …
 *
 *          CPUs  loops busy  collections   GC ms  heap MiB  direct MiB  resident MiB
 * server   0.11         10%            3      12        14           2           112
 *
 * machine  2 CPUs 31 % busy, 0 % stolen · 3 threads run or wait · 20.1 of 23.5 GiB available
 * </pre>
 */
@AutoService(Command.class)
@CommandLine.Command(
        name = "stats",
        description =
                "Counts, percentiles of connect and round-trip times, processes and machines of agents and server.")
public final class StatsCommand implements Command {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final double MIB = 1 << 20;
    private static final double GIB = 1 << 30;

    private static final List<Column<StatsRow>> COUNTS = List.of(
            new Column<>("", StatsRow::name),
            new Column<>("established", row -> row.all().counts().established()),
            new Column<>("connecting", row -> row.all().counts().connecting()),
            new Column<>("failed", row -> row.all().counts().failed()),
            new Column<>("lost", row -> row.all().counts().lost()),
            new Column<>("stopped", row -> row.all().counts().stopped()),
            new Column<>("attempted", row -> known(row.attempted())),
            new Column<>("pings", row -> row.all().counts().pings()),
            new Column<>("pongs", row -> row.all().counts().pongs()),
            new Column<>("pongs/s", row -> known(row.rate(last -> last.counts().pongs()), Math::round)),
            new Column<>("skipped", row -> row.all().counts().skipped()),
            new Column<>("missed", row -> known(row.missed())));

    private static final List<Column<StatsRow>> PROCESSES = List.of(
            new Column<>("", StatsRow::name),
            new Column<>("CPUs", row -> ofProcess(row, row.last().process().cpus())),
            new Column<>(
                    "loops busy %",
                    row -> ofProcess(row, Math.round(100 * row.last().process().loopBusy()))),
            new Column<>(
                    "collections", row -> ofProcess(row, row.all().process().collections())),
            new Column<>("GC ms", row -> ofProcess(row, row.all().process().collectionMillis())),
            new Column<>(
                    "heap MiB", row -> ofProcess(row, mib(row.all().process().heapBytes()))),
            new Column<>(
                    "direct MiB", row -> ofProcess(row, mib(row.all().process().directBytes()))),
            new Column<>("resident MiB", row -> {
                long resident = row.all().process().residentBytes();
                return resident == ProcessLoad.UNKNOWN ? "" : ofProcess(row, mib(resident));
            }),
            new Column<>("bytes each", row -> known(row.bytesPerConnection())));

    /** What was timed, by its name on the screen. */
    private static final Map<String, Function<Statistics, Distribution>> TIMES = times();

    /** One distribution of one row. */
    private record Timed(StatsRow row, String what, Distribution micros) {}

    private static final List<Column<Timed>> DISTRIBUTION = List.of(
            new Column<>("count", timed -> timed.micros.count()),
            new Column<>("p50", timed -> timed.micros.percentile(50)),
            new Column<>("p90", timed -> timed.micros.percentile(90)),
            new Column<>("p99", timed -> timed.micros.percentile(99)),
            new Column<>("p99.9", timed -> timed.micros.percentile(99.9)),
            new Column<>("max", timed -> timed.micros.max()));

    private static final List<Column<Timed>> PERCENTILES = Table.columns(
            List.of(new Column<>("", timed -> timed.row.name()), new Column<>("µs", Timed::what)), DISTRIBUTION);

    private static final List<Column<Timed>> CSV = Table.columns(
            List.of(
                    new Column<>("kind", timed -> timed.row instanceof StatsRow.OfHost ? "host" : "server"),
                    new Column<>("name", timed -> timed.row instanceof StatsRow.OfHost host ? host.host() : "server"),
                    new Column<>("microseconds_of", Timed::what)),
            DISTRIBUTION);

    @Parameters(paramLabel = HostWords.LABEL, arity = "0..*", description = "only these hosts")
    private List<String> hosts = new ArrayList<>();

    @Option(
            names = "--over",
            paramLabel = "DURATION",
            converter = Converters.DurationWord.class,
            description = "what happens from now on for so long; else all since the agents began")
    private Duration over = Duration.ZERO;

    /**
     * Somebody else's server.
     *
     * @param text null: not read
     * @param why it is not; null: it need not be
     */
    record Foreign(@Nullable TargetText text, @Nullable AgentException why) {
        List<String> lines(int columns) {
            return text == null ? List.of("server  " + notRead(why)) : text.lines(columns);
        }

        static String notRead(@Nullable AgentException why) {
            return "not read" + (why == null ? "" : ": " + why.message());
        }

        TargetText.@Nullable Json json() {
            return text == null ? null : text.json();
        }
    }

    /** In JSON: the server's row is missing where nobody asked it or it does not run, and null where it did not answer. */
    private sealed interface Json {
        record WithServer(
                StatsRow.@Nullable Json server,
                @JsonInclude(JsonInclude.Include.NON_NULL) StatsRow.@Nullable Json sum,
                Map<String, StatsRow.Json> hosts,
                Map<String, Machine> machines)
                implements Json {}

        record WithTarget(
                TargetText.@Nullable Json server,
                @JsonInclude(JsonInclude.Include.NON_NULL) StatsRow.@Nullable Json sum,
                Map<String, StatsRow.Json> hosts,
                Map<String, Machine> machines)
                implements Json {}

        record HostsOnly(
                @JsonInclude(JsonInclude.Include.NON_NULL) StatsRow.@Nullable Json sum,
                Map<String, StatsRow.Json> hosts,
                Map<String, Machine> machines)
                implements Json {}
    }

    private record Machine(
            int cpus,
            double busy,
            double stolen,
            long runnable,
            @Nullable Long memoryBytes,
            @Nullable Long availableBytes) {
        static Machine of(MachineLoad machine) {
            return new Machine(
                    machine.cpus(),
                    machine.busy(),
                    machine.stolen(),
                    machine.runnable(),
                    Limits.known(machine.memoryBytes()),
                    Limits.known(machine.availableBytes()));
        }
    }

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        List<String> names = hosts.isEmpty() ? context.scale().counting() : HostWords.names(context, hosts);
        Readings before = read(context, names);
        Thread.sleep((over.isZero() ? SECOND : over).toMillis());
        Readings now = read(context, names);
        List<StatsRow> rows = StatsRow.rows(before, now, !over.isZero());
        AgentException silent = now.silent();
        Foreign foreign = hosts.isEmpty() && context.scale().target().isPresent()
                ? new Foreign(TargetText.of(before, now, !over.isZero()), silent)
                : null;
        return HostAnswers.of(now.hosts())
                .withoutServer(silent)
                .answer(done ->
                        answer(rows, silent != null, foreign, context.shell().columns()));
    }

    private Readings read(CommandContext context, List<String> names) throws InterruptedException {
        return context.scale().readings(names, hosts.isEmpty());
    }

    @Override
    public List<String> candidates(String label, CommandContext context) {
        return HostWords.candidates(label, context, state -> state != State.STOPPED);
    }

    private static Map<String, Function<Statistics, Distribution>> times() {
        Map<String, Function<Statistics, Distribution>> times = new LinkedHashMap<>();
        times.put("connect", s -> s.times().connect());
        times.put("TLS handshake", s -> s.times().handshakes());
        times.put("round trip", s -> s.times().roundTrip());
        times.put("round trip, from sent", s -> s.times().roundTripSent());
        times.put("lifetime", s -> s.times().lifetime());
        times.put("loop lag", s -> s.times().loopLag());
        times.put("TCP rtt", s -> s.tcp().rtt());
        return times;
    }

    /**
     * As it was counted.
     *
     * @param serverIsSilent whether it was asked and did not answer: nothing is known of it
     * @param foreign somebody else's server; null where it is ours, or nobody asked for it
     * @param columns of the screen
     */
    static Answer answer(List<StatsRow> rows, boolean serverIsSilent, @Nullable Foreign foreign, int columns) {
        List<Timed> timed = timed(rows);
        List<String> lines = new ArrayList<>(shown(COUNTS, rows).lines(columns));
        if (foreign != null) {
            lines.add("");
            lines.addAll(foreign.lines(columns));
        }
        if (serverIsSilent && foreign == null) {
            lines.add("server  unknown: it does not answer");
        }
        errors(rows, lines);
        if (!timed.isEmpty()) {
            lines.add("");
            lines.addAll(
                    Table.of(PERCENTILES, many(rows) ? slowest(timed) : timed).lines(columns));
        }
        handshakes(rows, lines);
        lines.add("");
        lines.addAll(shown(PROCESSES, rows).lines(columns));
        lines.add("");
        lines.addAll(machineLines(machines(rows).values()));
        lines.addAll(warnings(rows));
        return new Answer(
                json(rows, serverIsSilent, foreign),
                Table.of(
                        CSV,
                        timed.stream()
                                .filter(one -> !(one.row instanceof StatsRow.Sum))
                                .toList()),
                lines);
    }

    private static List<StatsRow.OfHost> hosts(List<StatsRow> rows) {
        return rows.stream()
                .flatMap(row -> row instanceof StatsRow.OfHost host ? Stream.of(host) : Stream.empty())
                .toList();
    }

    private static boolean many(List<StatsRow> rows) {
        return hosts(rows).size() > NameRanges.FEW;
    }

    /** Of many hosts folded, those first that had connections fail or lost some. */
    private static Table shown(List<Column<StatsRow>> columns, List<StatsRow> rows) {
        if (!many(rows)) {
            return Table.of(columns, rows);
        }
        List<StatsRow> hosts = new ArrayList<>(hosts(rows));
        hosts.sort(Comparator.comparing(
                row -> row.all().counts().failed() == 0 && row.all().counts().lost() == 0));
        Table folded = Table.of(columns, hosts).folded();
        List<List<Object>> all = new ArrayList<>(folded.rows());
        for (StatsRow row : rows) {
            if (!(row instanceof StatsRow.OfHost)) {
                List<Object> cells = new ArrayList<>();
                columns.forEach(column -> cells.add(column.value().apply(row)));
                cells.add(1, row instanceof StatsRow.Sum ? (Object) (long) hosts.size() : "");
                all.add(row instanceof StatsRow.OfServer ? 0 : all.size(), cells);
            }
        }
        return new Table(folded.columns(), all);
    }

    /** Of many hosts: the server, all of them, and the one whose slowest hundredth is the slowest. */
    private static List<Timed> slowest(List<Timed> timed) {
        List<Timed> shown = new ArrayList<>();
        for (String what : TIMES.keySet()) {
            List<Timed> of = timed.stream().filter(one -> one.what.equals(what)).toList();
            of.stream().filter(one -> !(one.row instanceof StatsRow.OfHost)).forEach(shown::add);
            of.stream()
                    .filter(one -> one.row instanceof StatsRow.OfHost)
                    .max(Comparator.comparingLong(one -> one.micros.percentile(99)))
                    .ifPresent(shown::add);
        }
        return shown;
    }

    /** What makes numbers unreliable; of many hosts once for all whose numbers it does, with the first one's values. */
    private static List<String> warnings(List<StatsRow> rows) {
        if (!many(rows)) {
            return rows.stream().flatMap(row -> row.warnings().stream()).toList();
        }
        Map<String, List<String>> names = new LinkedHashMap<>();
        Map<String, String> first = new LinkedHashMap<>();
        rows.forEach(row -> row.unreliable().forEach(cause -> {
            String kind = cause.replaceAll("\\d+", "");
            first.putIfAbsent(kind, cause);
            names.computeIfAbsent(kind, none -> new ArrayList<>()).add(row.name());
        }));
        List<String> lines = new ArrayList<>();
        names.forEach((kind, of) -> lines.add((of.size() == 1
                        ? of.get(0) + "'s numbers"
                        : "the numbers of " + NameRanges.shown(of) + " (" + Quantity.text(of.size()) + ")")
                + " are unreliable: " + first.get(kind)
                + (of.size() == 1 ? "" : ", " + of.get(0) + "'s")));
        return lines;
    }

    private static Json json(List<StatsRow> rows, boolean serverIsSilent, @Nullable Foreign foreign) {
        StatsRow.Json server = null;
        StatsRow.Json sum = null;
        Map<String, StatsRow.Json> hosts = new LinkedHashMap<>();
        for (StatsRow row : rows) {
            if (row instanceof StatsRow.OfServer) {
                server = StatsRow.Json.of(row);
            } else if (row instanceof StatsRow.OfHost host) {
                hosts.put(host.host(), StatsRow.Json.of(row));
            } else {
                sum = StatsRow.Json.of(row);
            }
        }
        Map<String, Machine> machines = new LinkedHashMap<>();
        machines(rows).forEach((name, machine) -> machines.put(name, Machine.of(machine)));
        if (foreign != null) {
            return new Json.WithTarget(foreign.json(), sum, hosts, machines);
        }
        return server != null || serverIsSilent
                ? new Json.WithServer(server, sum, hosts, machines)
                : new Json.HostsOnly(sum, hosts, machines);
    }

    /** Of many hosts once for those that have the same kinds of errors, counted together. */
    private static void errors(List<StatsRow> rows, List<String> lines) {
        Map<Object, List<StatsRow>> alike = new LinkedHashMap<>();
        for (StatsRow row : rows) {
            if (!(row instanceof StatsRow.Sum) && !row.all().counts().errors().isEmpty()) {
                boolean folds = row instanceof StatsRow.OfHost && many(rows);
                alike.computeIfAbsent(
                                folds ? row.all().counts().errors().keySet() : row.name(), key -> new ArrayList<>())
                        .add(row);
            }
        }
        alike.values().forEach(group -> {
            SortedMap<String, Long> errors = new TreeMap<>();
            group.forEach(row -> row.all().counts().errors().forEach((what, n) -> errors.merge(what, n, Long::sum)));
            lines.add(NameRanges.shown(group.stream().map(StatsRow::name).toList()) + "  "
                    + ServerCommand.errors(errors));
        });
    }

    private static void handshakes(List<StatsRow> rows, List<String> lines) {
        for (StatsRow row : rows) {
            long perSecond =
                    Math.round(row.perSecond(last -> last.times().handshakes().count()));
            if (perSecond > 0 && !(row instanceof StatsRow.OfHost && many(rows))) {
                lines.add(row.name() + "  " + Quantity.text(perSecond) + " TLS handshakes/s");
            }
        }
    }

    private static List<Timed> timed(List<StatsRow> rows) {
        List<Timed> timed = new ArrayList<>();
        TIMES.forEach((what, of) -> rows.forEach(row -> {
            Distribution micros = of.apply(row.all());
            if (micros.count() > 0) {
                timed.add(new Timed(row, what, micros));
            }
        }));
        return timed;
    }

    /** Each machine once, as busy as it was while the command looked. */
    private static SortedMap<String, MachineLoad> machines(List<StatsRow> rows) {
        SortedMap<String, MachineLoad> machines = new TreeMap<>();
        rows.forEach(row -> machines.putAll(row.last().machines()));
        return machines;
    }

    /** A line each; of many machines from the least to the most. */
    private static List<String> machineLines(Collection<MachineLoad> machines) {
        if (machines.size() <= NameRanges.FEW) {
            return machines.stream().map(machine -> "machine  " + text(machine)).toList();
        }
        return List.of("%s machines  %s CPUs %s %% busy, %s %% stolen · %s threads run or wait · %s GiB of %s available"
                .formatted(
                        Quantity.text(machines.size()),
                        range(machines, "%.0f", MachineLoad::cpus),
                        range(machines, "%.0f", machine -> 100 * machine.busy()),
                        range(machines, "%.0f", machine -> 100 * machine.stolen()),
                        range(machines, "%.0f", MachineLoad::runnable),
                        range(machines, "%.1f", machine -> machine.availableBytes() / GIB),
                        range(machines, "%.1f", machine -> machine.memoryBytes() / GIB)));
    }

    /** Where one is not known, none of them is. */
    private static String range(Collection<MachineLoad> machines, String format, ToDoubleFunction<MachineLoad> number) {
        DoubleSummaryStatistics all = machines.stream().mapToDouble(number).summaryStatistics();
        if (all.getMin() < 0) {
            return "unknown";
        }
        String min = String.format(Locale.ROOT, format, all.getMin());
        String max = String.format(Locale.ROOT, format, all.getMax());
        return min.equals(max) ? min : min + "–" + max;
    }

    private static String text(MachineLoad machine) {
        return String.format(
                Locale.ROOT,
                "%d CPUs %.0f %% busy, %.0f %% stolen · %s threads run or wait · %s of %s available",
                machine.cpus(),
                100 * machine.busy(),
                100 * machine.stolen(),
                Quantity.text(machine.runnable()),
                gib(machine.availableBytes()),
                gib(machine.memoryBytes()));
    }

    private static String gib(long bytes) {
        return bytes < 0 ? "unknown" : String.format(Locale.ROOT, "%.1f GiB", bytes / GIB);
    }

    /** Blank where it is unknown, here and below. */
    private static Object known(@Nullable Object value) {
        return value == null ? "" : value;
    }

    private static <T> Object known(@Nullable T value, Function<T, Object> shown) {
        return value == null ? "" : shown.apply(value);
    }

    private static Object ofProcess(StatsRow row, Object value) {
        return row.isThere() ? value : "";
    }

    private static long mib(long bytes) {
        return Math.round(bytes / MIB);
    }
}
