package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.cluster.State;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.Quantity;
import io.connscale.control.Server;
import io.connscale.control.ServerStatus;
import io.connscale.kernel.Facts;
import io.connscale.kernel.doctor.Doctor;
import io.connscale.kernel.doctor.Finding;
import io.connscale.kernel.doctor.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
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
     * @param name the host's; {@code server} for the server, which is no host's name here
     * @param examined null: it does not answer
     */
    private record End(
            boolean server, String name, @Nullable Examined examined) {
        static End server(@Nullable Examined examined) {
            return new End(true, "server", examined);
        }

        static End host(String name, Examined examined) {
            return new End(false, name, examined);
        }
    }

    /** A machine and what was found. */
    private record Examined(List<Finding> findings, Facts facts) {
        Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("findings", findings.stream().map(DoctorCommand::json).toList());
            json.put("facts", facts);
            return json;
        }
    }

    private record Row(End end, Finding finding) {
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
            new Column<>("kind", row -> row.end.server ? "server" : "host"),
            new Column<>("name", row -> row.end.name),
            new Column<>("limit", row -> row.finding.limit()),
            new Column<>("value", Row::value),
            new Column<>("unit", Row::unit),
            new Column<>("in_use", row -> row.finding.values().getOrDefault("inUse", "")),
            new Column<>("stops_at_connections", Row::at),
            new Column<>("stops", row -> row.finding.stops()),
            new Column<>("fix_now", row -> row.finding.now()),
            new Column<>("fix_for_good", row -> row.finding.forGood()),
            new Column<>("needs_root", row -> Boolean.toString(row.finding.root())));

    @Parameters(paramLabel = HostWords.LABEL, arity = "0..*", description = "only these hosts, and not the server")
    private List<String> hosts = new ArrayList<>();

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        Map<String, CompletableFuture<Facts>> asked = new LinkedHashMap<>();
        names(context).forEach(name -> asked.put(name, context.cluster().facts(name, false)));
        List<End> server = new ArrayList<>();
        AgentException silent = hosts.isEmpty() ? examineServer(context, server) : null;
        HostAnswers<Facts> answers = HostAnswers.of(asked);
        return (silent == null ? answers : answers.withoutServer(silent)).answer(told -> {
            List<End> ends = new ArrayList<>();
            told.forEach((host, facts) -> ends.add(End.host(host, client(context, host, facts))));
            ends.addAll(server);
            return answer(ends);
        });
    }

    private List<String> names(CommandContext context) throws CommandException {
        if (!hosts.isEmpty()) {
            return HostWords.names(context, hosts);
        }
        return context.cluster().ready();
    }

    private static Examined client(CommandContext context, String host, Facts facts) {
        int sources =
                Math.max(1, context.cluster().status(host).config().source().size());
        long tuples = (long) sources * context.cluster().targets().size();
        return examined(facts, Role.client(tuples));
    }

    /** Where nothing is known at all, that is said once. */
    private static Examined examined(Facts facts, Role role) {
        List<Finding> findings = new ArrayList<>(Doctor.examine(facts, role));
        if (!facts.values().isEmpty()) {
            findings.addAll(Doctor.unread(facts));
        }
        return new Examined(findings, facts);
    }

    /** The server as one more of the {@code ends}; and why it did not answer, null where it did. */
    private static @Nullable AgentException examineServer(CommandContext context, List<End> ends)
            throws InterruptedException {
        try {
            Facts facts = Answers.within(Server.ANSWER_SECONDS, context.server().facts(false));
            int backlog = Answers.within(Server.ANSWER_SECONDS, context.server().status()).listeners().stream()
                    .mapToInt(ServerStatus.Listener::backlogAsked)
                    .max()
                    .orElse(0);
            ends.add(End.server(examined(facts, Role.server(backlog))));
            return null;
        } catch (AgentException e) {
            ends.add(End.server(null));
            return e;
        }
    }

    private static Answer answer(List<End> ends) {
        Map<String, Object> json = new LinkedHashMap<>();
        Map<String, Object> byHost = new LinkedHashMap<>();
        List<Row> rows = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        int width = ends.stream().mapToInt(end -> end.name.length()).max().orElse(0);
        for (End end : ends) {
            Examined one = end.examined;
            (end.server ? json : byHost).put(end.name, one == null ? null : one.json());
            if (one == null || one.findings.isEmpty()) {
                lines.add(attempted(end, width) + health(one));
            } else {
                one.findings.forEach(finding -> {
                    rows.add(new Row(end, finding));
                    lines.addAll(lines(attempted(end, width), finding));
                });
            }
        }
        json.put("hosts", byHost);
        if (!rows.isEmpty()) {
            lines.add("Each fix holds until the next restart; -o json has what changes it for good.");
        }
        return new Answer(json, Table.of(CSV, rows), lines);
    }

    private static String attempted(End end, int width) {
        return end.name + " ".repeat(width - end.name.length() + 2);
    }

    private static List<String> lines(String attempted, Finding finding) {
        String indent = " ".repeat(attempted.length());
        String at = finding.at() == Finding.NO_NUMBER ? "" : " at " + Quantity.text(finding.at());
        return List.of(
                attempted + finding.limit() + ": " + finding.value(),
                indent + "stops" + at + ": " + finding.stops(),
                indent + "fix: " + finding.now() + (finding.root() ? " (root)" : ""));
    }

    private static Map<String, Object> json(Finding finding) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("limit", finding.limit());
        json.put("values", finding.values().isEmpty() ? null : finding.values());
        json.put("stops", finding.stops());
        json.put("stopsAtConnections", finding.at() == Finding.NO_NUMBER ? null : finding.at());
        json.put("fixNow", finding.now());
        json.put("fixForGood", finding.forGood());
        json.put("needsRoot", finding.root());
        return json;
    }

    private static String health(@Nullable Examined one) {
        if (one == null) {
            return "unknown: it does not answer";
        }
        return one.facts.values().isEmpty()
                ? "nothing is known of it"
                : "nothing to report: no limit stops connections before the memory does";
    }

    @Override
    public List<String> candidates(String label, CommandContext context) {
        return HostWords.candidates(label, context, state -> state == State.READY);
    }
}
