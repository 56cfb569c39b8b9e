package io.connscale.kernel.diagnosis;

import static io.connscale.kernel.Known.listening;
import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.waiting;
import static io.connscale.kernel.Known.with;
import static io.connscale.kernel.diagnosis.Given.CALM;
import static io.connscale.kernel.diagnosis.Given.RANGE;
import static io.connscale.kernel.diagnosis.Given.client;
import static io.connscale.kernel.diagnosis.Given.evidence;
import static io.connscale.kernel.diagnosis.Given.seen;
import static io.connscale.kernel.diagnosis.Given.server;
import static io.connscale.kernel.diagnosis.Given.statistics;
import static io.connscale.kernel.diagnosis.Given.verdict;
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
import io.connscale.stats.Statistics;
import io.connscale.stats.TcpSampling;
import io.connscale.stats.Unanswered;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is between both ends, or at the wrong one: it is named, and nothing is claimed that is not known. */
class WrongEndsTest {
    @Test
    void refusedByNobodyAndByAServerThatIsElsewhere() {
        Map<String, Long> refused = Map.of("connect ECONNREFUSED", 3L);
        assertThat(verdict(refused, nothing(), server(STOPPED, Map.of(), CALM), 0)
                        .text())
                .contains("nobody listens", "server start");
        assertThat(verdict(refused, nothing(), server(RUNNING, Map.of(), CALM), 0)
                        .text())
                .contains("though the server runs");
    }

    @Test
    void aServerThatIsGoneAndOneThatRuns() {
        Map<String, Long> errors = Map.of("receive closed", 18L, "receive ECONNRESET", 2L);
        assertThat(verdict(errors, nothing(), server(STOPPED, Map.of(), CALM), 0)
                        .cause())
                .isEqualTo("server-gone");
        assertThat(verdict(errors, nothing(), server(RUNNING, Map.of(), CALM), 0)
                        .cause())
                .isEqualTo("closed");
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
        Verdict verdict = Diagnosis.of(evidence(
                        unexpected(Map.of("receive unexpected", 7L), "\"SSH\""), server(RUNNING, Map.of(), CALM)))
                .orElseThrow();
        assertThat(verdict.text())
                .contains(
                        "is not this server, which runs elsewhere: it answered 7 Pings with \"SSH\"", "server.address");
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
        assertThat(slow(2_600_000, 100).cause())
                .isEqualTo("slow-server"); // connects were lost and sent again: not the path
        assertThat(slow(100, 2_600_000).text()).contains("0.1 ms to the server and back");
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
                Map.of("receive timeout", 5L),
                nothing(),
                server(RUNNING, Map.of(), nothing(), nothing(), "0.0.0.0"),
                0);
        assertThat(verdict.text())
                .contains("client unknown, server unknown segments", "is not known")
                .doesNotContain("nothing got lost");
    }

    @Test
    void aServerOnLoopbackAndClientsElsewhere() {
        Map<String, Long> refused = Map.of("connect ECONNREFUSED", 3L);
        Facts elsewhere = new Facts(new TreeMap<>(), List.of(), "m", "another", "tsc");
        assertThat(verdict(refused, elsewhere, server(RUNNING, Map.of(), CALM), 0)
                        .text())
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
}
