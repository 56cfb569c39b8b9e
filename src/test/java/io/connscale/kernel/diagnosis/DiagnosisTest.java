package io.connscale.kernel.diagnosis;

import static io.connscale.kernel.Known.listening;
import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.waiting;
import static io.connscale.kernel.Known.with;
import static io.connscale.kernel.diagnosis.Given.CALM;
import static io.connscale.kernel.diagnosis.Given.RANGE;
import static io.connscale.kernel.diagnosis.Given.evidence;
import static io.connscale.kernel.diagnosis.Given.seen;
import static io.connscale.kernel.diagnosis.Given.server;
import static io.connscale.kernel.diagnosis.Given.verdict;
import static io.connscale.kernel.diagnosis.ServerSide.State.RUNNING;
import static io.connscale.kernel.diagnosis.ServerSide.State.SILENT;
import static io.connscale.kernel.diagnosis.ServerSide.State.STOPPED;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.AcceptQueue;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.stats.Unanswered;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** From evidence to verdict: the cause that has evidence, and no cause where none has. */
class DiagnosisTest {
    @Test
    void whereNothingFailedThereIsNoVerdict() {
        assertThat(Diagnosis.of(seen(Map.of(), RANGE, server(RUNNING, Map.of(), CALM), 0)))
                .isEmpty();
    }

