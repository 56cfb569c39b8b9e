package io.connscale.control;

/**
 * Starts further agents on this machine. The rooms that need them ({@code agent}, {@code server}) know only this;
 * {@code cluster} knows how.
 */
@FunctionalInterface
public interface AgentStarter {
    /**
     * Launches an agent and waits for its greeting, seconds at most.
     *
     * @param name for its threads and its lines in the log
     * @throws AgentException where it can't be launched or does not greet: then nothing of it is left
     * @throws InterruptedException where the wait was given up: likewise
     */
    AgentProcess start(String name) throws AgentException, InterruptedException;
}
