package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.console.Answer;
import io.connscale.console.Answer.Format;
import io.connscale.console.CommandException;
import io.connscale.console.Live;
import io.connscale.console.Shell;
import io.connscale.console.Table;
import java.time.Duration;
import java.time.Instant;
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
                : watch(context, new WatchedLine(context, line, every));
    }

    private Answer watch(CommandContext context, Watched watched) throws CommandException, InterruptedException {
        Duration max = length;
        long end = max == null ? Long.MAX_VALUE : System.nanoTime() + max.toNanos();
        boolean rows =
                context.shell().format() != Format.TABLE && !context.shell().interactive();
        Ticks ticks = rows ? new Ticks(context.shell()) : null;
        try (watched) {
            draw(context, watched, ticks, end);
            boolean printed =
                    ticks != null && context.shell().format() == Format.CSV; // one table from beginning to end
            return printed ? Commands.NOTHING : watched.answer();
        }
    }

    private static void draw(CommandContext context, Watched watched, @Nullable Ticks ticks, long end)
            throws CommandException {
        try (Live live = context.shell().live()) {
            boolean ended = false;
            while (!ended) {
                long next = Math.min(watched.look(live, ticks), end);
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

    /** What is seen, a line a tick, for programs. */
    static final class Ticks {
        /** In JSON. */
        private record Tick(String command, long tick, Object result, Instant at) {}

        private final Shell shell;
        private long last;

        Ticks(Shell shell) {
            this.shell = shell;
        }

        /** @param table in CSV */
        void print(Object json, Table table) {
            last++;
            shell.row(new Answer(new Tick("watch", last, json, Instant.now()), table, List.of()), last == 1);
        }
    }

    /** What {@code watch} looks at, time and again. On the command's thread. */
    interface Watched extends AutoCloseable {
        /**
         * Looks, and draws what there is.
         *
         * @param ticks null where nobody reads them
         * @return when to look again, {@link System#nanoTime()}
         */
        long look(Live live, @Nullable Ticks ticks) throws CommandException, InterruptedException;

        /** What was seen last. */
        Answer answer() throws InterruptedException;

        @Override
        void close();
    }

    /** Another command, repeated: {@code watch count}. Where it fails, the picture says so and it is tried again; where it is no command, that is said at once. */
    private static final class WatchedLine implements Watched {
        private final CommandContext context;
        private final String line;
        private final Duration every;
        private Answer last = Commands.NOTHING;

        /** @throws CommandException where the line is no command, or none to be repeated */
        WatchedLine(CommandContext context, String line, Duration every) throws CommandException {
            this.context = context;
            this.line = line;
            this.every = every;
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
        public long look(Live live, @Nullable Ticks ticks) throws InterruptedException {
            long began = System.nanoTime();
            List<String> picture = new ArrayList<>();
            picture.add(line + " · q ends");
            try {
                last = Commands.run(command(), context);
                picture.addAll(last.shown(live.columns() - 1)); // a terminal may wrap a line that fills it
                if (ticks != null) {
                    ticks.print(last.json(), last.table());
                }
            } catch (CommandException e) {
                picture.addAll(e.text().lines().toList());
            }
            live.draw(picture, String.join(" | ", picture.subList(1, picture.size())));
            return began + every.toNanos();
        }

        @Override
        public Answer answer() {
            return last;
        }

        @Override
        public void close() {}
    }
}
