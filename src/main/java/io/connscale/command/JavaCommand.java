package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.api.Connscale;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Shell;
import io.connscale.control.PlainText;
import io.connscale.control.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.execution.LocalExecutionControlProvider;
import jdk.jshell.tool.JavaShellToolBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/**
 * {@code java}: the JDK's own JShell in this process, with {@code scale} bound to what the console runs; {@code java FILE} runs
 * a script of it, up to its first mistake.
 *
 * <pre>
 * var client1 = scale.start("client1");
 * System.out.println(client1.open(10_000).verdict());
 * </pre>
 */
@AutoService(Command.class)
@CommandLine.Command(
        name = "java",
        description = "JShell in this process, with scale bound; with FILE, a script of it.")
public final class JavaCommand implements Command {
    /** What every snippet may use by its simple name. */
    private static final List<String> IMPORTS = List.of(
            "import io.connscale.api.*;",
            "import java.nio.file.*;",
            "import java.time.*;",
            "import java.util.*;",
            "import java.util.stream.*;");

    private static final String BOUND = "var scale = io.connscale.command.JavaCommand.scale();";

    /** What JShell keeps: the history of snippets, as long as the console runs. */
    private static final Map<String, String> SETTINGS = new ConcurrentHashMap<>();

    private static volatile @Nullable Connscale scale;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            converter = Converters.FileWord.class,
            description = "a script, as jshell takes it")
    private @Nullable Path file;

    /** What snippets know as {@code scale}: they are compiled classes, which find it here. */
    public static Connscale scale() {
        Connscale bound = scale;
        if (bound == null) {
            throw new IllegalStateException("no console runs in this process");
        }
        return bound;
    }

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        if (ModuleLayer.boot().findModule("jdk.jshell").isEmpty()) {
            throw new CommandException(
                    "this Java lacks the module jdk.jshell: " + System.getProperty("java.home"),
                    "JAVA_HOME names the Java to take: a JDK has it");
        }
        scale = context.scale();
        Thread.UncaughtExceptionHandler ours = Thread.getDefaultUncaughtExceptionHandler();
        try {
            run(file, context.shell());
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(
                    ours); // JShell of Java 17 leaves one of its own, which says nothing
        }
        return Commands.NOTHING;
    }

    private static void run(@Nullable Path script, Shell shell) throws CommandException, InterruptedException {
        if (script != null) {
            new Script(script).run();
        } else if (shell.interactive()) {
            shell.lendTerminal(JavaCommand::tool);
        } else {
            throw new CommandException("java without a script needs a terminal", "java FILE runs a script");
        }
    }

    @Override
    public boolean beginsRun() {
        return true;
    }

    @Override
    public boolean watchable() {
        return false;
    }

    /** JShell's own tool, which has completion, history and help; until {@code /exit}. */
    private static void tool() throws CommandException {
        try {
            Path startup = Files.createTempFile("connscale", ".jsh");
            try {
                Files.write(startup, startup());
                JavaShellToolBuilder.builder()
                        .persistence(SETTINGS) // otherwise it writes into the user's Java preferences, and says so
                        .start(
                                "--execution",
                                "local",
                                "--class-path",
                                System.getProperty("java.class.path"),
                                "--startup",
                                startup.toString());
            } finally {
                Files.delete(startup);
            }
        } catch (CommandException e) {
            throw e;
        } catch (Exception e) { // the builder's methods declare any
            throw new CommandException("JShell did not start: " + e, "the log has its details");
        }
    }

    private static List<String> startup() {
        List<String> lines = new ArrayList<>(IMPORTS);
        lines.add(BOUND);
        return lines;
    }

    /** A file of snippets, each evaluated in turn; the first that fails ends it. */
    private static final class Script {
        private final Path file;
        private final String source;
        private final JShell shell;

        Script(Path file) throws CommandException {
            this.file = file;
            try {
                source = Files.readString(file);
            } catch (IOException e) {
                throw new CommandException(
                        "cannot read " + file + ": " + PlainText.why(e), "check its name and permissions");
            }
            shell = JShell.builder()
                    .executionEngine(new LocalExecutionControlProvider(), Map.of())
                    .build();
        }

        /** On a thread of its own, so that Ctrl-C reaches a snippet that waits. */
        void run() throws CommandException, InterruptedException {
            FutureTask<@Nullable CommandException> task = new FutureTask<>(this::evaluated);
            Thread thread = Threads.start("java-script", task);
            try (shell) {
                CommandException failure = task.get();
                if (failure != null) {
                    throw failure;
                }
            } catch (ExecutionException e) {
                // The console's own memory, or a thread: said as of any command. JShell wraps it: "Exception during
                // analyze - …"
                String why = String.valueOf(e.getCause());
                if (why.contains(OutOfMemoryError.class.getSimpleName())) {
                    throw new OutOfMemoryError(why);
                }
                throw new CommandException(file + ": " + e.getCause(), "the log has its details");
            } catch (InterruptedException e) {
                shell.stop();
                thread.interrupt();
                throw e;
            }
        }

        private @Nullable CommandException evaluated() {
            shell.addToClasspath(System.getProperty("java.class.path"));
            startup().forEach(shell::eval);
            String rest = source;
            while (!rest.isBlank()) {
                int line = 1
                        + (int) source.substring(
                                        0, source.length() - rest.stripLeading().length())
                                .chars()
                                .filter(c -> c == '\n')
                                .count();
                if (rest.stripLeading().startsWith("/exit")) {
                    return null;
                }
                CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(rest);
                String snippet = next.source() == null || next.source().isEmpty() ? rest : next.source();
                for (SnippetEvent event : shell.eval(snippet)) {
                    String why = why(event);
                    if (why != null) {
                        return new CommandException(file + ":" + line + ": " + why, "the script ends there");
                    }
                }
                rest = snippet.equals(rest) ? "" : next.remaining();
            }
            return null;
        }

        /** What was wrong with a snippet; null where nothing was. */
        private @Nullable String why(SnippetEvent event) {
            if (event.status() == Snippet.Status.REJECTED) {
                return shell.diagnostics(event.snippet())
                        .map(d -> d.getMessage(Locale.ROOT).lines().findFirst().orElse(""))
                        .findFirst()
                        .orElse("not Java");
            }
            JShellException thrown = event.exception();
            if (thrown instanceof EvalException e) {
                return e.getExceptionClassName() + ": " + e.getMessage();
            }
            return thrown == null ? null : String.valueOf(thrown.getMessage());
        }
    }
}
