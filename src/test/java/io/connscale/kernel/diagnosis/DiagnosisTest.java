package io.connscale.kernel.diagnosis;

import static io.connscale.kernel.Known.listening;
import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.waiting;
import static io.connscale.kernel.Known.with;
import static io.connscale.kernel.diagnosis.ServerSide.State.RUNNING;
import static io.connscale.kernel.diagnosis.ServerSide.State.SILENT;
import static io.connscale.kernel.diagnosis.ServerSide.State.STOPPED;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.AcceptQueue;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.stats.Distribution;
import io.connscale.stats.LoopStatistics;
import io.connscale.stats.ProcessLoad;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import io.connscale.stats.TcpSampling;
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
        assertThat(verdict.text()).contains("ListenOverflows +57", "9 wait, backlog 8", "half-open 11");
        Verdict ofAnother = verdict(Map.of("receive timeout", 5L), nothing(), server(STOPPED, Map.of(), overflowed), 0);
        assertThat(ofAnother.text()).contains("without an answer 5").doesNotContain("half-open");
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
    void refusedByNobodyAndByAServerThatIsElsewhere() {
        Map<String, Long> refused = Map.of("connect ECONNREFUSED", 3L);
        assertThat(verdict(refused, nothing(), server(STOPPED, Map.of(), CALM), 0).text())
                .contains("nobody listens", "server start");
        assertThat(verdict(refused, nothing(), server(RUNNING, Map.of(), CALM), 0).text())
                .contains("though the server runs");
    }

    @Test
    void connectTimeoutsWithAndWithoutAFullTable() {
        Map<String, Long> errors = Map.of("connect ETIMEDOUT", 3L);
        assertThat(verdict(errors, nothing(), server(RUNNING, Map.of(), CALM), 0).cause())
                .isEqualTo("no-answer");
        Facts full = with(with(nothing(), Fact.CONNTRACK_MOST, 500), Fact.CONNTRACK_IN_USE, 500);
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
    void aServerThatIsGoneAndOneThatRuns() {
        Map<String, Long> errors = Map.of("receive closed", 18L, "receive ECONNRESET", 2L);
        assertThat(verdict(errors, nothing(), server(STOPPED, Map.of(), CALM), 0).cause())
                .isEqualTo("server-gone");
        assertThat(verdict(errors, nothing(), server(RUNNING, Map.of(), CALM), 0).cause())
                .isEqualTo("closed");
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
    void aFullSynQueueIsNamedAndNeverDenied() {
        Facts before = with(with(with(CALM, Fact.LISTEN_DROPS, 10), Fact.SYNCOOKIES, 0), Fact.SYN_BACKLOG, 8);
        Facts dropped = with(before, Fact.LISTEN_DROPS, 5_863);
        Map<String, Long> errors = Map.of("connect ETIMEDOUT", 30L);
        Verdict verdict = verdict(errors, nothing(), server(RUNNING, Map.of(), before, dropped, "127.0.0.1"), 0);
        assertThat(verdict.cause()).isEqualTo("syn-queue");
        assertThat(verdict.text())
                .contains("SYN queue", "ListenDrops +5,853", "ListenOverflows +0", "tcp_max_syn_backlog 8")
                .contains("tcp_syncookies=1")
                .doesNotContain("no overflow", "firewall");
        Facts withCookies = with(dropped, Fact.SYNCOOKIES, 1);
        assertThat(verdict(errors, nothing(), server(RUNNING, Map.of(), before, withCookies, "127.0.0.1"), 0)
                        .text())
                .contains("the server's kernel dropped SYNs: ListenDrops +5,853")
                .doesNotContain("get lost on the way");
    }

    @Test
    void thatNothingWasDroppedIsSaidOnlyWhereTheCountersSaySo() {
        Map<String, Long> errors = Map.of("connect ETIMEDOUT", 3L);
        Facts known = with(CALM, Fact.LISTEN_DROPS, 1);
        assertThat(verdict(errors, nothing(), server(RUNNING, Map.of(), known, known, "127.0.0.1"), 0)
                        .text())
                .contains("no SYN dropped at the server): packets get lost on the way", "routers between");
        assertThat(verdict(errors, nothing(), server(RUNNING, Map.of(), nothing(), nothing(), "127.0.0.1"), 0)
                        .text())
                .contains("the server's counters are unknown", "SYNs sent again unknown");
    }

    @Test
    void anotherProgramListensAtThePort() {
        Facts nobodysBusiness = listening(CALM, new AcceptQueue("127.0.0.1", 8989, 0, "python3, pid 123", null));
        Statistics http = unexpected(Map.of("receive unexpected", 7L), "\"HTTP/1.1 400\\r\\n\"");
        Verdict verdict = Diagnosis.of(evidence(http, server(STOPPED, Map.of(), nobodysBusiness)))
                .orElseThrow();
        assertThat(verdict.cause()).isEqualTo("other-server");
        assertThat(verdict.text())
                .contains("the server is not running: another program (python3, pid 123) listens at 127.0.0.1:8989")
                .contains("answered 7 Pings with \"HTTP/1.1 400\\r\\n\" instead of \"Pong\"")
                .doesNotContain("CPU");
        assertThat(verdict(Map.of("receive closed", 9L), nothing(), server(STOPPED, Map.of(), nobodysBusiness), 0)
                        .text())
                .contains("ended 9 connections");
        Facts queued = listening(CALM, new AcceptQueue("127.0.0.1", 8989, 6, "python3, pid 123", null));
        assertThat(verdict(Map.of("receive timeout", 9L), nothing(), server(STOPPED, Map.of(), queued), 0)
                        .text())
                .contains("gave 9 connections no answer, has 6 waiting in its accept queue");
        Facts whoever = waiting(CALM, 8989, 0);
        assertThat(verdict(Map.of("receive closed", 9L), nothing(), server(STOPPED, Map.of(), whoever), 0)
                        .text())
                .contains("another program listens");
    }

    @Test
    void whatAnswersElsewhereIsNotThisServer() {
        Verdict verdict = Diagnosis.of(
                        evidence(unexpected(Map.of("receive unexpected", 7L), "\"SSH\""), server(RUNNING, Map.of(), CALM)))
                .orElseThrow();
        assertThat(verdict.text())
                .contains("is not this server, which runs elsewhere: it answered 7 Pings with \"SSH\"", "server.address");
    }

    @Test
    void aConnectionToItself() {
        Verdict verdict = verdict(Map.of("receive self-connect", 1L), RANGE, server(STOPPED, Map.of(), CALM), 0);
        assertThat(verdict.cause()).isEqualTo("self-connect");
        assertThat(verdict.text()).contains("1 connection of client1 connected to itself", "32768–60999");
    }

    @Test
    void aPathSlowerThanTheTimeout() {
        assertThat(slow(2_600_000, 2_500_000).cause()).isEqualTo("slow-path");
        assertThat(slow(2_600_000, 2_500_000).text())
                .contains("within 2000 ms: the path alone takes longer, 2,490 ms", "set timeout 8s client1")
                .doesNotContain("CPU");
        assertThat(slow(2_600_000, 100).cause()).isEqualTo("slow-server"); // connects were lost and sent again: not the path
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
        ClientSide client = client(seen, "127.0.0.2", "127.0.0.1:8989", CALM, CALM);
        return Diagnosis.of(new Evidence(List.of(client), server(RUNNING, Map.of(), CALM), 0))
                .orElseThrow();
    }

    @Test
    void whereTheRoundTripIsUnknownTheServerIsNotBlamed() {
        Statistics seen = statistics(Map.of("receive timeout", 5L), 0);
        ClientSide client = new ClientSide(
                "client1", seen, Distribution.NONE, List.of(), List.of("127.0.0.1:8989"), 2_000, CALM, CALM);
        assertThat(Diagnosis.of(new Evidence(List.of(client), server(RUNNING, Map.of(), CALM), 0)))
                .get()
                .extracting(Verdict::cause)
                .isEqualTo("no-pong");
    }

    @Test
    void whatIsUnknownOfLostPacketsIsNotTakenForNone() {
        Verdict verdict = verdict(
                Map.of("receive timeout", 5L), nothing(), server(RUNNING, Map.of(), nothing(), nothing(), "0.0.0.0"), 0);
        assertThat(verdict.text())
                .contains("client unknown, server unknown segments", "is not known")
                .doesNotContain("nothing got lost");
    }

    @Test
    void aServerOnLoopbackAndClientsElsewhere() {
        Map<String, Long> refused = Map.of("connect ECONNREFUSED", 3L);
        Facts elsewhere = new Facts(new TreeMap<>(), List.of(), "m", "another", "tsc");
        assertThat(verdict(refused, elsewhere, server(RUNNING, Map.of(), CALM), 0).text())
                .contains("client1 connects to 127.0.0.1:8989, which is that host itself", "server.bind");
        Evidence outside = new Evidence(
                List.of(client(statistics(refused, 0), "10.0.0.2", "10.0.0.1:8989", CALM, elsewhere)),
                server(RUNNING, Map.of(), CALM),
                0);
        assertThat(Diagnosis.of(outside).orElseThrow().text())
                .contains("the server listens on 127.0.0.1 alone (server.bind)", "10.0.0.1:8989", "bind: 0.0.0.0");
        Evidence rejected = new Evidence(
                List.of(client(statistics(refused, 0), "10.0.0.2", "10.0.0.1:8989", CALM, elsewhere)),
                server(RUNNING, Map.of(), CALM, CALM, "0.0.0.0"),
                0);
        assertThat(Diagnosis.of(rejected).orElseThrow().text())
                .contains("a firewall refuses them", "port-unreachable", "routers between")
                .doesNotContain("listens on");
    }

    @Test
    void aServerThatDoesNotAnswerIsNotSaidToBeStopped() {
        assertThat(verdict(Map.of("connect ECONNREFUSED", 3L), nothing(), server(SILENT, Map.of(), CALM), 0)
                        .text())
                .contains("the server's host does not answer")
                .doesNotContain("nobody listens", "server start");
        Facts hidden = new Facts(new TreeMap<>(), null, "m", "n", "tsc");
        assertThat(verdict(Map.of("connect ECONNREFUSED", 3L), nothing(), server(STOPPED, Map.of(), hidden), 0)
                        .text())
                .contains("whether anybody else listens there is not known");
    }

    @Test
    void sourcesThatNoConnectionCanComeFrom() {
        assertThat(ofSource("10.9.9.9", "10.0.0.1:8989", "bind EADDRNOTAVAIL"))
                .contains("no address of this host (source: 10.9.9.9; bind EADDRNOTAVAIL 5)", "ip address add");
        assertThat(ofSource("127.0.0.2", "10.0.0.1:8989", "connect EINVAL"))
                .contains("a loopback source (127.0.0.2) reaches this machine alone", "10.0.0.1:8989");
        assertThat(ofSource("fe80::1", "[fe80::2%eth0]:8989", "connect EINVAL"))
                .contains("fe80::1 is a link-local address and needs its interface", "fe80::1%eth0");
        assertThat(ofSource("fe80::1%eth0", "[fe80::2]:8989", "connect EINVAL")).contains("fe80::2%eth0");
        assertThat(ofSource("10.0.0.2", "10.0.0.1:8989", "connect EINVAL")).contains("is not known");
    }

    private static String ofSource(String source, String target, String reason) {
        ClientSide client = client(statistics(Map.of(reason, 5L), 0), source, target, CALM, CALM);
        return Diagnosis.of(new Evidence(List.of(client), server(RUNNING, Map.of(), CALM), 0))
                .orElseThrow()
                .text();
    }

    private static Statistics unexpected(Map<String, Long> errors, String bytes) {
        Statistics of = statistics(errors, 0);
        return new Statistics(
                of.counts(),
                0,
                0,
                Unanswered.NONE,
                of.times(),
                of.tcp(),
                of.process(),
                new TreeMap<>(),
                List.of(bytes));
    }

    private static Evidence evidence(Statistics seen, ServerSide server) {
        return new Evidence(List.of(client(seen, "127.0.0.2", "127.0.0.1:8989", CALM, CALM)), server, 0);
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
        assertThat(Difference.of(-200, Unanswered.NONE, server(RUNNING, Map.of(), now)).text())
                .contains("the server holds 200 more", "200 of its connections are suspect");
        assertThat(Difference.of(-200, Unanswered.NONE, server(RUNNING, Map.of(), CALM)).text())
                .contains("suspect is unknown");
    }

    @Test
    void aDifferenceSaysWhereTheConnectionsAre() {
        Facts now = with(waiting(with(CALM, Fact.LISTEN_OVERFLOWS, 64), 8989, 9), Fact.SYN_RECEIVED, 3);
        Unanswered young = new Unanswered(12, 2_340_000_000L, 400_000_000);
        assertThat(Difference.of(20, young, server(RUNNING, Map.of(), now)).text())
                .contains("20 half-open", "12 without a first Pong, the oldest up for 2.3 s, the youngest for 0.4 s")
                .contains("9 wait", "backlog 8", "3 SYN-RECEIVED", "TcpExtListenOverflows +57")
                .doesNotContain("suspect");
        assertThat(Difference.of(20, Unanswered.NONE, server(RUNNING, Map.of(), now))
                        .text())
                .contains("no connection waits for its first Pong");
        assertThat(Difference.of(-2, young, server(RUNNING, Map.of(), now)).text()).contains("the server holds 2 more");
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

    private static ServerSide server(ServerSide.State state, Map<String, Long> errors, Facts now) {
        return server(state, errors, CALM, now, "127.0.0.1");
    }

    private static ServerSide server(
            ServerSide.State state, Map<String, Long> errors, Facts before, Facts now, String bound) {
        List<String> addresses = state == RUNNING ? List.of(bound) : List.of();
        return new ServerSide(
                state, 183, 50, new TreeMap<>(errors), addresses, List.of(8989), 8, before, now);
    }

    private static Evidence seen(Map<String, Long> errors, Facts now, ServerSide server, long halfOpen) {
        return evidence(errors, 0, CALM, now, server, halfOpen);
    }

    private static Evidence evidence(
            Map<String, Long> errors, long late, Facts before, Facts now, ServerSide server, long halfOpen) {
        return new Evidence(
                List.of(client(statistics(errors, late), "127.0.0.2", "127.0.0.1:8989", before, now)),
                server,
                halfOpen);
    }

    private static Statistics statistics(Map<String, Long> errors, long late) {
        return Statistics.of(new Snapshot(28_232, 0, 0, 0, 0, 10_000, 0, late, new TreeMap<>(errors)));
    }

    private static ClientSide client(Statistics seen, String source, String target, Facts before, Facts now) {
        Distribution connects =
                seen.times().connect().count() == 0 ? connects(100) : seen.times().connect();
        return new ClientSide("client1", seen, connects, List.of(source), List.of(target), 2_000, before, now);
    }

    private static Distribution connects(long micros) {
        LoopStatistics recorded = new LoopStatistics();
        recorded.connected(micros * 1_000);
        return recorded.times().connect();
    }

    private static Verdict verdict(Map<String, Long> errors, Facts now, ServerSide server, long halfOpen) {
        return Diagnosis.of(seen(errors, now, server, halfOpen)).orElseThrow();
    }
}
