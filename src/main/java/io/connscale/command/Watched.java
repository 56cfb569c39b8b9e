package io.connscale.command;

import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Live;

/** What {@code watch} looks at, time and again. On the command's thread. */
interface Watched extends AutoCloseable {
    /** Looks, and draws what there is. */
    void look(Live live) throws CommandException, InterruptedException;

    /** What was seen last. */
    Answer answer() throws InterruptedException;

    @Override
    void close();
}
