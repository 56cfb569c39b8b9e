package io.connscale.kernel.diagnosis;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.waiting;
import static io.connscale.kernel.Known.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.stats.Unanswered;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** From evidence to verdict: the cause that has evidence, and no cause where none has. */
class DiagnosisTest {
    private static final Facts RANGE = with(with(nothing(), Fact.FIRST_PORT, 32_768), Fact.LAST_PORT, 60_999);
    private static final Facts CALM = with(with(nothing(), Fact.LISTEN_OVERFLOWS, 7), Fact.RETRANSMITS, 7);

    @Test
    void whereNothingFailedThereIsNoVerdict() {
        assertThat(Diagnosis.of(seen(Map.of(), RANGE, server(true, Map.of(), CALM), 0)))
                .isEmpty();
    }

    @Test
    void noFreePort() {
        Verdict verdict = verdict(Map.of("connect EADDRNOTAVAIL", 12L), RANGE, server(true, Map.of(), CALM), 0);
        assertThat(verdict.cause()).isEqualTo("ports");
        assertThat(verdict.text())
                .startsWith("stopped at 28,232 on client1: no free port for 127.0.0.2 → 127.0.0.1:8989"
                        + " (ip_local_port_range 32768–60999")
                .contains("sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"");
    }

    @Test
    void noFileAtTheClient() {
        Facts facts = with(nothing(), Fact.HARD_FILES, 128);
        Verdict verdict = verdict(Map.of("connect EMFILE", 3L), facts, server(true, Map.of(), CALM), 0);
        assertThat(verdict.cause()).isEqualTo("files");
        assertThat(verdict.host()).isEqualTo("client1");
        assertThat(verdict.text()).contains("RLIMIT_NOFILE 128", "ulimit -n");
    }

    @Test
    void aProcessOfTheAgentEnded() {
        Verdict verdict = verdict(Map.of("worker lost", 555L), nothing(), server(true, Map.of(), CALM), 0);
        assertThat(verdict.cause()).isEqualTo("process-lost");
        assertThat(verdict.text()).contains("(worker lost 555)", "dmesg");
    }

    @Test
    void noFileAtTheServerThoughItsQueueOverflowsToo() {
        Facts overflowed = with(CALM, Fact.LISTEN_OVERFLOWS, 900);
        Verdict verdict = verdict(
                Map.of("receive timeout", 5L), nothing(), server(true, Map.of("accept EMFILE", 4L), overflowed), 20);
        assertThat(verdict.cause()).isEqualTo("server-files");
        assertThat(verdict.host()).isEqualTo("server");
    }

    @Test
    void anOverflowNeedsTheKernelsWord() {
        Facts overflowed = waiting(with(CALM, Fact.LISTEN_OVERFLOWS, 64), 8989, 9);
        Verdict verdict = verdict(Map.of("receive timeout", 5L), nothing(), server(true, Map.of(), overflowed), 11);
        assertThat(verdict.cause()).isEqualTo("overflow");
        assertThat(verdict.text()).contains("ListenOverflows +57", "9 wait, backlog 8", "half-open 11");
        Verdict ofAnother = verdict(Map.of("receive timeout", 5L), nothing(), server(false, Map.of(), overflowed), 0);
        assertThat(ofAnother.text()).contains("without an answer 5").doesNotContain("half-open");
        assertThat(verdict(Map.of("receive timeout", 5L), nothing(), server(true, Map.of(), CALM), 0)
                        .cause())
                .isEqualTo("slow-server");
    }

    @Test
    void halfOpenConnectionsAloneAreExplained() {
        Facts full = waiting(CALM, 8989, 9);
        assertThat(verdict(Map.of(), nothing(), server(true, Map.of(), full), 11)
                        .cause())
                .isEqualTo("overflow");
    }

    @Test
    void anOverflowThatResets() {
        Facts aborts = with(with(CALM, Fact.LISTEN_OVERFLOWS, 64), Fact.ABORT_ON_OVERFLOW, 1);
        assertThat(verdict(Map.of("receive ECONNRESET", 5L), nothing(), server(true, Map.of(), aborts), 0)
                        .cause())
                .isEqualTo("overflow-reset");
    }

    @Test
    void refusedByNobodyAndByAServerThatIsElsewhere() {
        Map<String, Long> refused = Map.of("connect ECONNREFUSED", 3L);
        assertThat(verdict(refused, nothing(), server(false, Map.of(), CALM), 0).text())
                .contains("nobody listens", "server start");
        assertThat(verdict(refused, nothing(), server(true, Map.of(), CALM), 0).text())
                .contains("though the server says that it runs");
    }

    @Test
    void connectTimeoutsWithAndWithoutAFullTable() {
        Map<String, Long> errors = Map.of("connect ETIMEDOUT", 3L);
        assertThat(verdict(errors, nothing(), server(true, Map.of(), CALM), 0).cause())
                .isEqualTo("no-answer");
        Facts full = with(with(nothing(), Fact.CONNTRACK_MOST, 500), Fact.CONNTRACK_IN_USE, 500);
        assertThat(verdict(errors, full, server(true, Map.of(), CALM), 0).cause())
                .isEqualTo("conntrack");
        Facts nothingDropped = with(full, Fact.CONNTRACK_DROPPED, 0);
        assertThat(verdict(errors, nothingDropped, server(true, Map.of(), CALM), 0)
                        .cause())
                .isEqualTo("no-answer");
    }

    @Test
    void whatWentWithItsProcessIsToldAsItsEnd() {
        Evidence seen =
                seen(Map.of("agent lost", 3L, "connect EMFILE", 1L), nothing(), server(true, Map.of(), CALM), 0);
        assertThat(Diagnosis.of(seen.ofEnded())).isEmpty();
        assertThat(Diagnosis.of(seen)).isPresent();
    }

    @Test
    void segmentsSentAgainMeanThatPacketsGetLost() {
        Facts again = with(CALM, Fact.RETRANSMITS, 90);
        assertThat(verdict(Map.of("receive timeout", 3L), nothing(), server(true, Map.of(), again), 0)
                        .cause())
                .isEqualTo("packets-lost");
    }

    @Test
    void aServerThatIsGoneAndOneThatRuns() {
        Map<String, Long> errors = Map.of("receive closed", 18L, "receive ECONNRESET", 2L);
        assertThat(verdict(errors, nothing(), server(false, Map.of(), CALM), 0).cause())
                .isEqualTo("server-gone");
        assertThat(verdict(errors, nothing(), server(true, Map.of(), CALM), 0).cause())
                .isEqualTo("closed");
    }

    @Test
    void anAgentWithoutCpuAccusesItself() {
        Facts before = loops(0, 0, 0);
        Facts starved = loops(10_000, 500, 9_000);
        Verdict verdict = Diagnosis.of(
                        evidence(Map.of("receive timeout", 3L), 0, before, starved, server(true, Map.of(), CALM), 0))
                .orElseThrow();
        assertThat(verdict.cause()).isEqualTo("generator");
        assertThat(verdict.text()).contains("the agent on client1 is the limit itself", "waited 90 %");
        assertThat(Diagnosis.of(evidence(Map.of(), 5_000, before, starved, server(true, Map.of(), CALM), 0)))
                .get()
                .extracting(Verdict::cause)
                .isEqualTo("generator");
        assertThat(Diagnosis.of(evidence(Map.of(), 5, before, starved, server(true, Map.of(), CALM), 0)))
                .isEmpty();
    }

    @Test
    void whatIsNotKnownIsSaidToBeUnknownWithWhatWasSeen() {
        Verdict verdict = verdict(Map.of("receive unexpected", 2L), nothing(), server(true, Map.of(), CALM), 0);
        assertThat(verdict.cause()).isEqualTo(Verdict.UNKNOWN);
        assertThat(verdict.text()).contains("is not known", "receive unexpected 2");
    }

    @Test
    void aDifferenceSaysWhereTheConnectionsAre() {
        Facts now = with(waiting(with(CALM, Fact.LISTEN_OVERFLOWS, 64), 8989, 9), Fact.SYN_RECEIVED, 3);
        Unanswered young = new Unanswered(12, 2_340_000_000L, 400_000_000);
        assertThat(Difference.of(20, young, server(true, Map.of(), now)).text())
                .contains("20 half-open", "12 without a first Pong, the oldest up for 2.3 s, the youngest for 0.4 s")
                .contains("9 wait", "backlog 8", "3 SYN-RECEIVED", "TcpExtListenOverflows +57");
        assertThat(Difference.of(20, Unanswered.NONE, server(true, Map.of(), now))
                        .text())
                .contains("no connection waits for its first Pong");
        assertThat(Difference.of(-2, young, server(true, Map.of(), now)).text()).contains("the server holds 2 more");
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

    private static ServerSide server(boolean running, Map<String, Long> errors, Facts now) {
        return new ServerSide(running, 183, 50, new TreeMap<>(errors), List.of(8989), 8, CALM, now);
    }

    private static Evidence seen(Map<String, Long> errors, Facts now, ServerSide server, long halfOpen) {
        return evidence(errors, 0, nothing(), now, server, halfOpen);
    }

    private static Evidence evidence(
            Map<String, Long> errors, long late, Facts before, Facts now, ServerSide server, long halfOpen) {
        ClientSide client = new ClientSide(
                "client1",
                28_232,
                10_000,
                late,
                new TreeMap<>(errors),
                List.of("127.0.0.2"),
                List.of("127.0.0.1:8989"),
                2_000,
                before,
                now);
        return new Evidence(List.of(client), server, halfOpen);
    }

    private static Verdict verdict(Map<String, Long> errors, Facts now, ServerSide server, long halfOpen) {
        return Diagnosis.of(seen(errors, now, server, halfOpen)).orElseThrow();
    }
}
