package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.control.PlainText;
import io.connscale.control.Quantity;
import io.connscale.control.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** The commands about the session at the console itself: {@code open}, {@code save}, {@code history}, {@code sleep}, {@code clear}, {@code exit}. */
public final class SessionCommands {
    private SessionCommands() {}

    /** {@code open FILE}: runs a script, as JShell's does. */
    @AutoService(Command.class)
    @CommandLine.Command(name = "open", description = "Run a script: one command a line, # starts a comment.")
    public static final class Open implements Command {
        /** In JSON. */
        private record Ran(String file) {}

        @Parameters(paramLabel = "FILE", converter = Converters.FileWord.class, description = "the script")
        private Path file = Path.of("");

        @Override
        public Answer run(CommandContext context) throws CommandException, InterruptedException {
            context.shell().runScript(file);
            return new Answer(new Ran(file.toString()), Commands.NOTHING.table(), List.of());
        }

        @Override
        public boolean watchable() {
            return false;
        }
    }

    /** {@code save FILE}: this session as a script for {@code open}; over what was there, as JShell's does. */
    @AutoService(Command.class)
    @CommandLine.Command(name = "save", description = "Write the commands of this session that worked, for open.")
    public static final class Save implements Command {
        /** Saved, these would end the replay or overwrite the file that is being read; the others only talk. */
        private static final Set<String> LEFT_OUT = Set.of("save", "exit", "help", "history", "clear");

        /** In JSON. */
        private record Saved(String file, long commands) {}

        @Parameters(
                paramLabel = "FILE",
                converter = Converters.FileWord.class,
                description = "the script to write; one that is there is overwritten")
        private Path file = Path.of("");

        @Override
        public Answer run(CommandContext context) throws CommandException {
            List<String> commands = context.shell().replay().stream()
                    .filter(line -> !LEFT_OUT.contains(line.split(" ", 2)[0]))
                    .toList();
            try {
                String lines = commands.stream().map(line -> line + "\n").collect(Collectors.joining());
                WholeFile.write(file, lines.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new CommandException("cannot write " + file + ": " + PlainText.why(e), "save to another file");
            }
            long count = commands.size();
            Table table = new Table(List.of("file", "commands"), List.of(List.of(file.toString(), count)));
            String line = Quantity.text(count) + (count == 1 ? " command" : " commands") + " in " + file;
            return new Answer(new Saved(file.toString(), count), table, List.of(line));
        }
    }

    /** {@code history}: what was typed in this console. */
    @AutoService(Command.class)
    @CommandLine.Command(name = "history", description = "What was typed in this console, oldest first.")
    public static final class History implements Command {
        /** In JSON. */
        private record Typed(List<String> commands) {}

        @Override
        public Answer run(CommandContext context) {
            List<String> typed = context.shell().history();
            Table table = Table.of(List.of(new Table.Column<>("command", line -> line)), typed);
            return new Answer(new Typed(typed), table, typed);
        }
    }

    /** {@code sleep}: for scripts that let connections run for a while, or, without a duration, serve until they are ended. */
    @AutoService(Command.class)
    @CommandLine.Command(name = "sleep", description = "Wait: for scripts. Without DURATION until Ctrl-C or SIGTERM.")
    public static final class Sleep implements Command {
        /** In JSON. */
        private record Slept(double seconds) {}

        @Parameters(
                paramLabel = "DURATION",
                arity = "0..1",
                description = "500ms, 5s, 2m",
                converter = Converters.DurationWord.class)
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
            return new Answer(new Slept(seconds), table, List.of("slept " + Quantity.text(given)));
        }

        @Override
        public boolean watchable() {
            return false;
        }
    }

    /** {@code clear}: an empty screen, as Ctrl-L makes it; nothing where there is no terminal. */
    @AutoService(Command.class)
    @CommandLine.Command(name = "clear", description = "Clear the screen; so does Ctrl-L.")
    public static final class Clear implements Command {
        @Override
        public Answer run(CommandContext context) {
            context.shell().clear();
            return Commands.NOTHING;
        }

        @Override
        public boolean watchable() {
            return false;
        }
    }

    /** {@code exit}, or as other programs call it {@code quit} and {@code :q}: leaves the console; its agents and its server end with it. */
    @AutoService(Command.class)
    @CommandLine.Command(
            name = "exit",
            aliases = {"quit", ":q"},
            description = "Leave the console; agents and server end with it.")
    public static final class Exit implements Command {
        @Override
        public Answer run(CommandContext context) {
            context.shell().exit();
            return Commands.NOTHING;
        }

        @Override
        public boolean watchable() {
            return false;
        }
    }
}
