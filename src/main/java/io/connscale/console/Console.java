package io.connscale.console;

import io.connscale.console.Answer.Format;
import io.connscale.control.Exhausted;
import io.connscale.control.PlainText;
import io.connscale.control.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The one engine for typed lines, scripts, {@code -e} and standard input: understands a line, runs its command, prints what
 * came of it. Made by {@code Main} before the commands' context, as their {@link Shell}; then {@link #serve} says how commands
 * are run. Commands run one at a time, on a thread of their own, so that one that does not end can be left behind; the run
 * methods wait for them. {@link #notice} is for every thread.
 */
public final class Console implements Shell {
    /** Exit codes. */
    public static final int WORKED = 0;

    public static final int FAILED = 1;
    public static final int WRONG_USAGE = 2;
    public static final int EXHAUSTED = Exhausted.EXIT;
    /** All commands worked, and an expectation was not met; k6's for the same. */
    public static final int UNMET = 99;

    public static final int INTERRUPTED = 130;

    private static final Logger log = LoggerFactory.getLogger(Console.class);
    /** A script whose name ends so is Java, as {@code jshell} takes it. */
    private static final String JAVA = ".jsh";

    private static final int MAX_SCRIPT_DEPTH = 8;
    private static final int MAX_HISTORY = 10_000;
    /** Kept for saying that there is no memory left. */
    private static final int RESERVE = 500_000;

    private static final long LAST_MILLIS = 5_000;
    private static final byte[] FULL = ("error: " + Exhausted.HEAP.text() + "\n").getBytes(StandardCharsets.UTF_8);

    private final Grammar grammar;
    private final Printer printer;
    private final boolean keepGoing;
    private final Path logFile;
    private final List<String> history = new ArrayList<>();
    private final List<String> replay = new ArrayList<>();
    private final OutputStream err;
    private final Screen batchScreen;
    private final ScreenThread screen;
    private volatile boolean exiting;
    private volatile boolean unmet;
    private volatile int signalled;
    private volatile boolean saidFull;
    private volatile @Nullable Interruption running;
    private volatile Listener listener = Listener.NOBODY;

    @SuppressWarnings("UnusedVariable") // it is held, and let go of
    private volatile byte @Nullable [] reserve = new byte[RESERVE];

    private ExecutorService commands = commandThread();
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
        this.err = err;
        this.batchScreen = new BatchScreen(out, err);
        this.screen = new ScreenThread(batchScreen);
    }

    /** Says how a command is run; before the first line. */
    public void serve(Runner commands) {
        runner = commands;
    }

    /** Has {@code hears}, too, hear what is run and what comes of it; before the first line. */
    public void tell(Listener hears) {
        listener = listener.and(hears);
        printer.tell(listener);
    }

    /** Runs {@code -e} commands in their order, then the script of {@code -f}; gives the exit code. */
    public int runBatch(List<String> lines, @Nullable Path script) {
        int code = WORKED;
        for (String line : lines) {
            code = Math.max(code, run(line, ""));
            if (ends(code)) {
                return outcome(code);
            }
        }
        return outcome(script == null ? code : Math.max(code, runFile(script)));
    }

    /** An expectation that is not met ends nothing, but is not forgotten. */
    private int outcome(int code) {
        return code == WORKED && unmet ? UNMET : code;
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
        // Not closed: for standard input the JDK opens a file then, and there may be none left.
        Lines lines = new Lines(in);
        try {
            return outcome(run(
                    lines,
                    "stdin",
                    () -> screen.notice("standard input is empty: nothing to do"
                            + " · -e COMMAND runs a command, --serve keeps the server running")));
        } catch (IOException e) {
            screen.error("cannot read standard input: " + e.getMessage(), "check where standard input comes from");
            return FAILED;
        }
    }

    private int run(Path script) throws CommandException {
        if (script.toString().endsWith(JAVA)) {
            return run("java " + Words.quote(script.toString()), "");
        }
        try (Lines lines = new Lines(Files.newInputStream(script))) {
            return run(lines, script.toString(), () -> {});
        } catch (IOException e) {
            throw new CommandException(
                    "cannot read " + script + ": " + PlainText.why(e), "check its name and permissions");
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
        return exiting || screen.closed() || code == INTERRUPTED || code == EXHAUSTED || (code != WORKED && !keepGoing);
    }

    /** Runs one line. Whatever happens is printed, {@code where} in front of a failure's message. */
    int run(String line, String where) {
        Interruption around = Interruption.ofThisThread();
        if (around != null) {
            return attempt(line, where, around, false);
        }
        Interruption interruption = new Interruption();
        running = interruption;
        screen.begin();
        Printer.Begun begun = Printer.Begun.now("");
        try {
            commands.execute(() -> interruption.run(it -> attempt(line, where, it, true)));
            int code = interruption.await();
            if (interruption.left()) {
                leave(line, where, begun, interruption.soFar());
            }
            return code;
        } finally {
            screen.end();
            running = null;
        }
    }

    /** Its thread may never end; another is there for the next. */
    private void leave(String line, String where, Printer.Begun begun, @Nullable Answer soFar) {
        commands.shutdownNow();
        commands = commandThread();
        printer.interrupted(
                screen,
                begun.as(PlainText.of(line.strip(), 80)),
                where,
                ": the command did not stop in time, and was abandoned",
                soFar);
    }

    /** Started at once: where no thread is left for it later, commands run all the same. */
    private static ExecutorService commandThread() {
        ThreadPoolExecutor one = Threads.queue("command", 1);
        one.prestartCoreThread();
        return one;
    }

    private int attempt(String line, String where, Interruption interruption, boolean outermost) {
        Printer.Begun command = Printer.Begun.now(PlainText.of(line.strip(), 80));
        try {
            Sentence sentence = grammar.sentence(line);
            if (sentence.parts().isEmpty()) {
                return WORKED;
            }
            command = command.as(sentence.text());
            remember(outermost, history, line.strip());
            Object parsed = grammar.command(sentence);
            listener.began(command.text(), command.at(), parsed);
            Answer answer = runner.run(parsed);
            if (over(interruption, outermost)) {
                remember(outermost, replay, command.text());
                printer.answer(screen, command, answer, interruption.happened(), !interruption.isDrawn());
            }
            return screen.closed() ? FAILED : ended(WORKED, interruption);
        } catch (CommandException e) {
            return fail(command, where, e, interruption, outermost);
        } catch (InterruptedException e) {
            if (over(interruption, outermost)) {
                printer.interrupted(screen, command, where, "", null);
            }
            return INTERRUPTED;
        } catch (OutOfMemoryError e) {
            return exhausted(command, where, e, interruption, outermost);
        } catch (Throwable e) {
            if (Exhausted.isFull(e)) {
                return exhausted(command, where, e, interruption, outermost);
            }
            // a command's mistake, even a stack overflow, must not take the connections down with it
            log.error("{}{}", where, command.text(), e);
            return fail(command, where, CommandException.internal(e, logFile), interruption, outermost);
        }
    }

    /** Without a thread to start the command fails, and no more; where memory is full the console can't be relied on, and ends. */
    private int exhausted(
            Printer.Begun command, String where, Throwable e, Interruption interruption, boolean outermost) {
        boolean full = Exhausted.isFull(e);
        if (full) {
            reserve = null; // first: what follows needs some
            exiting = true;
        }
        Exhausted what = Exhausted.of(e).orElse(Exhausted.HEAP);
        log.warn("{}{}", where, command.text(), e);
        if (over(interruption, outermost)) {
            CommandException failure = new CommandException(what.text(), what.hint());
            printer.failure(screen, command, where, failure, interruption.happened());
            saidFull = saidFull || full; // now, and not where nobody waits for this command any more
        }
        return full ? EXHAUSTED : ended(FAILED, interruption);
    }

    /** Prints an error of the program as it ends; a screen that is held is not waited for. */
    public void fail(CommandException why) throws InterruptedException {
        screen.last(why.message(), why.hint(), LAST_MILLIS);
    }

    /** Says that memory is full, unless a command has failed of it; somehow, and within seconds. */
    public void outOfMemory() throws InterruptedException, IOException {
        reserve = null;
        exiting = true;
        if (!saidFull) {
            saidFull = true;
            try {
                if (screen.last(Exhausted.HEAP.text(), Exhausted.HEAP.hint(), LAST_MILLIS)) {
                    return;
                }
            } catch (Error e) {
                // not even for that, or for a class or a lambda of it, which fail otherwise (NoClassDefFoundError,
                // BootstrapMethodError)
            }
            err.write(FULL);
        }
    }

    /** Whether what came of it is to be printed. */
    private static boolean over(Interruption interruption, boolean outermost) {
        return outermost ? interruption.end() : !interruption.left();
    }

    private int fail(
            Printer.Begun command, String where, CommandException e, Interruption interruption, boolean outermost) {
        if (over(interruption, outermost)) {
            printer.failure(screen, command, where, e, interruption.happened());
        }
        unmet |= e.isUnmet();
        return ended(e.isUnmet() ? WORKED : FAILED, interruption);
    }

    /** A command may answer Ctrl-C by stopping early and say how far it came; the script around it ends all the same. */
    private static int ended(int code, Interruption interruption) {
        return interruption.happened() ? INTERRUPTED : code;
    }

    private static void remember(boolean outermost, List<String> lines, String line) {
        if (outermost && lines.size() < MAX_HISTORY) {
            lines.add(line);
        }
    }

    /** What a thread of the console's process ended with that nobody thought of: a line to the user, all of it to the log. */
    public void unexpected(String thread, Throwable e) {
        if (e instanceof IllegalStateException && thread.startsWith("SIG")) {
            log.debug("a signal of a terminal that is closed: {}", thread, e); // JLine draws it again where it goes on
            return;
        }
        log.error("thread {}", thread, e);
        screen.notice(CommandException.internal(e, logFile).message());
    }

    /**
     * Ctrl-C: the command that runs is to end; asked again, it is left behind. From any thread.
     *
     * @return whether there is one
     */
    public boolean interrupt() {
        Interruption now = running;
        if (now != null) {
            now.ask();
        }
        return now != null;
    }

    /**
     * A signal that ends the program: the command that runs is interrupted, what came of it is printed, and no other is begun.
     * From any thread.
     *
     * @param code what the program is to end with
     * @param millis how long the command may take; then it is left behind
     * @return whether a command ran, so that whoever runs it ends by itself
     */
    public boolean end(int code, long millis) throws InterruptedException {
        signalled = code;
        exiting = true;
        screen.release();
        Interruption now = running;
        if (now == null) {
            return false;
        }
        if (!now.happened()) {
            now.ask();
        }
        if (!now.isOver(millis)) {
            now.leave();
        }
        return true;
    }

    /** A line of the console's own, between two commands. */
    public void say(String line) {
        screen.answer(Wrapped.text(line, screen.columns()));
    }

    /** The code of the signal that ended it, or 0. */
    public int signalled() {
        return signalled;
    }

    /** Prints on {@code other} from now on. */
    void show(Screen other) {
        screen.show(other);
    }

    /** Prints on standard output and error again: what happens while the program ends has no prompt to stand above. */
    void leaveTerminal() {
        screen.show(batchScreen);
    }

    /** Waits until notices are printed, but no longer than this: the screen may be held. */
    public void flush(long millis) throws InterruptedException {
        screen.flush(millis);
    }

    CommandSpec root() {
        return grammar.root();
    }

    boolean exiting() {
        return exiting;
    }

    @Override
    public void progress(String line) {
        if (!Interruption.isThisThreadLeft()) {
            screen.progress(line);
        }
    }

    @Override
    public Answer.Format format() {
        return printer.format();
    }

    @Override
    public void row(Answer row, boolean first) {
        refuseWhereLeft();
        printer.row(screen, row, first);
    }

    @Override
    public void soFar(SoFar answer) {
        Interruption mine = Interruption.ofThisThread();
        if (mine != null) {
            mine.soFar(answer);
        }
    }

    @Override
    public void notice(String line) {
        screen.notice(line);
        listener.noticed(line);
    }

    @Override
    public Optional<String> ask(String question, boolean secret) {
        refuseWhereLeft();
        return screen.ask(question, secret);
    }

    @Override
    public Live live() {
        refuseWhereLeft();
        Interruption mine = Interruption.ofThisThread();
        if (mine != null) {
            mine.drawn();
        }
        return screen.live();
    }

    /** Prints long answers whole, on a terminal too. */
    public void withoutPager() {
        printer.withoutPager();
    }

    @Override
    public boolean interactive() {
        return screen.interactive();
    }

    @Override
    public void lendTerminal(Tool tool) throws CommandException {
        refuseWhereLeft();
        screen.lend(tool);
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

    /** A command that was left behind goes no further. */
    private static void refuseWhereLeft() {
        if (Interruption.isThisThreadLeft()) {
            throw new CancellationException("the command was left behind");
        }
    }

    @Override
    public void runScript(Path file) throws CommandException, InterruptedException {
        Interruption interruption = Objects.requireNonNull(Interruption.ofThisThread(), "not the thread of a command");
        if (interruption.depth() == MAX_SCRIPT_DEPTH) {
            throw new CommandException(
                    file + " not run: scripts open scripts, " + MAX_SCRIPT_DEPTH + " deep", "does it open itself?");
        }
        interruption.deeper(1);
        try {
            int code = run(file);
            if (code == INTERRUPTED) {
                throw new InterruptedException();
            }
            if (code != WORKED) {
                throw new CommandException(
                        keepGoing
                                ? "not all commands of " + file + " worked"
                                : file + " ended at the command that failed",
                        "the error above says why");
            }
        } finally {
            interruption.deeper(-1);
        }
    }

    @Override
    public void exit() {
        refuseWhereLeft();
        exiting = true;
    }

    /** Hears what is run. Must not wait. */
    public interface Listener {
        Listener NOBODY = new Listener() {};

        /**
         * A command begins; on its thread.
         *
         * @param command the line as understood
         * @param parsed as the {@link Runner} is given it
         */
        default void began(String command, Instant at, Object parsed) {}

        /** It has ended: the members of its line in {@code -o json}, whatever the format. */
        default void ended(Map<String, Object> line) {}

        /** A line for the user that no command answers. From any thread. */
        default void noticed(String line) {}

        /** This one, then that. */
        default Listener and(Listener that) {
            Listener first = this;
            return new Listener() {
                @Override
                public void began(String command, Instant at, Object parsed) {
                    first.began(command, at, parsed);
                    that.began(command, at, parsed);
                }

                @Override
                public void ended(Map<String, Object> line) {
                    first.ended(line);
                    that.ended(line);
                }

                @Override
                public void noticed(String line) {
                    first.noticed(line);
                    that.noticed(line);
                }
            };
        }
    }

    /** Runs one command; {@code Main} gives it, so that the console needs to know neither commands nor what is in their context. */
    @FunctionalInterface
    public interface Runner {
        /**
         * Called on the console's thread, with picocli's user object after the words of the line were put into its fields.
         *
         * @throws CommandException in words for the user
         */
        Answer run(Object command) throws CommandException, InterruptedException;
    }
}
