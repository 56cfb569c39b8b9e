package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.cluster.HostStatus;
import io.connscale.cluster.State;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.AgentException;
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
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code doctor}: what of each machine's settings stops connections before its memory does.
 *
 * <pre>
 * host     limit                         value        at      stops
 * client1  net.ipv4.ip_local_port_range  32768–60999  28,232  connections from 1 pair …
 * server   nothing to say
 * </pre>
 */
@AutoService(Verb.class)
@Command(
        name = "doctor",
        description = "The limits that stop connections on each host and at the server, and how to change them.")
public final class DoctorCommand implements Verb {
    static final String SERVER = "server";

    /** @param finding of the machine {@code host} */
    private record Row(String host, Finding finding) {
        Object at() {
            return finding.at() == Finding.NO_NUMBER ? "" : finding.at();
        }
    }

    private static final List<Column<Row>> SHOWN = List.of(
            new Column<>("host", Row::host),
            new Column<>("limit", row -> row.finding.limit()),
            new Column<>("value", row -> row.finding.value()),
            new Column<>("at", Row::at),
            new Column<>("stops", row -> row.finding.stops()),
            new Column<>("change it", row -> row.finding.now() + (row.finding.root() ? " (root)" : "")));

    private static final List<Column<Row>> ALL = List.of(
            new Column<>("host", Row::host),
            new Column<>("limit", row -> row.finding.limit()),
            new Column<>("value", row -> row.finding.value()),
            new Column<>("at", Row::at),
            new Column<>("stops", row -> row.finding.stops()),
            new Column<>("now", row -> row.finding.now()),
            new Column<>("for good", row -> row.finding.forGood()),
            new Column<>("root", row -> Boolean.toString(row.finding.root())));

    /** A machine and what was found. */
    private record Examined(List<Finding> findings, Facts facts) {}

    @Parameters(paramLabel = HostWords.LABEL, arity = "0..*", description = "only these hosts, and not the server")
    private List<String> hosts = new ArrayList<>();

    @Override
    public Answer run(Desk desk) throws CommandException, InterruptedException {
        Map<String, CompletableFuture<Facts>> asked = new LinkedHashMap<>();
        names(desk).forEach(name -> asked.put(name, desk.cluster().facts(name, false)));
        Map<String, Examined> server = new LinkedHashMap<>();
        AgentException silent = hosts.isEmpty() ? examineServer(desk, server) : null;
        HostAnswers<Facts> answers = HostAnswers.of(asked);
        return (silent == null ? answers : answers.with(SERVER, silent)).answer(told -> {
            Map<String, Examined> examined = new LinkedHashMap<>();
            told.forEach((host, facts) -> examined.put(host, client(desk, host, facts)));
            examined.putAll(server);
            return answer(examined, silent != null);
        });
    }

    private List<String> names(Desk desk) throws CommandException {
        if (!hosts.isEmpty()) {
            return HostWords.names(desk, hosts);
        }
        return desk.cluster().statuses().stream()
                .filter(host -> host.state() == State.READY)
                .map(HostStatus::name)
                .toList();
    }

    private static Examined client(Desk desk, String host, Facts facts) {
        int sources = Math.max(1, desk.cluster().status(host).config().source().size());
        long tuples = (long) sources * desk.cluster().targets().size();
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

    /** Null, and the server in {@code examined}; or why it did not answer. */
    private static @Nullable AgentException examineServer(Desk desk, Map<String, Examined> examined)
            throws InterruptedException {
        try {
            Facts facts = desk.server().facts(false);
            int backlog = desk.server().status().listeners().stream()
                    .mapToInt(ServerStatus.Listener::backlogAsked)
                    .max()
                    .orElse(0);
            examined.put(SERVER, examined(facts, Role.server(backlog)));
            return null;
        } catch (AgentException e) {
            return e;
        }
    }

    private static Answer answer(Map<String, Examined> examined, boolean serverIsSilent) {
        Map<String, Object> json = new LinkedHashMap<>();
        List<Row> rows = new ArrayList<>();
        List<String> well = new ArrayList<>();
        examined.forEach((host, one) -> {
            json.put(host, one);
            one.findings.forEach(finding -> rows.add(new Row(host, finding)));
            if (one.findings.isEmpty()) {
                well.add(host + "  " + health(one));
            }
        });
        if (serverIsSilent) {
            json.put(SERVER, null);
            well.add(SERVER + "  unknown: it does not answer");
        }
        List<String> lines = new ArrayList<>();
        if (!rows.isEmpty()) {
            lines.addAll(Table.of(SHOWN, rows).lines());
            lines.add("until the next restart; for good: the same in /etc/sysctl.d, as -o json and -o csv say");
        }
        lines.addAll(well);
        return new Answer(Map.of("hosts", json), Table.of(ALL, rows), lines);
    }

    private static String health(Examined one) {
        return one.facts.values().isEmpty()
                ? "nothing is known of it"
                : "nothing to say: no limit stops connections before the memory does";
    }

    @Override
    public List<String> candidates(String label, Desk desk) {
        return HostWords.candidates(label, desk, state -> state == State.READY);
    }
}
