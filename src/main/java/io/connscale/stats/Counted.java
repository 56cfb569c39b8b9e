package io.connscale.stats;

import java.util.TreeMap;

/**
 * What a host has counted, and which of its agents says so. A host that lost its agent and was started again has a new one: its counts go on, with what
 * the lost ones had counted, but nothing else of two agents can be compared. The server's statistics have no lost agent in them.
 *
 * @param statistics all that the agent knows of its work, and the counts of those before it; where there is none, the counts alone
 * @param before the counts of agents that were lost there earlier
 * @param agent tells agents apart, over all hosts; {@value #NONE}: no agent is there, or it is the server
 */
public record Counted(Statistics statistics, Snapshot before, long agent) {
    public static final long NONE = 0;

    /** Without any agent that could be mistaken for another. */
    public static Counted of(Statistics statistics) {
        return new Counted(statistics, Snapshot.NONE, NONE);
    }

    /** Whether another agent says this than said {@code earlier}, or none did: it has begun since. */
    public boolean hasBegunSince(Counted earlier) {
        return agent != NONE && agent != earlier.agent;
    }

    /** What happened after {@code earlier}; of an agent that has begun since, all that it did. */
    public Statistics since(Counted earlier) {
        return hasBegunSince(earlier) ? own() : statistics.since(earlier.statistics);
    }

    /** What this agent did alone, without those before it; and without its machine, which was there before it began. */
    public Statistics own() {
        return new Statistics(
                statistics.counts().since(before),
                statistics.attempted(),
                statistics.missed(),
                statistics.unanswered(),
                statistics.times(),
                statistics.tcp(),
                statistics.process(),
                new TreeMap<>(),
                statistics.unexpected());
    }

    /** What is known before the same agent has done anything. */
    public Counted nothing() {
        return new Counted(Statistics.NONE, before, agent);
    }
}
