package io.connscale.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The one engine for typed lines, scripts, {@code -e} and standard input: understands a line, runs its command, prints what
 * came of it. Made by {@code Main} before the commands' desk, as their {@link Shell}; then {@link #serve} says how commands
 * are run. Commands run on the thread that calls the run methods, one at a time; {@link #notice} is for every thread.
 */
public final class Console implements Shell {
    /** Exit codes. */
    public static final int WORKED = 0;

    public static final int FAILED = 1;
    public static final int WRONG_USAGE = 2;
    public static final int INTERRUPTED = 130;

    private static final Logger log = LoggerFactory.getLogger(Console.class);
    private static final int DEEPEST_SCRIPT = 8;
    private static final int LONGEST_HISTORY = 10_000;

    private final Grammar grammar;
    private final Printer printer;
    private final boolean keepGoing;
    private final Path logFile;
    private final List<String> history = new ArrayList<>();
    private final List<String> replay = new ArrayList<>();
    private final Interruption interruption = new Interruption();
    private final Screen batchScreen;
    private volatile Screen screen;
    private boolean exiting;
    private int depth;
    private Runner runner = command -> {
        throw new IllegalStateException("the console serves no commands yet");
    };

    /**
     * @param root its subcommands' user objects are what the runner is given
     * @param keepGoing whether a script goes on after a command that failed
     * @param logFile named to the user where something unexpected happened
     * @param out standard output, for answers only; one that throws when nobody reads it (a bare {@code FileOutputStream},
     *     not {@code System.out}) lets the console end then
     * @param err standard error
     */
    public Console(
            CommandLine root, Format format, boolean keepGoing, Path logFile, OutputStream out, OutputStream err) {
        this.grammar = new Grammar(root);
        this.printer = new Printer(format);
        this.keepGoing = keepGoing;
        this.logFile = logFile;
        this.batchScreen = new BatchScreen(out, err);
        this.screen = batchScreen;
    }

    /** Says how a command is run; before the first line. */
    public void serve(Runner commands) {
        runner = commands;
    }

    /** Runs {@code -e} commands in their order, then the script of {@code -f}; gives the exit code. */
    public int runBatch(List<String> lines, @Nullable Path script) {
        int code = WORKED;
        for (String line : lines) {
            code = Math.max(code, run(line, ""));
            if (ends(code)) {
                return code;
            }
        }
        return script == null ? code : Math.max(code, runFile(script));
    }

    private int runFile(Path script) {
        try {
            return run(script);
        } catch (CommandException e) {
            screen.error(e.message(), e.hint());
            return WRONG_USAGE;
        }
    }

    /** Runs what comes from standard input, line by line as it comes; gives the exit code. */
    public int runBatch(InputStream in) {
        try (Lines lines = new Lines(in)) {
            return run(
                    lines,
                    "stdin",
                    () -> screen.notice("standard input was empty, so there was nothing to do"
                            + " · -e COMMAND runs a command, --serve keeps the server running"));
        } catch (IOException e) {
            screen.error("cannot read standard input: " + e.getMessage(), "look at where it comes from");
            return FAILED;
        }
    }

    private int run(Path script) throws CommandException {
        try (Lines lines = new Lines(Files.newInputStream(script))) {
            return run(lines, script.toString(), () -> {});
        } catch (IOException e) {
            throw new CommandException(
                    "cannot read " + script + ": " + Failure.why(e), "check its name and permissions");
        }
    }

    private int run(Lines lines, String name, Runnable whereEmpty) throws IOException {
        int code = WORKED;
        String line = lines.next();
        if (line == null) {
            whereEmpty.run();
        }
        for (long n = 1; line != null && !ends(code); n++) {
            code = Math.max(code, run(line, name + ":" + n + ": "));
            line = ends(code) ? null : lines.next();
        }
        return code;
    }

    private boolean ends(int code) {
        return exiting || screen.closed() || code == INTERRUPTED || (code != WORKED && !keepGoing);
    }

    /** Runs one line. Whatever happens is printed, {@code where} in front of a failure's message. */
    int run(String line, String where) {
        boolean outermost = depth == 0;
        if (outermost) {
            screen.begin();
            interruption.begin();
        }
        try {
            return attempt(line, where, outermost);
        } finally {
            screen.end();
            if (outermost) {
                interruption.end();
            }
        }
    }

    private int attempt(String line, String where, boolean outermost) {
        String command = Visible.line(line.strip(), 80);
        try {
            Sentence sentence = grammar.sentence(line);
            if (sentence.parts().isEmpty()) {
                return WORKED;
            }
            command = sentence.text();
            remember(outermost, history, line.strip());
            Answer answer = runner.run(grammar.command(sentence));
            remember(outermost, replay, command);
            printer.answer(screen, command, answer);
            return screen.closed() ? FAILED : ended(WORKED);
        } catch (CommandException e) {
            return fail(command, where, e);
        } catch (InterruptedException e) {
            printer.interrupted(screen, command, where);
            return INTERRUPTED;
        } catch (Throwable e) {
            // a command's mistake, even a stack overflow, must not take the connections down with it
            log.error("{}{}", where, command, e);
            return fail(command, where, Failure.internal(e, logFile));
        }
    }

    private int fail(String command, String where, CommandException e) {
        printer.failure(screen, command, where, e);
        return ended(FAILED);
    }

    /** A command may answer Ctrl-C by stopping early and say how far it came; the script around it ends all the same. */
    private int ended(int code) {
        return interruption.happened() ? INTERRUPTED : code;
    }

    private static void remember(boolean outermost, List<String> lines, String line) {
        if (outermost && lines.size() < LONGEST_HISTORY) {
            lines.add(line);
        }
    }

    /** What a thread of the console's process ended with that nobody thought of: a line to the user, all of it to the log. */
    public void unexpected(String thread, Throwable e) {
        log.error("thread {}", thread, e);
        screen.notice(Failure.internal(e, logFile).message());
    }

    /** Ctrl-C: the command that runs is to end. From any thread. */
    void interrupt() {
        interruption.interrupt();
    }

    /** Prints on {@code other} from now on. */
    void show(Screen other) {
        screen = other;
    }

    /** Prints on standard output and error again: what happens while the program ends has no prompt to stand above. */
    void leaveTerminal() {
        screen = batchScreen;
    }

    CommandSpec root() {
        return grammar.root();
    }

    boolean exiting() {
        return exiting;
    }

    @Override
    public void progress(String line) {
        screen.progress(line);
    }

    @Override
    public void notice(String line) {
        screen.notice(line);
    }

    @Override
    public Optional<String> ask(String question, boolean secret) {
        return screen.ask(question, secret);
    }

    @Override
    public Live live() {
        return screen.live();
    }

    /** Prints long answers whole, on a terminal too. */
    public void withoutPager() {
        printer.withoutPager();
    }

    @Override
    public int columns() {
        return screen.columns();
    }

    @Override
    public void clear() {
        screen.clear();
    }

    @Override
    public Object parse(String line) throws CommandException {
        return grammar.command(grammar.sentence(line));
    }

    @Override
    public List<String> history() {
        return List.copyOf(history);
    }

    @Override
    public List<String> replay() {
        return List.copyOf(replay);
    }

    @Override
    public void runScript(Path file) throws CommandException, InterruptedException {
        if (depth == DEEPEST_SCRIPT) {
            throw new CommandException(
                    file + " is opened by a script " + DEEPEST_SCRIPT + " scripts deep", "does it open itself?");
        }
        depth++;
        try {
            int code = run(file);
            if (code == INTERRUPTED) {
                throw new InterruptedException();
            }
            if (code != WORKED) {
                throw new CommandException(
                        keepGoing ? "not all of " + file + " worked" : file + " was left at the command that failed",
                        "the error above says why");
            }
        } finally {
            depth--;
        }
    }

    @Override
    public void exit() {
        exiting = true;
    }
}
