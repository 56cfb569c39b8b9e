package io.connscale.console;

import java.util.Optional;

/** Where the console prints. {@link ScreenThread} is for every thread; all others print on that one alone. */
interface Screen {
    /** Columns, or rows, of what is no screen: nothing is wrapped, and nothing is a page too long. */
    int AS_WIDE_AS_NEEDED = Integer.MAX_VALUE;

    /** What a line may be long. */
    default int columns() {
        return AS_WIDE_AS_NEEDED;
    }

    /** What a page may be long. */
    default int rows() {
        return AS_WIDE_AS_NEEDED;
    }

    /** What a command answered: complete lines. */
    void answer(String lines);

    /** What went wrong, and what to do about it. */
    void error(String message, String hint);

    /** A line that no command answers. */
    void notice(String line);

    /** The one progress line, in place of the last. */
    void progress(String line);

    /** A command begins: no progress of another is left. */
    void begin();

    /** A command ended: its progress line goes. */
    void end();

    /**
     * Puts a question to the user and waits for the line that answers it; from any thread, while a command runs.
     *
     * @param secret whether it is typed without being shown
     * @return empty where there is nobody to ask, or no answer is given (Ctrl-C, Ctrl-D)
     */
    Optional<String> ask(String question, boolean secret);

    /** A picture to be drawn again and again; until it is closed nothing else is printed. */
    Live live();

    /** Nothing is left on the screen, where that can be done. */
    default void clear() {}

    /** Whether a user sits before it. */
    default boolean interactive() {
        return false;
    }

    /** Lets {@code tool} read and print, on this thread; afterwards the screen is as it was before. */
    default void lend(Shell.Tool tool) throws CommandException {
        tool.run();
    }

    /** Where the user holds it (Ctrl-S), it prints again, since the program ends. From any thread; waits for nothing. */
    default void release() {}

    /** Whether nobody reads the answers any more. */
    boolean closed();
}
