package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.cluster.State;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.diagnosis.BothEnds;
import io.connscale.limits.Difference;
import io.connscale.stats.Snapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/**
 * {@code count}: established at both ends, and the difference where the ends can be compared.
 *
 * <pre>
 *             established  connecting  failed  lost
 * server           10,000
 * client1          10,000           0       0     0
 * difference            0
 * </pre>
 */
@AutoService(Command.class)
@CommandLine.Command(
        name = "count",
        description = "Connections at the server and at each host, side by side, and the difference.")
public final class CountCommand implements Command {
    private static final List<String> SHOWN = List.of("", "established", "connecting", "failed", "lost");
    private static final List<String> CSV = List.of("kind", "name", "established", "connecting", "failed", "lost");

    @Parameters(paramLabel = HostWords.LABEL, arity = "0..*", description = "only these hosts")
    private List<String> hosts = new ArrayList<>();

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        List<String> names = hosts.isEmpty() ? context.cluster().counting() : HostWords.names(context, hosts);
        BothEnds ends = BothEnds.settled(context.cluster(), context.server(), names);
        Long difference = ends.difference();
        Optional<Difference> why = difference == null || difference == 0
                ? Optional.empty()
                : Optional.of(context.diagnostics().difference(difference));
        String absent =
                context.server().foreign().isPresent() ? "not read" : ends.server() == null ? "unknown" : "stopped";
        return HostAnswers.of(ends.hosts(), ends.silent()).answer(done -> answer(ends, absent, why));
    }

    private static Answer answer(BothEnds ends, String absent, Optional<Difference> why) {
        Map<String, Object> byHost = new LinkedHashMap<>();
        List<List<Object>> csv = new ArrayList<>();
        List<List<Object>> shown = new ArrayList<>();
        Long atServer = ends.atServer();
        csv.add(List.of("server", "server", atServer == null ? "" : atServer, "", "", ""));
        shown.add(List.of("server", atServer == null ? absent : atServer, "", "", ""));
        ends.hosts().done().forEach((host, now) -> {
            byHost.put(host, json(now));
            csv.add(List.of("host", host, now.established(), now.connecting(), now.failed(), now.lost()));
            shown.add(List.of(host, now.established(), now.connecting(), now.failed(), now.lost()));
        });
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("server", Collections.singletonMap("established", atServer));
        json.put("hosts", byHost);
        json.put("established", ends.established());
        Long difference = ends.difference();
        json.put("difference", difference);
        if (difference != null) {
            shown.add(List.of("difference", difference, "", "", ""));
        }
        List<String> lines = new ArrayList<>(new Table(SHOWN, shown).lines());
        ends.incomparable().ifPresent(reason -> {
            json.put("incomparable", reason);
            lines.add("not comparable: " + reason);
        });
        why.ifPresent(explanation -> {
            json.put("explanation", explanation);
            lines.add(explanation.text());
        });
        return new Answer(json, new Table(CSV, csv), lines);
    }

    private static Map<String, Object> json(Snapshot now) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("established", now.established());
        json.put("connecting", now.connecting());
        json.put("failed", now.failed());
        json.put("lost", now.lost());
        return json;
    }

    @Override
    public List<String> candidates(String label, CommandContext context) {
        return HostWords.candidates(label, context, state -> state != State.STOPPED);
    }
}
