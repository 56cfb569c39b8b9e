package io.connscale.cluster;

import io.connscale.cluster.config.HostConfig;
import io.connscale.cluster.config.Launch;
import io.connscale.control.AgentProcess.Silence;
import io.connscale.control.Message;
import io.connscale.stats.Snapshot;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A host at one moment.
 *
 * @param launcher how its agent is launched, in a word
 * @param step what its start is doing, in a few words; empty where nothing starts
 * @param hello what the agent said of its machine; null where none was started
 * @param counts of its agent and of those lost before it, as last heard
 * @param workers how many processes its agent is, itself and its workers, as last heard; 0 where there is none
 * @param silence of the worker that has been silent for the longest, where its counts are old; null: none
 * @param why its agent was lost, a clause; empty where it is not lost
 */
public record HostStatus(
        HostConfig config,
        String launcher,
        State state,
        String step,
        Message.@Nullable Hello hello,
        Snapshot counts,
        int workers,
        @Nullable Silence silence,
        String why) {
    public String name() {
        return config.name();
    }

    /** Why its counts may no longer be so: a worker that has said nothing for a while; empty where all answer. */
    public Optional<String> stale() {
        return Optional.ofNullable(silence)
                .map(of -> of.name() + " of " + name() + " has said nothing for " + of.seconds() + " s");
    }

    /** Where it is, as {@code hosts.yaml} says it; empty where only the command that launches there knows. */
    public String address() {
        if (config.launch() instanceof Launch.Ssh ssh) {
            return ssh.address().toString();
        }
        return config.launch() instanceof Launch.Local ? "localhost" : "";
    }

    /** What is on a host. */
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
}
