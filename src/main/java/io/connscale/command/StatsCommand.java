package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.cluster.State;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code stats}: all that agents and server have counted and recorded. {@link StatsText} has a picture of it. */
@AutoService(Verb.class)
@Command(
        name = "stats",
        description =
                "Counts, percentiles of connect and round-trip times, processes and machines of agents and server.")
public final class StatsCommand implements Verb {
    @Parameters(paramLabel = HostWords.LABEL, arity = "0..*", description = "only these hosts")
    private List<String> hosts = new ArrayList<>();

    @Option(
            names = "--over",
            paramLabel = "DURATION",
            converter = DurationWord.class,
            description = "what happens from now on for so long; else all since the agents began")
    private Duration over = Duration.ZERO;

    @Override
    public Answer run(Desk desk) throws CommandException, InterruptedException {
        List<String> names = names(desk);
        boolean withServer = hosts.isEmpty();
        Readings before = Readings.take(desk, names, withServer);
        Thread.sleep((over.isZero() ? Readings.SECOND : over).toMillis());
        Readings now = Readings.take(desk, names, withServer);
        List<StatsRow> rows = StatsRow.rows(before, now, !over.isZero());
        return now.hosts()
                .answer(done -> StatsText.answer(
                        rows, now.serverIsSilent(), desk.shell().columns()));
    }

    private List<String> names(Desk desk) throws CommandException {
        if (!hosts.isEmpty()) {
            return HostWords.names(desk, hosts);
        }
        return desk.cluster().counting();
    }

    @Override
    public List<String> candidates(String label, Desk desk) {
        return HostWords.candidates(label, desk, state -> state != State.STOPPED);
    }
}
