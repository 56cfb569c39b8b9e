package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.console.Answer;
import io.connscale.console.Table;
import io.connscale.control.Quantity;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** {@code sleep}: for scripts that let connections run for a while, or, without a duration, serve until they are ended. */
@AutoService(Command.class)
@CommandLine.Command(name = "sleep", description = "Wait: for scripts. Without DURATION until Ctrl-C or SIGTERM.")
public final class SleepCommand implements Command {
    @Parameters(paramLabel = "DURATION", arity = "0..1", description = "500ms, 5s, 2m", converter = DurationWord.class)
    private @Nullable Duration duration;

    @Override
    public Answer run(CommandContext context) throws InterruptedException {
        Duration given = duration;
        if (given == null) {
            new CountDownLatch(1).await();
            throw new IllegalStateException("nobody counts down");
        }
        Thread.sleep(given.toMillis());
        double seconds = given.toMillis() / 1000.0;
        Table table = new Table(List.of("seconds"), List.of(List.of(seconds)));
        return new Answer(Map.of("seconds", seconds), table, List.of("slept " + Quantity.text(given)));
    }

    @Override
    public boolean watchable() {
        return false;
    }
}
