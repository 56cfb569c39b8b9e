package io.connscale.console;

import io.connscale.control.PlainText;
import java.io.IOError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReader.Option;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.ControlChar;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.Terminal.SignalHandler;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The interactive form of the console: reads lines at a prompt and has the {@link Console} run them. Made and run by
 * {@code Main} on one thread, on which the commands run too. From its making until its end the console prints on the
 * terminal.
 */
public final class Repl {
    private static final String PROMPT = "connscale> ";

    /** How JLine would colour what Tab lists. */
    private static final List<String> LIST_STYLES = List.of(
            LineReader.COMPLETION_STYLE_LIST_STARTING,
            LineReader.COMPLETION_STYLE_LIST_DESCRIPTION,
            LineReader.COMPLETION_STYLE_LIST_GROUP,
            LineReader.COMPLETION_STYLE_LIST_BACKGROUND,
            LineReader.COMPLETION_STYLE_STARTING,
            LineReader.COMPLETION_STYLE_DESCRIPTION,
            LineReader.COMPLETION_STYLE_GROUP,
            LineReader.COMPLETION_STYLE_BACKGROUND);

    /** Held, since a logger that nobody holds may forget its level: JLine's complaints belong nowhere near the prompt. */
    private static final Logger JLINE = Logger.getLogger("org.jline");

    private final Console console;
    private final Terminal terminal;
    private final Completion completion;
    private final LineReader reader;

    /**
     * @param historyFile kept across sessions; where it can't be written a notice says so and the session goes on
     * @param colour whether the user wants it; a dumb terminal gets none anyway
     */
    public Repl(Console console, Terminal terminal, Lexicon lexicon, Path historyFile, boolean colour) {
        JLINE.setLevel(Level.OFF);
        this.console = console;
        this.terminal = terminal;
        CommandSpec root = console.root();
        boolean coloured = colour && !TerminalScreen.dumb(terminal);
        completion = new Completion(root, lexicon);
        reader = reader(coloured ? new Colours(root) : null);
        console.show(new TerminalScreen(reader, coloured));
        keepHistory(historyFile);
    }

    /**
     * The terminal that the program was started on, UTF-8, with Ctrl-C as a signal that {@link #run} handles; dumb where
     * there is nothing better.
     */
    public static Terminal systemTerminal() throws IOException {
        JLINE.setLevel(Level.OFF);
        Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .dumb(true)
                .nativeSignals(true)
                .encoding(StandardCharsets.UTF_8)
                .graphemeCluster(false) // asking the terminal whether it knows them throws away what was typed already
                .build();
        if (TerminalScreen.dumb(terminal)) {
            // JLine leaves a dumb terminal's signals to the JVM, which would end, or stand still
            Signals.register("INT", () -> terminal.raise(Signal.INT));
            Signals.register("TSTP", () -> terminal.raise(Signal.TSTP));
        }
        Attributes attributes = terminal.getAttributes(); // JLine gives back those from before at the end
        attributes.setControlChar(ControlChar.VQUIT, 0); // Ctrl-\: the JVM would print its threads over the screen
        terminal.setAttributes(attributes);
        return terminal;
    }

    private LineReader reader(@Nullable Colours colours) {
        LineReaderBuilder builder = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("connscale")
                .parser(new Completion.TypedLine.Reader())
                .completer(completion)
                .option(Option.DISABLE_EVENT_EXPANSION, true)
                .option(Option.AUTO_MENU, false)
                .option(Option.COMPLETE_MATCHER_TYPO, false)
                .option(Option.DISABLE_HIGHLIGHTER, colours == null);
        if (colours != null) {
            builder.highlighter(colours);
        } else {
            LIST_STYLES.forEach(style -> builder.variable(style, "fg:default"));
        }
        LineReader made = builder.build();
        made.getWidgets().put(LineReader.EXPAND_OR_COMPLETE, this::tab);
        return made;
    }

    private boolean tab() {
        Completion.TypedLine line = new Completion.TypedLine(
                reader.getBuffer().toString(), reader.getBuffer().cursor());
        completion.finished(line).ifPresent(command -> {
            console.notice(Vocabulary.synopsis(command));
            console.notice("  " + Vocabulary.description(command));
        });
        reader.callWidget("." + LineReader.EXPAND_OR_COMPLETE); // the dot: JLine's own
        return true;
    }

    private void keepHistory(Path file) {
        try {
            Path directory = file.toAbsolutePath().getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            if (!Files.exists(file)) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            if (!Files.isRegularFile(file) || !Files.isWritable(file)) {
                throw new IOException("not a writable file");
            }
            reader.setVariable(LineReader.HISTORY_FILE, file);
        } catch (IOException e) {
            console.notice("history is not saved: " + file + ": " + PlainText.why(e));
        }
    }

    /** Reads and runs lines until Ctrl-D, {@code exit} or the end of the terminal; gives the exit code. */
    public int run() {
        SignalHandler before = terminal.handle(Signal.INT, signal -> console.interrupt());
        terminal.handle(Signal.TSTP, SignalHandler.SIG_IGN); // Ctrl-Z: a console that stands still loses its agents
        Size said = terminal.getSize();
        Size usable = TerminalScreen.dumb(terminal) ? said : TerminalScreen.size(terminal);
        if (!usable.equals(said)) {
            terminal.setSize(usable); // with 0 × 0 JLine would show nothing of what is typed
        }
        int code = Console.WORKED;
        try {
            while (!console.exiting()) {
                code = step() == Console.EXHAUSTED ? Console.EXHAUSTED : code;
            }
        } catch (EndOfFileException | IOError e) {
            // Ctrl-D, or the terminal has gone: the end of a session, as good as any
        } catch (IllegalStateException e) {
            if (!TerminalScreen.gone(terminal)) {
                throw e;
            }
        } finally {
            terminal.handle(Signal.INT, before);
            if (!usable.equals(said) && !TerminalScreen.gone(terminal)) {
                terminal.setSize(said);
            }
            console.leaveTerminal();
        }
        return code;
    }

    private int step() {
        try {
            return runAll(reader.readLine(PROMPT));
        } catch (UserInterruptException e) {
            // Ctrl-C at the prompt: the line is forgotten
            if (TerminalScreen.dumb(terminal)) {
                console.say(""); // it still stands there
            }
            return Console.WORKED;
        }
    }

    /** Text pasted may be of several lines. What is typed while a command runs stays unseen until the next prompt. */
    private int runAll(String typed) {
        boolean echo = terminal.echo(false);
        try {
            int code = Console.WORKED;
            for (String line : typed.split("\n", -1)) {
                if (console.exiting() || code == Console.INTERRUPTED) {
                    break;
                }
                code = console.run(line, "");
            }
            return code;
        } finally {
            terminal.echo(echo);
        }
    }

    /** The words that only the commands know, such as host names; {@code Main} gives it and Tab asks it. */
    @FunctionalInterface
    public interface Lexicon {
        /**
         * What may stand where {@code command} has the parameter or option value {@code label} ({@code HOST}); on the console's
         * thread.
         *
         * @param typed the word so far; what does not begin so is not offered
         * @param further whether a word of that parameter stands before it already
         */
        List<String> candidates(Object command, String label, String typed, boolean further);
    }
}