    @Test
    void noFreePort() {
        Verdict verdict = verdict(Map.of("connect EADDRNOTAVAIL", 12L), RANGE, server(RUNNING, Map.of(), CALM), 0);
        assertThat(verdict.cause()).isEqualTo("ports");
        assertThat(verdict.text())
                .startsWith("stopped at 28,232 on client1: no free port for 127.0.0.2 → 127.0.0.1:8989"
                        + " (ip_local_port_range 32768–60999")
                .contains("sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"");
    }

    @Test
    void noFileAtTheClient() {
        Facts facts = with(nothing(), Fact.HARD_FILES, 128);
        Verdict verdict = verdict(Map.of("connect EMFILE", 3L), facts, server(RUNNING, Map.of(), CALM), 0);
        assertThat(verdict.cause()).isEqualTo("files");
        assertThat(verdict.host()).isEqualTo("client1");
        assertThat(verdict.text()).contains("RLIMIT_NOFILE 128", "ulimit -n");
    }

    @Test
    void aProcessOfTheAgentEnded() {
        Verdict verdict = verdict(Map.of("worker lost", 555L), nothing(), server(RUNNING, Map.of(), CALM), 0);
        assertThat(verdict.cause()).isEqualTo("process-lost");
        assertThat(verdict.text()).contains("(worker lost 555)", "dmesg");
    }

    @Test
    void noFileAtTheServerThoughItsQueueOverflowsToo() {
        Facts overflowed = with(CALM, Fact.LISTEN_OVERFLOWS, 900);
        Verdict verdict = verdict(
                Map.of("receive timeout", 5L), nothing(), server(RUNNING, Map.of("accept EMFILE", 4L), overflowed), 20);
        assertThat(verdict.cause()).isEqualTo("server-files");
        assertThat(verdict.host()).isEqualTo("server");
    }

    @Test
    void anOverflowNeedsTheKernelsWord() {
        Facts overflowed = waiting(with(CALM, Fact.LISTEN_OVERFLOWS, 64), 8989, 9);
        Verdict verdict = verdict(Map.of("receive timeout", 5L), nothing(), server(RUNNING, Map.of(), overflowed), 11);
        assertThat(verdict.cause()).isEqualTo("overflow");
        assertThat(verdict.text()).contains("ListenOverflows +57", "9 wait, backlog 8", "unaccepted 11");
        Verdict ofAnother = verdict(Map.of("receive timeout", 5L), nothing(), server(STOPPED, Map.of(), overflowed), 0);
        assertThat(ofAnother.text()).contains("without an answer 5").doesNotContain("unaccepted");
        assertThat(verdict(Map.of("receive timeout", 5L), CALM, server(RUNNING, Map.of(), CALM), 0)
                        .cause())
                .isEqualTo("slow-server");
    }

    @Test
    void halfOpenConnectionsAloneAreExplained() {
        Facts full = waiting(CALM, 8989, 9);
        assertThat(verdict(Map.of(), nothing(), server(RUNNING, Map.of(), full), 11)
                        .cause())
                .isEqualTo("overflow");
    }

    @Test
    void anOverflowThatResets() {
        Facts aborts = with(with(CALM, Fact.LISTEN_OVERFLOWS, 64), Fact.ABORT_ON_OVERFLOW, 1);
        assertThat(verdict(Map.of("receive ECONNRESET", 5L), nothing(), server(RUNNING, Map.of(), aborts), 0)
                        .cause())
                .isEqualTo("overflow-reset");
    }

    @Test
    void connectTimeoutsWithAndWithoutAFullTable() {
        Map<String, Long> errors = Map.of("connect ETIMEDOUT", 3L);
        assertThat(verdict(errors, nothing(), server(RUNNING, Map.of(), CALM), 0)
                        .cause())
                .isEqualTo("no-answer");
        Facts full = with(with(nothing(), Fact.CONNTRACK_MAX, 500), Fact.CONNTRACK_IN_USE, 500);
        assertThat(verdict(errors, full, server(RUNNING, Map.of(), CALM), 0).cause())
                .isEqualTo("conntrack");
        Facts nothingDropped = with(full, Fact.CONNTRACK_DROPPED, 0);
        assertThat(verdict(errors, nothingDropped, server(RUNNING, Map.of(), CALM), 0)
                        .cause())
                .isEqualTo("no-answer");
    }

    @Test
    void whatWentWithItsProcessIsToldAsItsEnd() {
        Evidence seen =
                seen(Map.of("agent lost", 3L, "connect EMFILE", 1L), nothing(), server(RUNNING, Map.of(), CALM), 0);
        assertThat(Diagnosis.of(seen.ofEnded())).isEmpty();
        assertThat(Diagnosis.of(seen)).isPresent();
    }

    @Test
    void segmentsSentAgainMeanThatPacketsGetLost() {
        Facts again = with(CALM, Fact.RETRANSMITS, 90);
        assertThat(verdict(Map.of("receive timeout", 3L), nothing(), server(RUNNING, Map.of(), again), 0)
                        .cause())
                .isEqualTo("packets-lost");
    }

    @Test
    void anAgentWithoutCpuAccusesItself() {
        Facts before = loops(0, 0, 0);
        Facts starved = loops(10_000, 500, 9_000);
        Verdict verdict = Diagnosis.of(
                        evidence(Map.of("receive timeout", 3L), 0, before, starved, server(RUNNING, Map.of(), CALM), 0))
                .orElseThrow();
        assertThat(verdict.cause()).isEqualTo("generator");
        assertThat(verdict.text()).contains("the agent on client1 is the limit itself", "waited 90 %");
        assertThat(Diagnosis.of(evidence(Map.of(), 5_000, before, starved, server(RUNNING, Map.of(), CALM), 0)))
                .get()
                .extracting(Verdict::cause)
                .isEqualTo("generator");
        assertThat(Diagnosis.of(evidence(Map.of(), 5, before, starved, server(RUNNING, Map.of(), CALM), 0)))
                .isEmpty();
    }

    @Test
    void whatIsNotKnownIsSaidToBeUnknownWithWhatWasSeen() {
        Verdict verdict = verdict(Map.of("connect EPROTO", 2L), CALM, server(RUNNING, Map.of(), CALM), 0);
        assertThat(verdict.cause()).isEqualTo(Verdict.UNKNOWN);
        assertThat(verdict.text()).contains("is not known", "connect EPROTO 2");
    }

    /** The time that event loops ran is no counter of the kernel's: it always grows. */
    @Test
    void whereNoCounterGrewThatIsSaid() {
        Facts before = with(with(CALM, Fact.LISTEN_DROPS, 1), Fact.LOOPS_RAN, 0);
        Facts now = with(before, Fact.LOOPS_RAN, 9);
        Evidence seen = evidence(
                Map.of("connect EPROTO", 2L), 0, before, now, server(RUNNING, Map.of(), before, now, "127.0.0.1"), 0);
        assertThat(Diagnosis.of(seen).orElseThrow().text())
                .contains("; no kernel counter increased at either end. doctor");
        Facts grew = with(now, Fact.LISTEN_DROPS, 3);
        Evidence atServer = evidence(
                Map.of("connect EPROTO", 2L), 0, before, now, server(RUNNING, Map.of(), before, grew, "127.0.0.1"), 0);
        assertThat(Diagnosis.of(atServer).orElseThrow().text())
                .contains("kernel of client1: no kernel counter increased, at the server: TcpExtListenDrops +2");
        assertThat(verdict(Map.of("connect EPROTO", 2L), nothing(), server(SILENT, Map.of(), nothing()), 0)
                        .text())
                .contains("kernel of client1: counters unknown, at the server: counters unknown");
    }

    @Test
    void whatWaitsIsUnknownWhereTheQueueCouldNotBeRead() {
        Facts unread = new Facts(CALM.values(), null, "m", "n", "tsc");
        ServerSide full = server(RUNNING, Map.of("accept EMFILE", 4L), unread);
        assertThat(verdict(Map.of(), nothing(), full, 20).text())
                .contains("how many wait to be accepted is unknown")
                .doesNotContain("0 wait");
        Difference difference = Difference.of(20, Unanswered.NONE, full);
        assertThat(difference.waiting()).isNull();
        assertThat(difference.handshakes()).isNull();
        assertThat(difference.text())
                .contains("unknown how many wait in its accept queue", "unknown how many SYN-RECEIVED")
                .doesNotContain("0 wait");
        ServerSide nothingRead = server(RUNNING, Map.of(), nothing(), nothing(), "127.0.0.1");
        assertThat(Difference.of(20, Unanswered.NONE, nothingRead).counters()).isNull();
    }

    @Test
    void whatTheServerHoldsMoreIsSuspectWhereThePeerIsSilent() {
        Facts now = listening(CALM, new AcceptQueue("127.0.0.1", 8989, 0, null, 200L));
        assertThat(Difference.of(-200, Unanswered.NONE, server(RUNNING, Map.of(), now))
                        .text())
                .contains("the server holds 200 more", "200 of its connections are suspect");
        assertThat(Difference.of(-200, Unanswered.NONE, server(RUNNING, Map.of(), CALM))
                        .text())
                .contains("suspect is unknown");
    }

    @Test
    void aDifferenceSaysWhereTheConnectionsAre() {
        Facts now = with(waiting(with(CALM, Fact.LISTEN_OVERFLOWS, 64), 8989, 9), Fact.SYN_RECEIVED, 3);
        Unanswered young = new Unanswered(12, 2_340_000_000L, 400_000_000);
        assertThat(Difference.of(20, young, server(RUNNING, Map.of(), now)).text())
                .contains("20 unaccepted", "12 without a first Pong, the oldest up for 2.3 s, the youngest for 0.4 s")
                .contains("9 wait", "backlog 8", "3 SYN-RECEIVED", "TcpExtListenOverflows +57")
                .doesNotContain("suspect");
        assertThat(Difference.of(20, Unanswered.NONE, server(RUNNING, Map.of(), now))
                        .text())
                .contains("no connection waits for its first Pong");
        assertThat(Difference.of(-2, young, server(RUNNING, Map.of(), now)).text())
                .contains("the server holds 2 more");
    }

    private static Facts loops(long millis, long ranMillis, long waitedMillis) {
        return with(
                with(
                        with(with(nothing(), Fact.UPTIME, 1_000 + millis), Fact.LOOPS_WAITED, waitedMillis * 1_000_000),
                        Fact.LOOPS_RAN,
                        ranMillis * 1_000_000),
                Fact.LOOPS,
                1);
    }
}
