package io.connscale.api;

import io.connscale.cluster.HostStatus;
import io.connscale.control.Message;
import io.connscale.kernel.Limits;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A host at one moment.
 *
 * @param name its name in {@code hosts.yaml}
 * @param launched how its agent is launched, in a word
 * @param step what its start is doing, in a few words; empty where nothing starts
 * @param address where it is, as {@code hosts.yaml} says it; empty where only the command that launches there knows
 * @param agent what its agent said of itself; empty where none was started
 * @param established connections up, as last heard
 * @param lost connections that came up and ended unasked, as last heard
 * @param why its agent was lost, a clause; empty where it is not lost
 */
public record HostState(
        String name,
        String launched,
        State state,
        String step,
        String address,
        Optional<Agent> agent,
        long established,
        long lost,
        String why) {
    /** What is there. */
    public enum State {
        /** No agent, and none is wanted. */
        STOPPED,
        /** Launched, and not heard of yet. */
        STARTING,
        /** An agent that takes requests. */
        READY,
        /** The agent ended without being asked to. */
        LOST;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * An agent.
     *
     * @param java the version that it runs on
     * @param files that it may open; null: unknown
     * @param ports that one of its addresses has for connections to one address and port; null: unknown
     * @param pid of its process, on its machine
     * @param workers how many processes it is, itself and its workers
     */
    public record Agent(
            String java, @Nullable Long files, @Nullable Long ports, long pid, int workers) {}

    static HostState of(HostStatus host) {
        Message.Hello hello = host.hello();
        return new HostState(
                host.name(),
                host.launcher(),
                State.valueOf(host.state().name()),
                host.step(),
                host.address(),
                hello == null
                        ? Optional.empty()
                        : Optional.of(new Agent(
                                hello.java(),
                                Limits.known(hello.limits().softFiles()),
                                Limits.known(hello.limits().ports()),
                                hello.pid(),
                                host.workers())),
                host.counts().established(),
                host.counts().lost(),
                host.why());
    }
}
