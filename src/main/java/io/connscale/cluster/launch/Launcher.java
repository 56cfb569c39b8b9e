package io.connscale.cluster.launch;

import io.connscale.control.AgentException;
import java.util.List;

/**
 * Starts commands on one host with their standard input, output and error in our hands; the one thing that differs between
 * hosts. Each start of an agent has a launcher of its own, with a connection of its own where one is needed, so that closing it
 * ends nothing that another start opened. {@code toString} says in a word how, for the {@code hosts} table. Any thread, one at a
 * time; any other may close.
 */
public interface Launcher extends AutoCloseable {
    /**
     * Starts {@code command}; each word reaches it as it is. The process must not hear the Ctrl-C that is meant for the
     * console, and {@link Process#destroyForcibly()} must end it, or at least its channel, at once. Connects to the host
     * first where that is needed and not done yet.
     *
     * @throws AgentException where it can't be started: what and why in one line, and what to do
     * @throws InterruptedException where the user gave up
     */
    Process start(List<String> command) throws AgentException, InterruptedException;

    /**
     * Lets go of the host; what was started there and still runs loses its channel, a start that is under way fails, and none
     * can be begun any more. Within seconds, never throws.
     */
    @Override
    default void close() {}
}
