package io.connscale.command;

import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import java.util.List;

/**
 * Something the user can type. An implementation is a picocli {@code @Command} whose fields are the words of the line; a
 * noun with {@code @AutoService(Command.class)} is found by itself, so that adding one touches no other file.
 */
public interface Command {
    /**
     * Does it. Runs on the console's thread; Ctrl-C interrupts.
     *
     * @throws CommandException in words for the user
     */
    Answer run(CommandContext context) throws CommandException, InterruptedException;

    /** Whether {@code watch} may repeat it: it answers, and neither ends nor takes over what runs it. */
    default boolean watchable() {
        return true;
    }

    /** Whether a run begins with it, which is recorded: it starts agents or opens connections. */
    default boolean beginsRun() {
        return false;
    }

    /** The words that make sense for the positional parameter or option with this label ({@code HOST}); Tab offers them. */
    default List<String> candidates(String label, CommandContext context) {
        return List.of();
    }
}
