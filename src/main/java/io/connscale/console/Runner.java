package io.connscale.console;

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
