package io.connscale.kernel.diagnosis;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.OomKills;
import io.connscale.kernel.Remedy;
import java.util.Locale;
import java.util.Optional;

/** What a control group does to the processes in it: it kills where memory is used up, and stops where the CPU quota is. */
final class CgroupRules {
    /** Of the periods in which a group ran: one that was stopped in so many is starved. */
    private static final double STARVED = 0.25;

    private static final long FEW_PERIODS = 5;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MICROS = 1e6;

    private CgroupRules() {}

    /** A process of an agent is gone, and the kernel counts that it killed there. */
    static Optional<Verdict> outOfMemory(Evidence evidence) {
        return ClientRules.worst(evidence, "worker lost")
                .flatMap(
                        client -> OomKills.said(client.now(), client.before())
                                .map(
                                        killed -> new Verdict(
                                                "out-of-memory",
                                                client.host(),
                                                "stopped at " + Words.number(client.established()) + " on "
                                                        + client.host()
                                                        + ": the kernel killed a process of its agent, out of memory ("
                                                        + killed + "; "
                                                        + client.reasons() + ")",
                                                "Give the machine or its control group more memory, or share the connections over more hosts")));
    }

    /** An end that was stopped again and again accepts, answers and sends late, whatever else is seen then. */
    static Optional<Verdict> throttled(Evidence evidence) {
        boolean skipped = evidence.count("receive timeout", "connect ETIMEDOUT", "receive ETIMEDOUT") > 0
                || evidence.unaccepted() > 0
                || evidence.clients().stream().anyMatch(ClientSide::lateMuch);
        if (!skipped) {
            return Optional.empty();
        }
        ServerSide server = evidence.server();
        Optional<Verdict> atServer = starved(Verdict.SERVER, "the server", server.now(), server.before(), evidence);
        return atServer.isPresent()
                ? atServer
                : evidence.clients().stream()
                        .map(client -> starved(
                                client.host(),
                                "the agent on " + client.host(),
                                client.now(),
                                client.before(),
                                evidence))
                        .flatMap(Optional::stream)
                        .findFirst();
    }

    private static Optional<Verdict> starved(String host, String end, Facts now, Facts before, Evidence evidence) {
        long periods = now.grown(Fact.CPU_PERIODS, before);
        long throttled = now.grown(Fact.CPU_THROTTLED, before);
        if (throttled < FEW_PERIODS || throttled < periods * STARVED) {
            return Optional.empty();
        }
        String group = now.group(Facts.CPU_GROUP);
        return Optional.of(new Verdict(
                "cpu-quota",
                host,
                end + " had no CPU: the quota of its " + group + " was used up in " + Words.number(throttled) + " of "
                        + Words.number(periods) + " periods (cpu.max "
                        + String.format(Locale.ROOT, "%.2f", now.get(Fact.CPU_QUOTA) / MICROS) + " CPUs, stopped for "
                        + String.format(
                                Locale.ROOT, "%.1f", now.grown(Fact.CPU_THROTTLED_TIME, before) / NANOS_PER_SECOND)
                        + " s; receive timeout " + Words.number(evidence.count("receive timeout"))
                        + ", connect ETIMEDOUT " + Words.number(evidence.count("connect ETIMEDOUT")) + ")",
                "Raise it: " + Remedy.cpuOfGroup(group).text()));
    }
}
