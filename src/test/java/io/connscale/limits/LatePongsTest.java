package io.connscale.limits;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.with;
import static io.connscale.limits.Given.CALM;
import static io.connscale.limits.Given.client;
import static io.connscale.limits.Given.seen;
import static io.connscale.limits.Given.server;
import static io.connscale.limits.Given.statistics;
import static io.connscale.limits.Given.verdict;
import static io.connscale.limits.ServerEnd.State.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.stats.Distribution;
import io.connscale.stats.LoopStatistics;
import io.connscale.stats.ProcessLoad;
import io.connscale.stats.Statistics;
import io.connscale.stats.Statistics.Unanswered;
import io.connscale.stats.TcpSample.TcpSampling;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Pings without a Pong in time: what is measured is told from what is not known. */
class LatePongsTest {
    /** Of each connection that ended for want of a Pong the kernel knows whether the Ping was acknowledged. */
    @Test
    void pingsThatAreNotAcknowledgedMeanThatPacketsGetLost() {
        Facts calm = CALM;
        assertThat(overdue(20, 18, calm).cause()).isEqualTo("packets-lost");
        assertThat(overdue(20, 18, calm).text())
                .contains("the Ping of 18 of 20 was sent again and not acknowledged", "0.1 ms to the server and back");
        Facts others = with(CALM, Fact.RETRANSMITS, 90); // another program's, in the same network namespace
        assertThat(overdue(20, 0, others).cause()).isEqualTo("slow-server");
        assertThat(overdue(20, 0, others).text())
                .contains("the server's kernel had acknowledged their Pings")
                .doesNotContain("lost on the way", "segments");
    }

    private static Verdict overdue(long overdue, long unheard, Facts now) {
        Statistics counts = statistics(Map.of("receive timeout", overdue), 0);
        Statistics seen = new Statistics(
                counts.counts(),
                overdue,
                0,
                Unanswered.NONE,
                counts.times(),
                new TcpSampling().sample(overdue, unheard),
                ProcessLoad.NONE,
                new TreeMap<>());
        HostEnd client = client(seen, "127.0.0.2", "127.0.0.1:8989", CALM, now);
        return verdict(new Observation(List.of(client), server(RUNNING, Map.of(), now), 0));
    }

    /** Where the connections can't be asked, counters of whole network namespaces are left: a hint, and none where they did not grow. */
    @Test
    void segmentsThatAnybodySentAgainAreNoProof() {
        Facts again = with(CALM, Fact.RETRANSMITS, 90);
        Verdict verdict = verdict(Map.of("receive timeout", 3L), again, server(RUNNING, Map.of(), again), 0);
        assertThat(verdict.cause()).isEqualTo("no-pong");
        assertThat(verdict.text())
                .contains("sent again in the network namespace of both: 83 segments, of whatever program");
        assertThat(verdict(Map.of("receive ETIMEDOUT", 3L), again, server(RUNNING, Map.of(), again), 0)
                        .cause())
                .as("the kernel has given this very connection up")
                .isEqualTo("packets-lost");
    }

    /** A process that somebody has stopped: its kernel acknowledges, and nobody answers. */
    @Test
    void aStoppedProcessIsNamed() {
        ServerEnd server = server(RUNNING, Map.of(), with(CALM, Fact.STOPPED_CHILD, 4711));
        Verdict verdict = verdict(Map.of("receive timeout", 9L), CALM, server, 0);
        assertThat(verdict.cause()).isEqualTo("stopped-process");
        assertThat(verdict.text())
                .contains("process 4711, which the server has started, is stopped (state T)", "kill -CONT 4711");
        Verdict atHost = verdict(
                Map.of("receive timeout", 9L), with(CALM, Fact.STOPPED_CHILD, 12), server(RUNNING, Map.of(), CALM), 0);
        assertThat(atHost.text()).contains("process 12, which the agent on client1 has started", "on client1");
    }

    @Test
    void aPathSlowerThanTheTimeout() {
        assertThat(slow(2_600_000, 2_500_000).cause()).isEqualTo("slow-path");
        assertThat(slow(2_600_000, 2_500_000).text())
                .contains("within 2000 ms: the path alone takes longer, 2,490 ms", "set timeout 8s client1")
                .doesNotContain("CPU");
        assertThat(slow(2_600_000, 100).cause())
                .isEqualTo("slow-server"); // connects were lost and sent again: not the path
        assertThat(slow(100, 2_600_000).text()).contains("0.1 ms to the server and back");
    }

    private static Verdict slow(long rttMicros, long connectMicros) {
        TcpSampling sampling = new TcpSampling();
        sampling.add(rttMicros, 0);
        LoopStatistics recorded = new LoopStatistics();
        recorded.connected(connectMicros * 1_000);
        Statistics seen = new Statistics(
                statistics(Map.of("receive timeout", 5L), 0).counts(),
                5,
                0,
                Unanswered.NONE,
                recorded.times(),
                sampling.sample(),
                ProcessLoad.NONE,
                new TreeMap<>());
        HostEnd client = client(seen, "127.0.0.2", "127.0.0.1:8989", CALM, CALM);
        return Catalogue.ALL
                .verdict(new Observation(List.of(client), server(RUNNING, Map.of(), CALM), 0))
                .orElseThrow();
    }

    @Test
    void whereTheRoundTripIsUnknownTheServerIsNotBlamed() {
        Statistics seen = statistics(Map.of("receive timeout", 5L), 0);
        HostEnd client = client(seen, Distribution.NONE, "127.0.0.2", "127.0.0.1:8989", CALM, CALM);
        assertThat(Catalogue.ALL.verdict(new Observation(List.of(client), server(RUNNING, Map.of(), CALM), 0)))
                .get()
                .extracting(Verdict::cause)
                .isEqualTo("no-pong");
    }

    @Test
    void whatIsUnknownOfLostPacketsIsNotTakenForNone() {
        Verdict verdict = verdict(
                Map.of("receive timeout", 5L),
                nothing(),
                server(RUNNING, Map.of(), nothing(), nothing(), "0.0.0.0"),
                0);
        assertThat(verdict.text())
                .contains("sent again in the network namespace of both: unknown segments", "is not known")
                .doesNotContain("nothing got lost");
    }
}
