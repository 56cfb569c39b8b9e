package io.connscale;

import io.connscale.api.Connscale;
import io.connscale.api.Parts;
import io.connscale.api.Recording;
import io.connscale.api.User;
import io.connscale.cluster.config.ClusterConfig;
import io.connscale.cluster.config.HostsFile;
import io.connscale.cluster.config.HostsFileException;
import io.connscale.command.Command;
import io.connscale.command.CommandContext;
import io.connscale.command.Commands;
import io.connscale.command.ServerCommand;
import io.connscale.console.CommandException;
import io.connscale.console.Console;
import io.connscale.console.Repl;
import io.connscale.console.StartOptions;
import io.connscale.control.Exhausted;
import io.connscale.control.Threads;
import io.connscale.control.Version;
import io.connscale.net.Transport;
import io.connscale.run.Event;
import io.connscale.run.Runs;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.jline.terminal.Terminal;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

/** The console's process: wires the rooms, top to bottom, and sees to it that nothing stays behind however it ends. */
final class ConsoleProcess {
    private static final Path HOSTS_FILE = Path.of("hosts.yaml");
    private static final int HUNG_UP = 129;
    private static final int TERMINATED = 143;
    private static final String STANDSTILL =
            "Ctrl-Z is ignored: a stopped console loses its connections · Ctrl-C ends the command";

    private static final long ENDING_MILLIS = 3_000;
    private static final long FLUSH_MILLIS = 1_000;

    private final StartOptions options;
    private final StateFolder state = StateFolder.choose();
    private final CountDownLatch memoryFull = new CountDownLatch(1);
    private volatile @Nullable Terminal terminal;
    private final ClusterConfig config;

    ConsoleProcess(StartOptions options) throws HostsFileException {
        this.options = options;
        System.setProperty("connscale.log.level", options.verbosity() > 0 ? "DEBUG" : "INFO");
        config = HostsFile.read(hostsFile(options));
    }

    /** The one of {@code --hosts}, or the working folder's, or the one beside {@code bin/}. */
    private static Path hostsFile(StartOptions options) {
        Path asked = options.hosts();
        if (asked != null || Files.exists(HOSTS_FILE)) {
            return asked == null ? HOSTS_FILE : asked;
        }
        String home = System.getProperty("connscale.home");
        Path shipped = home == null ? HOSTS_FILE : Path.of(home).resolve(HOSTS_FILE);
        return Files.exists(shipped) ? shipped : HOSTS_FILE;
    }

