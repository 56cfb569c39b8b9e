package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.api.HostState.State;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.NameRanges;
import io.connscale.control.Quantity;
import io.connscale.diagnosis.Diagnostics.Look;
import io.connscale.diagnosis.Observed;
import io.connscale.kernel.Facts;
import io.connscale.limits.Catalogue;
import io.connscale.limits.End;
import io.connscale.limits.HostEnd;
import io.connscale.limits.Limit.Finding;
import io.connscale.limits.ServerEnd;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code doctor}: what of each machine's settings stops connections before its memory does.
 *
 * <pre>
 * client1  net.ipv4.ip_local_port_range: 32768–60999
 *          stops at 28,232: connections from 1 pair of source and server port (EADDRNOTAVAIL)
 *          fix: sysctl -w net.ipv4.ip_local_port_range="1024 65535" (root)
 * server   nothing to report …
 * </pre>
 */
@AutoService(Command.class)
@CommandLine.Command(
        name = "doctor",
        description = "The limits that stop connections on each host and at the server, and how to change them.")
public final class DoctorCommand implements Command {
    /**
     * What was found on the machine of one end.
     *
     * @param answers whether it does: where not, nothing is known of it
     */
    private record Examined(End end, boolean answers, List<Finding> findings) {
        static Examined of(End end, boolean answers) {
            return new Examined(end, answers, answers ? Catalogue.ALL.findings(end) : List.of());
        }

        @Nullable
        EndJson json() {
            return answers ? new EndJson(findings.stream().map(FindingJson::of).toList(), end.now()) : null;
        }

        boolean server() {
            return end instanceof ServerEnd;
        }

        /** On the screen. */
        String shown() {
            return server() ? end.name() : HostWords.row(end.name());
        }
    }

    /** In JSON: the server is missing where nobody asked for it, and null where it did not answer. */
    private sealed interface Json {
        record WithServer(@Nullable EndJson server, Map<String, EndJson> hosts) implements Json {}

        record HostsOnly(Map<String, EndJson> hosts) implements Json {}
    }

    private record EndJson(List<FindingJson> findings, Facts facts) {}

    /**
     * A finding.
     *
     * @param values null: unknown
     * @param stopsAtConnections null: no number
     */
    private record FindingJson(
            String limit,
            @Nullable Map<String, Object> values,
            String stops,
            @Nullable Long stopsAtConnections,
            String fixNow,
            String fixForGood,
            boolean needsRoot) {
        static FindingJson of(Finding finding) {
            return new FindingJson(
                    finding.limit(),
                    finding.values().isEmpty() ? null : finding.values(),
                    finding.stops(),
                    finding.at() == Finding.NO_NUMBER ? null : (Long) finding.at(),
                    finding.now(),
                    finding.forGood(),
                    finding.root());
        }
    }

    private record Row(Examined examined, Finding finding) {
        Object value() {
            return finding.values().values().stream().findFirst().orElse("");
        }

        String unit() {
            return finding.values().keySet().stream().findFirst().orElse("");
        }

        Object at() {
            return finding.at() == Finding.NO_NUMBER ? "" : finding.at();
        }
    }

    private static final List<Column<Row>> CSV = List.of(
            new Column<>("kind", row -> row.examined.server() ? "server" : "host"),
            new Column<>("name", row -> row.examined.end.name()),
            new Column<>("limit", row -> row.finding.limit()),
            new Column<>("value", Row::value),
            new Column<>("unit", Row::unit),
            new Column<>("in_use", row -> row.finding.values().getOrDefault("inUse", "")),
            new Column<>("stops_at_connections", Row::at),
            new Column<>("stops", row -> row.finding.stops()),
            new Column<>("fix_now", row -> row.finding.now()),
            new Column<>("fix_for_good", row -> row.finding.forGood()),
            new Column<>("needs_root", row -> Boolean.toString(row.finding.root())));

    /** Different findings of many hosts on a screen. */
    private static final int MAX_FOLDED = 25;
    /** Characters of their names. */
    private static final int MAX_NAMES = 72;

    @Parameters(paramLabel = HostWords.LABEL, arity = "0..*", description = "only these hosts, and not the server")
    private List<String> hosts = new ArrayList<>();

    @Option(
            names = "--fix",
            description =
                    "write what is recommended on each machine, as root, once you agree: sysctl.d, limits.d, systemd")
    private boolean fix;

    @Option(names = "--undo", description = "take back what --fix wrote")
    private boolean undo;

    @Option(names = "--script", description = "print what --fix would run, for a shell or Ansible")
    private boolean script;

