package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.cluster.State;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** {@code stop}: ends agents, side by side, and their connections with them. */
@AutoService(Command.class)
@CommandLine.Command(name = "stop", description = "End the agent on each host, and its connections with it.")
public final class StopCommand implements Command {
    @Parameters(
            paramLabel = HostWords.LABEL,
            arity = "1..*",
            description = "a name, a pattern (client*, client[1-4]), or all")
    private List<String> hosts = new ArrayList<>();

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        Map<String, CompletableFuture<Boolean>> stopping = new LinkedHashMap<>();
        for (String name : HostWords.names(context, hosts)) {
            stopping.put(name, context.cluster().stop(name));
        }
        try {
            return HostAnswers.of(stopping).answer(StopCommand::answer);
        } catch (InterruptedException e) {
            HostAnswers<Boolean> soFar = HostAnswers.soFar(stopping);
            throw soFar.interrupted(
                    "interrupted; %d of %d hosts have ended, the others are ending"
                            .formatted(soFar.done().size(), stopping.size()),
                    "hosts shows which",
                    StopCommand::answer);
        }
    }

    private static Answer answer(Map<String, Boolean> stopped) {
        Map<String, Object> json = new LinkedHashMap<>();
        List<List<Object>> rows = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        stopped.forEach((host, was) -> {
            String state = was ? "stopped" : "was not running";
            json.put(host, Map.of("state", State.STOPPED.toString()));
            rows.add(List.of(host, state));
            lines.add(host + "  " + state);
        });
        return new Answer(Map.of("hosts", json), new Table(List.of("host", "state"), rows), lines);
    }

    @Override
    public List<String> candidates(String label, CommandContext context) {
        return HostWords.candidates(label, context, state -> state != State.STOPPED);
    }
}