    /** Runs until the user, the script or a signal ends it; returns the exit code. */
    int run() {
        Console console = new Console(
                Commands.root(),
                options.format(),
                options.keepGoing(),
                state.log(),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err));
        state.notice().ifPresent(console::notice);
        state.watch(console::notice);
        if (config.server().on().isEmpty()) {
            Transport.whyNot(config.server().transport()).ifPresent(console::notice);
        }
        Parts parts = Parts.of(config, user(console));
        Connscale scale = Connscale.of(parts);
        Recording recording = scale.recording(new Recording.Options(
                new Runs(state.runs()),
                options.run(),
                options.records(),
                Objects.requireNonNullElse(options.keep(), Runs.MAX_RUNS),
                hostsFile(options).toAbsolutePath().toString()));
        console.tell(recorder(recording));
        Optional<JunitReport> junit =
                Optional.ofNullable(options.junit()).map(file -> new JunitReport(file, console::notice));
        junit.ifPresent(console::tell);
        CommandContext context = new CommandContext(scale, parts.diagnostics(), console, recording);
        if (!options.pager()) {
            console.withoutPager();
        }
        Threads.start(
                "memory-full",
                () -> { // there before it is needed
                    try {
                        memoryFull.await();
                    } catch (InterruptedException e) {
                        return;
                    }
                    endWithoutMemory(console);
                });
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> unexpected(console, thread, e));
        console.serve(command -> Commands.run((Command) command, context));
        Runtime.getRuntime().addShutdownHook(Threads.of("shutdown", () -> close(parts, context, console)));
        heed("INT", () -> console.interrupt() ? 0 : Console.INTERRUPTED);
        heed("TERM", () -> end(console, TERMINATED));
        heed("HUP", () -> end(console, HUNG_UP));
        Signals.register("TSTP", () -> console.notice(STANDSTILL)); // on a terminal with a prompt JLine ignores it
        start(parts, console);
        int code;
        try {
            code = converse(console, context);
        } catch (Error e) { // while a line is typed
            if (!Exhausted.isFull(e)) {
                throw e;
            }
            code = Console.EXHAUSTED;
        }
        if (code == Console.EXHAUSTED) {
            endWithoutMemory(console);
        }
        Optional<CommandException> unwritten = junit.flatMap(JunitReport::failure);
        unwritten.ifPresent(why -> fail(console, why));
        int worst = code == Console.WORKED && unwritten.isPresent() ? Console.FAILED : code;
        int exit = console.signalled() == 0 ? worst : console.signalled();
        recording.close(exit);
        return exit;
    }

    private static void fail(Console console, CommandException why) {
        try {
            console.fail(why);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the console does goes into the run's record. */
    private static Console.Listener recorder(Recording recording) {
        return new Console.Listener() {
            @Override
            public void began(String command, Instant at, Object parsed) {
                if (((Command) parsed).beginsRun()) {
                    recording.begin(at);
                }
                recording.event(at, Event.BEGAN, command, null, null, null);
            }

            @Override
            public void ended(Map<String, Object> line) {
                Map<String, @Nullable Object> details = new LinkedHashMap<>(line);
                details.keySet().removeAll(Set.of("command", "at", "took", "ok"));
                recording.event(
                        (Instant) Objects.requireNonNull(line.get("at")),
                        Event.COMMAND,
                        String.valueOf(line.get("command")),
                        (Double) line.get("took"),
                        (Boolean) line.get("ok"),
                        details);
            }

            @Override
            public void noticed(String line) {
                recording.event(Instant.now(), Event.NOTICE, line, null, null, null);
            }
        };
    }

    /** Agents end by themselves: nobody holds their standard input any more. Several threads may come to it; the first ends the process. */
    private synchronized void endWithoutMemory(Console console) {
        try {
            console.outOfMemory();
            Terminal left = terminal;
            if (left != null) {
                left.close();
            }
        } catch (InterruptedException | IOException e) {
            // it ends all the same
        } finally {
            Main.exit(Exhausted.EXIT);
        }
    }

    private static void close(Parts parts, CommandContext context, Console console) {
        context.page().close();
        context.recording().close(console.signalled() == 0 ? null : (Integer) console.signalled());
        parts.close();
        try {
            console.flush(FLUSH_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Has the signal end the program with the code that {@code action} gives, or not, where that is 0. */
    private static void heed(String signal, IntSupplier action) {
        Signals.register(signal, () -> {
            int code = action.getAsInt();
            if (code != 0) {
                Main.exit(code);
            }
        });
    }

    /** The command that runs says how far it came, and its thread ends the program; where it takes too long, this one does. */
    private static int end(Console console, int code) {
        try {
            if (console.end(code, ENDING_MILLIS)) {
                Thread.sleep(ENDING_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return code;
    }

    private void unexpected(Console console, Thread thread, Throwable failure) {
        if (Exhausted.isFull(failure)) {
            memoryFull.countDown();
            return;
        }
        Exhausted.of(failure)
                .ifPresentOrElse(
                        what -> console.notice(
                                "the console: " + what.text() + ", in " + thread.getName() + " · " + what.hint()),
                        () -> console.unexpected(thread.getName(), failure));
    }

    private static User user(Console console) {
        return new User() {
            @Override
            public void notice(String line) {
                console.notice(line);
            }

            @Override
            public Optional<String> secret(String question) {
                return console.ask(question, true);
            }

            @Override
            public boolean agree(String question) {
                return console.ask(question, false)
                        .filter(answer -> answer.strip().equalsIgnoreCase("yes"))
                        .isPresent();
            }
        };
    }

    private static void start(Parts parts, Console console) {
        try {
            parts.autostart().ifPresent(e -> console.notice(e.message() + " · " + e.hint()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the console is being ended: the first command will see it
        }
    }

    private int converse(Console console, CommandContext context) {
        Integer port = options.page();
        if (port != null && console.runBatch(List.of("page --port " + port), null) != Console.WORKED) {
            return Console.FAILED;
        }
        if (options.batch()) {
            int code = console.runBatch(options.commands(), options.script());
            boolean goesOn =
                    code == Console.WORKED || code == Console.UNMET || (code == Console.FAILED && options.keepGoing());
            return options.serve() && goesOn ? Math.max(code, console.runBatch(serving(context), null)) : code;
        }
        return onTerminal() ? interactive(console, context) : console.runBatch(System.in);
    }

    /** Says where the server is, having started it where it does not run, and stays until a signal ends this process. */
    private static List<String> serving(CommandContext context) {
        return List.of(ServerCommand.where(context.scale()).isPresent() ? "server status" : "server start", "sleep");
    }

    /** Whether standard input and output both are a terminal. */
    @SuppressWarnings("SystemConsoleNull") // with this provider it is null without a terminal, on JDK 22 and newer too
    private static boolean onTerminal() {
        System.setProperty("jdk.console", "java.base");
        return System.console() != null;
    }

    private int interactive(Console console, CommandContext context) {
        String noColor = System.getenv("NO_COLOR"); // no-color.org: any value but an empty one
        try (Terminal opened = Repl.systemTerminal()) {
            terminal = opened;
            Repl.Lexicon words = (command, label, typed, further) ->
                    Commands.candidates((Command) command, label, typed, further, context);
            Repl repl = new Repl(console, opened, words, state.history(), noColor == null || noColor.isEmpty());
            console.say(greeting(context));
            return repl.run();
        } catch (IOException e) {
            console.notice("cannot use this terminal: " + e.getMessage());
            return console.runBatch(System.in);
        }
    }

    private String greeting(CommandContext context) {
        int hosts = config.hosts().size();
        String where = ServerCommand.where(context.scale())
                .map(running -> running
                        + config.server().on().map(host -> " on " + host).orElse(""))
                .orElse("stopped");
        String more =
                config.sources().stream().map(source -> " + @" + source.name()).collect(Collectors.joining());
        return "connscale %s · server %s · %d %s%s · Tab completes, help explains"
                .formatted(Version.program(), where, hosts, hosts == 1 ? "host" : "hosts", more);
    }
}