    @Option(names = "--yes", description = "with --fix or --undo: do not ask")
    private boolean yes;

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        if ((fix ? 1 : 0) + (undo ? 1 : 0) + (script ? 1 : 0) > 1 || (yes && !fix && !undo)) {
            throw new CommandException(
                    "doctor: one of --fix, --undo and --script, and --yes with the first two", "doctor --fix");
        }
        List<String> names = names(context);
        Observed both = context.diagnostics().observe(names, Look.SETTINGS);
        Map<String, HostEnd> told = new LinkedHashMap<>();
        both.observation().hosts().stream()
                .filter(host -> !both.failed().containsKey(host.name()))
                .forEach(host -> told.put(host.name(), host));
        AgentException silent = hosts.isEmpty() ? both.silent().orElse(null) : null;
        List<Examined> examined = new ArrayList<>();
        Answer answer = HostAnswers.of(new Answers.Each<>(told, both.failed()))
                .withoutServer(silent)
                .answer(done -> {
                    List<Examined> ends = new ArrayList<>();
                    done.values().forEach(host -> ends.add(Examined.of(host, true)));
                    if (hosts.isEmpty()) {
                        ends.add(Examined.of(both.observation().server(), silent == null));
                    }
                    examined.addAll(ends);
                    return answer(ends);
                });
        if (!fix && !undo && !script) {
            return answer;
        }
        DoctorFix fixes = new DoctorFix(context.scale());
        examined.forEach(one -> fixes.add(one.end, one.findings));
        if (script) {
            return fixes.script();
        }
        agree(context, fixes);
        return fixes.run(undo);
    }

    private void agree(CommandContext context, DoctorFix fixes) throws CommandException {
        List<String> plan =
                undo ? List.of("doctor --undo removes what doctor --fix wrote on these machines") : fixes.plan();
        if (yes || plan.isEmpty()) {
            return;
        }
        plan.forEach(context.shell()::notice);
        String answer = context.shell()
                .ask(undo ? "Remove it? (yes or no) " : "Write this, as root? (yes or no) ", false)
                .orElse("");
        if (!answer.strip().equalsIgnoreCase("yes")) {
            throw new CommandException("nothing was changed", "answer yes, or add --yes where nobody can be asked");
        }
    }

    private List<String> names(CommandContext context) throws CommandException {
        if (!hosts.isEmpty()) {
            return HostWords.names(context, hosts);
        }
        return context.scale().ready();
    }

    private static Answer answer(List<Examined> ends) {
        Examined server = null;
        Map<String, EndJson> byHost = new LinkedHashMap<>();
        List<Row> rows = new ArrayList<>();
        for (Examined one : ends) {
            EndJson of = one.json();
            if (one.server()) {
                server = one;
            } else if (of != null) {
                byHost.put(one.end.name(), of);
            }
            one.findings.forEach(finding -> rows.add(new Row(one, finding)));
        }
        List<String> lines = ends.size() > NameRanges.FEW ? folded(ends) : oneByOne(ends);
        if (!rows.isEmpty()) {
            lines.add("Each fix holds until the next restart; doctor --fix changes it for good.");
        }
        Json json = server == null ? new Json.HostsOnly(byHost) : new Json.WithServer(server.json(), byHost);
        return new Answer(json, Table.of(CSV, rows), lines);
    }

    private static List<String> oneByOne(List<Examined> ends) {
        List<String> lines = new ArrayList<>();
        int width = ends.stream().mapToInt(one -> one.shown().length()).max().orElse(0);
        for (Examined one : ends) {
            String begin = one.shown() + " ".repeat(width - one.shown().length() + 2);
            if (one.findings.isEmpty()) {
                lines.add(begin + health(one));
            }
            one.findings.forEach(finding -> lines.addAll(lines(begin, finding)));
        }
        return lines;
    }

    /** What is found on many: once for all of whom it is true, from the lowest limit on, and last those on whom there is nothing. */
    private static List<String> folded(List<Examined> ends) {
        Map<List<String>, List<String>> alike = new LinkedHashMap<>();
        ends.stream()
                .flatMap(one -> one.findings.stream().map(finding -> new Row(one, finding)))
                .sorted(Comparator.comparingLong(
                        row -> row.finding.at() == Finding.NO_NUMBER ? Long.MAX_VALUE : row.finding.at()))
                .forEach(row -> alike.computeIfAbsent(lines("  ", row.finding), none -> new ArrayList<>())
                        .add(row.examined.shown()));
        ends.stream()
                .filter(one -> one.findings.isEmpty())
                .forEach(one -> alike.computeIfAbsent(List.of("  " + health(one)), none -> new ArrayList<>())
                        .add(one.shown()));
        List<String> lines = new ArrayList<>();
        alike.entrySet().stream().limit(MAX_FOLDED).forEach(one -> {
            int hosts = one.getValue().size();
            lines.add(
                    NameRanges.fold(one.getValue(), MAX_NAMES) + (hosts == 1 ? "" : " (" + Quantity.text(hosts) + ")"));
            lines.addAll(one.getKey());
        });
        if (alike.size() > MAX_FOLDED) {
            lines.add("… and " + Quantity.text(alike.size() - MAX_FOLDED) + " more: doctor HOST has those of one host");
        }
        return lines;
    }

    private static List<String> lines(String begin, Finding finding) {
        String indent = " ".repeat(begin.length());
        String at = finding.at() == Finding.NO_NUMBER ? "" : " at " + Quantity.text(finding.at());
        return List.of(
                begin + finding.limit() + ": " + finding.value(),
                indent + "stops" + at + ": " + finding.stops(),
                indent + "fix: " + finding.now() + (finding.root() ? " (root)" : ""));
    }

    private static String health(Examined one) {
        if (!one.answers) {
            return "unknown: it does not answer";
        }
        return one.end.now().values().isEmpty()
                ? "nothing is known of it"
                : "nothing to report: no limit stops connections before the memory does";
    }

    @Override
    public List<String> candidates(String label, CommandContext context) {
        return HostWords.candidates(label, context, state -> state == State.READY);
    }
}
