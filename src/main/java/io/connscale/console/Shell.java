package io.connscale.console;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a running command may ask of the console that runs it. Ctrl-C reaches the command as an interrupt of its thread. */
public interface Shell {
    /** Shows {@code line} as the one progress line, in place of the last; it goes when the command ends. Cheap, may be called often. */
    void progress(String line);

    /**
     * What the command could answer now. Where the user has it left behind, since it does not end, that is printed of it.
     *
     * @param answer must not wait, and is asked on another thread
     */
    void soFar(SoFar answer);

    /** What a command could answer now. */
    @FunctionalInterface
    interface SoFar {
        /** Null where there is nothing yet. */
        @Nullable
        Answer answer() throws InterruptedException;
    }

    /** The form of answers. */
    default Answer.Format format() {
        return Answer.Format.TABLE;
    }

    /**
     * A part of the answer of a command that goes on, in JSON or CSV, at once.
     *
     * @param first whether nothing stands above it: CSV's headings
     */
    default void row(Answer row, boolean first) {}

    /** A line for the user that no command answers: above the prompt, or on standard error. From any thread, which
     * must hold no lock that {@link Repl.Lexicon} needs: while Tab asks for words, notices wait. */
    void notice(String line);

    /**
     * Puts a question to the user and waits for the answer; from any thread, while a command runs.
     *
     * @param secret whether it is typed without being shown
     * @return empty where nobody can be asked (batch) or no answer is given (Ctrl-C)
     */
    Optional<String> ask(String question, boolean secret);

    /** A picture to be drawn again and again while the command runs; it closes it. */
    Live live();

    /** Columns of the screen that answers go to; as many as anybody needs where that is none. */
    int columns();

    /** Leaves nothing on the screen; does nothing where nothing can be taken off it. */
    void clear();

    /**
     * The command that a line means, for the command that runs to run itself; nothing of it is printed.
     *
     * @return as the {@link Console.Runner} would be given it, a new one each time
     * @throws CommandException where a word is wrong
     */
    Object parse(String line) throws CommandException;

    /** Whether there is a terminal with a user before it. */
    boolean interactive();

    /** Something else that reads from the terminal and prints there for a while. */
    @FunctionalInterface
    interface Tool {
        void run() throws CommandException;
    }

    /**
     * Gives the terminal to {@code tool}, which runs on this thread, with keys shown as they are typed; notices wait meanwhile.
     * Afterwards the terminal is as it was before.
     */
    void lendTerminal(Tool tool) throws CommandException;

    /** The lines typed in this console, oldest first. */
    List<String> history();

    /** Those of them that worked, words in full: run again they do the same. */
    List<String> replay();

    /**
     * Runs a script, one command a line, {@code #} starts a comment; stops at the first that fails unless the console
     * was told to keep going.
     *
     * @throws CommandException where the file can't be read, or naming the line that failed
     */
    void runScript(Path file) throws CommandException, InterruptedException;

    /** Leaves the console after this command. */
    void exit();
}
