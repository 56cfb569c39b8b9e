package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Live;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code watch}: what goes on, drawn anew each second; {@link WatchPicture} has a picture of it. {@code watch COMMAND}
 * repeats another command instead. Ends with q, with Ctrl-C, or after {@code --for}; its answer is the last picture.
 */
@AutoService(Command.class)
@CommandLine.Command(
        name = "watch",
        description = "Watch connections, rates and round trips, or repeat a command; q ends it.")
public final class WatchCommand implements Command {
    @Option(
            names = "--every",
            paramLabel = "DURATION",
            converter = Converters.DurationWord.class,
            description = "draw as often as that (default: 1s)")
    private Duration every = Duration.ofSeconds(1);

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = Converters.DurationWord.class,
            description = "end after that time: for scripts")
    private @Nullable Duration length;

    @Parameters(
            paramLabel = "COMMAND",
            arity = "0..*",
            description = "what to repeat instead; in quotes where it has options")
    private List<String> command = new ArrayList<>();

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        String line = String.join(" ", command).strip();
        return line.isEmpty()
                ? watch(context, new WatchedCluster(context, every))
                : watch(context, new WatchedLine(context, line));
    }

    private Answer watch(CommandContext context, Watched watched) throws CommandException, InterruptedException {
        Duration max = length;
        long end = max == null ? Long.MAX_VALUE : System.nanoTime() + max.toNanos();
        try (watched) {
            draw(context, watched, end);
            return watched.answer();
        }
    }

    private void draw(CommandContext context, Watched watched, long end) throws CommandException {
        try (Live live = context.shell().live()) {
            boolean ended = false;
            while (!ended) {
                long began = System.nanoTime();
                watched.look(live);
                long next = Math.min(began + every.toNanos(), end);
                long wait = TimeUnit.NANOSECONDS.toMillis(next - System.nanoTime());
                ended = live.ended(Math.max(1, wait)) || System.nanoTime() >= end;
            }
        } catch (InterruptedException e) {
            // Ctrl-C: the user has seen enough, and gets the answer like who typed q
        }
    }

    @Override
    public boolean watchable() {
        return false;
    }

    /** What {@code watch} looks at, time and again. On the command's thread. */
    interface Watched extends AutoCloseable {
        /** Looks, and draws what there is. */
        void look(Live live) throws CommandException, InterruptedException;

        /** What was seen last. */
        Answer answer() throws InterruptedException;

        @Override
        void close();
    }

    /** Another command, repeated: {@code watch count}. Where it fails, the picture says so and it is tried again; where it is no command, that is said at once. */
    private static final class WatchedLine implements Watched {
        private final CommandContext context;
        private final String line;
        private Answer last = Commands.NOTHING;

        /** @throws CommandException where the line is no command, or none to be repeated */
        WatchedLine(CommandContext context, String line) throws CommandException {
            this.context = context;
            this.line = line;
            Command command = command();
            if (!command.watchable()) {
                throw new CommandException(
                        command.getClass()
                                        .getAnnotation(CommandLine.Command.class)
                                        .name() + " cannot be watched",
                        "watch repeats a command that shows something: watch count");
            }
        }

        private Command command() throws CommandException {
            return (Command) context.shell().parse(line);
        }

        @Override
        public void look(Live live) throws InterruptedException {
            List<String> picture = new ArrayList<>();
            picture.add(line + " · q ends");
            try {
                last = Commands.run(command(), context);
                picture.addAll(last.shown(live.columns() - 1)); // a terminal may wrap a line that fills it
            } catch (CommandException e) {
                picture.addAll(e.text().lines().toList());
            }
            live.draw(picture, String.join(" | ", picture.subList(1, picture.size())));
        }

        @Override
        public Answer answer() {
            return last;
        }

        @Override
        public void close() {}
    }
}
