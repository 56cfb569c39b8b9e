package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.api.HostState.State;
import io.connscale.api.Pending;
import io.connscale.command.HostAnswers.ByHost;
import io.connscale.command.HostAnswers.Row;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** {@code stop}: ends agents, side by side, and their connections with them. */
@AutoService(Command.class)
@CommandLine.Command(name = "stop", description = "End the agent on each host, and its connections with it.")
public final class StopCommand implements Command {
    /** In JSON. */
    private record Stopped(String state) {}

    private static final List<Column<Row<Boolean>>> COLUMNS =
            List.of(new Column<>("host", Row::host), new Column<>("state", row -> state(row.answer())));

    @Parameters(
            paramLabel = HostWords.LABEL,
            arity = "1..*",
            description = "a name, a pattern (client*, client[1-4]), or all")
    private List<String> hosts = new ArrayList<>();

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        List<String> names = HostWords.names(context, hosts);
        Pending<Boolean> stopping = context.scale().stop(names);
        context.shell().soFar(() -> HostAnswers.of(stopping.soFar()).soFar(StopCommand::answer));
        try {
            return HostAnswers.of(stopping.result()).answer(StopCommand::answer);
        } catch (InterruptedException e) {
            HostAnswers<Boolean> soFar = HostAnswers.of(stopping.soFar());
            throw soFar.interrupted(
                    "interrupted; %d of %d agents stopped; %d still stopping"
                            .formatted(
                                    soFar.done().size(),
                                    names.size(),
                                    names.size() - soFar.done().size()),
                    "hosts shows which",
                    StopCommand::answer);
        }
    }

    private static Answer answer(Map<String, Boolean> stopped) {
        Map<String, Stopped> json = new LinkedHashMap<>();
        stopped.keySet().forEach(host -> json.put(host, new Stopped(State.STOPPED.toString())));
        List<Row<Boolean>> rows = HostAnswers.rows(stopped);
        return HostAnswers.answer(
                new ByHost<>(json),
                Table.of(COLUMNS, rows),
                rows.stream().map(row -> row.host() + "  " + state(row.answer())));
    }

    private static String state(boolean wasRunning) {
        return wasRunning ? "stopped" : "was not running";
    }

    @Override
    public List<String> candidates(String label, CommandContext context) {
        return HostWords.candidates(label, context, state -> state != State.STOPPED);
    }
}
