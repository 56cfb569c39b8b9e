package io.connscale.control;

import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** An agent for whoever started it and has to see to it that it lives: mostly in a process of its own. Any thread may call. */
public interface AgentProcess extends Agent {
    /** Its greeting; fails where the process ends before it, or says another protocol. */
    CompletableFuture<Message.Hello> hello();

    /** The last counts that came; they come once a second by themselves. Never waits. */
    Snapshot latest();

    /** The last statistics that it was asked for, of its work or of the server in it; before that none. Never waits. */
    Statistics latestStatistics();

    /** How it ended, in words; completes when it has. */
    CompletableFuture<String> ending();

    /** Any other request; what it is answered with. Within bounds: where no answer comes, it fails. */
    <T extends Message> CompletableFuture<T> ask(Function<Long, Message> request, Class<T> answer);

    /** Asks about the server that may run in it, or tells it to start or stop; how the server is then. */
    default CompletableFuture<ServerStatus> server(Function<Long, Message> request) {
        return ask(request, Message.ServerStatusTaken.class).thenApply(Message.ServerStatusTaken::status);
    }

    /** From a clock, once per second. Returns for how many seconds there was no message from it, though its channel was read. */
    int tick();

    /** Ends it at once, with its connections. */
    void kill();

    /**
     * One that has said nothing for longer than it should: what it counted last may no longer be so.
     *
     * @param name the worker's
     */
    record Silence(String name, int seconds) {
        public Silence {
            Objects.requireNonNull(name, "name");
        }
    }

    /**
     * Starts further agents on this machine. The packages that need them ({@code agent}, {@code server}) know only this;
     * {@code cluster} knows how.
     */
    @FunctionalInterface
    interface Starter {
        /**
         * Launches an agent and waits for its greeting, seconds at most.
         *
         * @param name for its threads and its lines in the log
         * @throws AgentException where it can't be launched or does not greet: then nothing of it is left
         * @throws InterruptedException where the wait was interrupted: likewise
         */
        AgentProcess start(String name) throws AgentException, InterruptedException;

        /** Whether those are event loops of this process, which take little beside their connections, and not processes. */
        default boolean startsLoops() {
            return false;
        }

        /**
         * The same in a network namespace of its own, which has nothing but a loopback interface and ends with the agent.
         *
         * @param settings of that network, by the names that {@code sysctl} has
         * @throws AgentException where this system or user can't have one, too
         */
        default AgentProcess startApart(String name, Map<String, Long> settings)
                throws AgentException, InterruptedException {
            throw new AgentException("no agent can be started apart here", "");
        }
    }
}
