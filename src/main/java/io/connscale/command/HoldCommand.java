package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.api.HostState.State;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.control.Quantity;
import io.connscale.stats.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** {@code hold DURATION [HOST...]}: waits, and fails at once when a connection is lost. */
@AutoService(Command.class)
@CommandLine.Command(
        name = "hold",
        description = "Wait so long, and fail at once when a connection is lost; for scripts.")
public final class HoldCommand implements Command {
    private static final long LOOK_MILLIS = 200;

    /** In JSON. */
    private record Held(double seconds, long established, long lost) {}

    @Parameters(
            index = "0",
            paramLabel = "DURATION",
            description = "500ms, 5s, 2m",
            converter = Converters.DurationWord.class)
    private Duration duration = Duration.ZERO;

    @Parameters(
            index = "1..*",
            paramLabel = HostWords.LABEL,
            arity = "0..*",
            description = "only these hosts; default: all that have an agent")
    private List<String> hosts = new ArrayList<>();

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        List<String> names = hosts.isEmpty() ? context.scale().counting() : HostWords.names(context, hosts);
        Snapshot before = counts(context, names);
        long began = System.nanoTime();
        // As the agents say it by themselves: a million connections are not asked for every moment.
        while (lost(context, names) <= before.lost() && System.nanoTime() - began < duration.toNanos()) {
            context.shell()
                    .progress("holding · %.0f s of %s"
                            .formatted((System.nanoTime() - began) / 1e9, Quantity.text(duration)));
            Thread.sleep(Math.min(LOOK_MILLIS, duration.toMillis()));
        }
        Snapshot since = counts(context, names).since(before);
        double seconds = Math.round((System.nanoTime() - began) / 1e6) / 1e3;
        Answer answer = answer(new Held(seconds, since.established(), since.lost()));
        if (since.lost() > 0) {
            throw new CommandException(
                    "%s lost after %.1f s: %s"
                            .formatted(Quantity.text(since.lost()), seconds, ServerCommand.errors(since.errors())),
                    "count and stats say what is left",
                    answer);
        }
        return answer;
    }

    private static long lost(CommandContext context, List<String> names) {
        return names.stream()
                .mapToLong(name -> context.scale().state(name).lost())
                .sum();
    }

    private static Snapshot counts(CommandContext context, List<String> names) throws InterruptedException {
        return context.scale().readings(names, false).hosts().done().values().stream()
                .map(now -> now.statistics().counts())
                .reduce(Snapshot.NONE, Snapshot::plus);
    }

    private static Answer answer(Held held) {
        return new Answer(
                held,
                new Table(
                        List.of("seconds", "established", "lost"),
                        List.of(List.of(held.seconds, held.established, held.lost))),
                List.of("%s held for %.1f s, %s lost"
                        .formatted(Quantity.text(held.established), held.seconds, Quantity.text(held.lost))));
    }

    @Override
    public boolean watchable() {
        return false;
    }

    @Override
    public List<String> candidates(String label, CommandContext context) {
        return HostWords.candidates(label, context, state -> state == State.READY || state == State.LOST);
    }
}
