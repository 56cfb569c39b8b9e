package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.cluster.State;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stats}: all that agents and server have counted and recorded. {@link StatsText} has a picture of it. */
@AutoService(Command.class)
@CommandLine.Command(
        name = "stats",
        description =
                "Counts, percentiles of connect and round-trip times, processes and machines of agents and server.")
public final class StatsCommand implements Command {
    @Parameters(paramLabel = HostWords.LABEL, arity = "0..*", description = "only these hosts")
    private List<String> hosts = new ArrayList<>();

    @Option(
            names = "--over",
            paramLabel = "DURATION",
            converter = DurationWord.class,
            description = "what happens from now on for so long; else all since the agents began")
    private Duration over = Duration.ZERO;

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        List<String> names = names(context);
        boolean withServer = hosts.isEmpty();
        Readings before = Readings.take(context, names, withServer);
        Thread.sleep((over.isZero() ? Readings.SECOND : over).toMillis());
        Readings now = Readings.take(context, names, withServer);
        List<StatsRow> rows = StatsRow.rows(before, now, !over.isZero());
        return now.hosts()
                .answer(done -> StatsText.answer(
                        rows, now.serverIsSilent(), context.shell().columns()));
    }

    private List<String> names(CommandContext context) throws CommandException {
        if (!hosts.isEmpty()) {
            return HostWords.names(context, hosts);
        }
        return context.cluster().counting();
    }

    @Override
    public List<String> candidates(String label, CommandContext context) {
        return HostWords.candidates(label, context, state -> state != State.STOPPED);
    }
}
