package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.api.HostState.State;
import io.connscale.api.Overlay;
import io.connscale.api.Overlay.Seen;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.AgentException;
import io.connscale.control.Quantity;
import io.connscale.diagnosis.Diagnostics.Look;
import io.connscale.diagnosis.Observed;
import io.connscale.kernel.Fact;
import io.connscale.limits.Formula;
import io.connscale.limits.HostEnd;
import io.connscale.limits.Observation;
import io.connscale.stats.Reasons;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code overlay --law FORMULA --nodes N HOST...}: an overlay for real, beside what {@code plan --law} says; docs/EXPERIMENTS.md. */
@AutoService(Command.class)
@CommandLine.Command(
        name = "overlay",
        description = "Have nodes listen on the hosts and connect them as an overlay needs it; shows at how many"
                + " connections per node the machine gives up, and takes all down again.")
public final class OverlayCommand implements Command {
    private static final Duration PROGRESS = Duration.ofMillis(500);
    /** Both ends are asked after each: where it gave up is known to a sixteenth of what is wanted. */
    private static final int STEPS = 16;
    /** Each listens: more need more files than a process usually has, and a longer line than the channel takes. */
    private static final long MAX_NODES = 10_000;

    @Option(
            names = {"--connections-per-node", "--law"},
            paramLabel = "FORMULA",
            required = true,
            description = "connections that a node needs in an overlay of n nodes: 3n+15, n^2, 2 n log2(n)",
            converter = PlanCommand.FormulaWord.class)
    private @Nullable Formula formula;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            required = true,
            description = "nodes in all, shared out over the hosts",
            converter = Converters.CountWord.class)
    private long nodes;

    @Option(
            names = "--hold",
            paramLabel = "DURATION",
            description = "keep it up for so long before it is taken down; default: 10s",
            converter = Converters.DurationWord.class)
    private Duration hold = Duration.ofSeconds(10);

    @Parameters(paramLabel = HostWords.LABEL, arity = "1..*", description = "a name, a pattern, or all")
    private List<String> hosts = new ArrayList<>();

    /**
     * A row of the table.
     *
     * @param host its name
     */
    private record Row(String host, Overlay.Host now) {}

    private static final List<Column<Row>> COLUMNS = List.of(
            new Column<>("host", Row::host),
            new Column<>("nodes", row -> row.now.nodes()),
            new Column<>("wanted", row -> row.now.wanted()),
            new Column<>("established", row -> row.now.established()),
            new Column<>("accepted", row -> row.now.accepted()),
            new Column<>("failed", row -> row.now.failed()),
            new Column<>("lost", row -> row.now.lost()),
            new Column<>("errors", row -> ServerCommand.errors(row.now.errors())));

    /**
     * In JSON.
     *
     * @param wantedPerNode what the formula says
     * @param reachedPerNode the last step that both ends had in full
     * @param triedPerNode the step that they had not; null: all came up
     * @param filesAllowPerNode by the files of the processes that have the nodes; null: unknown
     * @param errors of all hosts
     * @param plan as {@code plan --law} says it of these hosts
     */
    private record Json(
            String formula,
            long nodes,
            long wantedPerNode,
            double reachedPerNode,
            @Nullable Double triedPerNode,
            boolean reached,
            double heldSeconds,
            @Nullable Double filesAllowPerNode,
            SortedMap<String, Long> errors,
            Map<String, Overlay.Host> hosts,
            Object plan,
            String verdict) {}

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        Formula law = Objects.requireNonNull(formula);
        List<String> names = HostWords.names(context, hosts);
        if (nodes < Math.max(2, names.size()) || nodes > MAX_NODES) {
            throw new CommandException(
                    "--nodes " + Quantity.text(nodes) + " is out of range: at least 2 and one per host, at most "
                            + Quantity.text(MAX_NODES),
                    "overlay --law 3n+15 --nodes 100 client1");
        }
        long perNode = law.at(nodes);
        if (perNode < 1 || perNode > 2 * Quantity.MAX / nodes) {
            throw new CommandException(
                    "a node would need " + Quantity.text(perNode) + " connections: more than can be tried",
                    "fewer --nodes");
        }
        Observation observed = observe(context, names);
        Outcome outcome = new Outcome(law, nodes, perNode, observed);
        context.shell().progress("making " + Quantity.text(nodes) + " nodes listen");
        try (Overlay overlay = context.scale().overlay(names, nodes, perNode)) {
            context.shell().soFar(outcome::answer);
            try {
                connect(context, overlay, outcome);
            } catch (InterruptedException e) {
                overlay.stop();
                context.shell().progress("stopping…");
                outcome.seen = overlay.look();
                context.shell().progress("taking the overlay down");
                throw new CommandException("interrupted; the overlay is taken down", "", outcome.answer());
            }
            context.shell().progress("taking the overlay down");
        }
        return Objects.requireNonNull(outcome.answer());
    }

    private void connect(CommandContext context, Overlay overlay, Outcome outcome) throws InterruptedException {
        for (int step = 1; step <= STEPS; step++) {
            overlay.connect(step, STEPS);
            while (!overlay.await(PROGRESS)) {
                context.shell().progress(progress(overlay));
            }
            Seen seen = overlay.look();
            outcome.seen = seen;
            if (!overlay.isComplete(seen)) {
                outcome.tried = 2.0 * overlay.asked() / nodes;
                return;
            }
            outcome.reached = seen.perNode();
        }
        long begin = System.nanoTime();
        long end = begin + hold.toNanos();
        while (System.nanoTime() < end) {
            context.shell().progress("holding it for " + Quantity.text(hold) + " · Ctrl-C takes it down");
            Thread.sleep(Math.min(PROGRESS.toMillis(), Math.max(1, (end - System.nanoTime()) / 1_000_000)));
            outcome.held = (System.nanoTime() - begin) / 1e9;
        }
        outcome.seen = overlay.look();
    }

    private String progress(Overlay overlay) {
        return "%s/%s established · %s connections per node"
                .formatted(
                        Quantity.text(overlay.established()),
                        Quantity.text(overlay.wanted()),
                        number(2.0 * overlay.established() / nodes));
    }

    private static String number(double some) {
        return String.format(Locale.ROOT, "%,.1f", some);
    }

    private static Observation observe(CommandContext context, List<String> names)
            throws CommandException, InterruptedException {
        Map<String, Long> none = new LinkedHashMap<>();
        names.forEach(name -> none.put(name, 0L));
        Observed both = context.diagnostics().observe(none, null, Look.PLAN);
        for (AgentException failure : both.failed().values()) {
            throw HostWords.failure(failure);
        }
        return both.observation();
    }

    /** What came of it, by now; the command's thread writes, and whoever asks for what is so far reads. */
    private static final class Outcome {
        private final Formula law;
        private final long nodes;
        private final long perNode;
        private final Observation observed;
        private final List<Formula.Overlay> plan;
        private volatile @Nullable Seen seen;
        /** Connections per node in the last step that was complete. */
        private volatile double reached;
        /** In the one that was not. */
        private volatile @Nullable Double tried;

        private volatile double held;

        Outcome(Formula law, long nodes, long perNode, Observation observed) throws CommandException {
            this.law = law;
            this.nodes = nodes;
            this.perNode = perNode;
            this.observed = observed;
            this.plan = OverlayText.of(law, observed);
        }

        /** Null before both ends were asked. */
        @Nullable
        Answer answer() {
            Seen now = seen;
            return now == null ? null : answer(now);
        }

        private Answer answer(Seen now) {
            List<Row> rows = now.hosts().entrySet().stream()
                    .map(host -> new Row(host.getKey(), host.getValue()))
                    .toList();
            SortedMap<String, Long> errors =
                    rows.stream().map(row -> row.now.errors()).reduce(new TreeMap<>(), Reasons::sum);
            long wanted = rows.stream().mapToLong(row -> row.now.wanted()).sum();
            boolean all = tried == null && 2.0 * wanted / nodes <= reached;
            String verdict = verdict(now, all, errors);
            Double files = filesAllow(now);
            List<String> lines = new ArrayList<>();
            lines.add("overlay  %s · %s nodes · a node needs %s connections"
                    .formatted(law.text(), Quantity.text(nodes), Quantity.text(perNode)));
            Table table = Table.of(COLUMNS, rows);
            lines.addAll(table.lines());
            lines.add(verdict);
            if (files != null) {
                lines.add("predicted: the files of the process with the most nodes allow " + number(files)
                        + " connections per node");
            }
            lines.add("plan --law %s, with one node per process:".formatted(law.text()));
            lines.addAll(OverlayText.answer(law, plan).lines());
            return new Answer(
                    new Json(
                            law.text(),
                            nodes,
                            perNode,
                            reached,
                            tried,
                            all,
                            held,
                            files,
                            errors,
                            now.hosts(),
                            plan,
                            verdict),
                    table,
                    lines);
        }

        private String verdict(Seen now, boolean all, SortedMap<String, Long> errors) {
            String so = number(reached) + " of " + Quantity.text(perNode) + " connections per node";
            long lost =
                    now.hosts().values().stream().mapToLong(Overlay.Host::lost).sum();
            if (all) {
                return "reached %s · held for %s s, %s lost".formatted(so, number(held), Quantity.text(lost));
            }
            Double step = tried;
            return step == null
                    ? "ended at " + so
                    : "gave up at %s: %s did not come up%s"
                            .formatted(so, number(step), errors.isEmpty() ? "" : " · " + ServerCommand.errors(errors));
        }

        /** A connection takes a file at each of its nodes, and each node one more, in which it listens. */
        private @Nullable Double filesAllow(Seen now) {
            Double least = null;
            for (HostEnd host : observed.hosts()) {
                Overlay.Host on = now.hosts().get(host.name());
                if (on == null
                        || !host.now().knows(Fact.HARD_FILES)
                        || !host.now().knows(Fact.OPEN_FILES)) {
                    return null;
                }
                double room = host.now().get(Fact.HARD_FILES) - host.now().get(Fact.OPEN_FILES) - on.nodes();
                double each = Math.max(0, room / on.nodes());
                least = least == null || each < least ? (Double) each : least;
            }
            return least;
        }
    }

    @Override
    public boolean watchable() {
        return false;
    }

    @Override
    public boolean beginsRun() {
        return true;
    }

    @Override
    public List<String> candidates(String label, CommandContext context) {
        return HostWords.candidates(label, context, state -> state == State.READY);
    }
}
