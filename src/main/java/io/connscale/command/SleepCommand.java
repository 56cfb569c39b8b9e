package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.console.Answer;
import io.connscale.console.Table;
import io.connscale.control.Quantity;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sleep}: for scripts that let connections run for a while. */
@AutoService(Verb.class)
@Command(name = "sleep", description = "Wait: for scripts. Ctrl-C ends it.")
public final class SleepCommand implements Verb {
    @Parameters(paramLabel = "DURATION", description = "500ms, 5s, 2m", converter = DurationWord.class)
    private Duration duration = Duration.ZERO;

    @Override
    public Answer run(Desk desk) throws InterruptedException {
        Thread.sleep(duration.toMillis());
        double seconds = duration.toMillis() / 1000.0;
        Table table = new Table(List.of("seconds"), List.of(List.of(seconds)));
        return new Answer(Map.of("seconds", seconds), table, List.of("slept " + Quantity.text(duration)));
    }
}
