package io.connscale.limits;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.limits.Given.CALM;
import static io.connscale.limits.Given.RANGE;
import static io.connscale.limits.Given.client;
import static io.connscale.limits.Given.server;
import static io.connscale.limits.Given.statistics;
import static io.connscale.limits.Given.verdict;
import static io.connscale.limits.ServerEnd.State.RUNNING;
import static io.connscale.limits.ServerEnd.State.SILENT;
import static io.connscale.limits.ServerEnd.State.STOPPED;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Facts;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The server is elsewhere, gone, or not let through to. */
class ServerAddressTest {
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
    void aConnectionToItself() {
        Verdict verdict = verdict(Map.of("receive self-connect", 1L), RANGE, server(STOPPED, Map.of(), CALM), 0);
        assertThat(verdict.cause()).isEqualTo("self-connect");
        assertThat(verdict.text()).contains("1 connection of client1 connected to itself", "32768–60999");
    }

    @Test
    void aServerOnLoopbackAndClientsElsewhere() {
        Map<String, Long> refused = Map.of("connect ECONNREFUSED", 3L);
        Facts elsewhere = new Facts(new TreeMap<>(), List.of(), "m", "another", "tsc");
        assertThat(verdict(refused, elsewhere, server(RUNNING, Map.of(), CALM), 0)
                        .text())
                .contains("client1 connects to 127.0.0.1:8989, which is that host itself", "server.bind");
        Observation outside = new Observation(
                List.of(client(statistics(refused, 0), "10.0.0.2", "10.0.0.1:8989", CALM, elsewhere)),
                server(RUNNING, Map.of(), CALM),
                0);
        assertThat(Catalogue.ALL.verdict(outside).orElseThrow().text())
                .contains("the server listens on 127.0.0.1 alone (server.bind)", "10.0.0.1:8989", "bind: 0.0.0.0");
        Observation rejected = new Observation(
                List.of(client(statistics(refused, 0), "10.0.0.2", "10.0.0.1:8989", CALM, elsewhere)),
                server(RUNNING, Map.of(), CALM, CALM, "0.0.0.0"),
                0);
        assertThat(Catalogue.ALL.verdict(rejected).orElseThrow().text())
                .contains("a firewall refuses them", "port-unreachable", "routers between")
                .doesNotContain("listens on");
    }

    @Test
    void aServerThatDoesNotAnswerIsNotSaidToBeStopped() {
        assertThat(verdict(Map.of("connect ECONNREFUSED", 3L), nothing(), server(SILENT, Map.of(), CALM), 0)
                        .text())
                .contains("the server's host does not answer")
                .doesNotContain("nobody listens", "server start");
        Verdict ended = verdict(Map.of("receive ECONNRESET", 18L), nothing(), server(SILENT, Map.of(), CALM), 0);
        assertThat(ended.cause()).isEqualTo("server-silent");
        assertThat(ended.text())
                .contains(
                        "18 connections of client1 to",
                        "(receive ECONNRESET 18)",
                        "the server's host does not answer: whether the server still runs is not known",
                        "hosts shows the state of its host")
                .doesNotContain("is gone", "server start");
        Facts hidden = new Facts(new TreeMap<>(), null, "m", "n", "tsc");
        assertThat(verdict(Map.of("connect ECONNREFUSED", 3L), nothing(), server(STOPPED, Map.of(), hidden), 0)
                        .text())
                .contains("whether anybody else listens there is not known");
    }

    @Test
    void aServerThatListensJustThereIsNotSaidToListenElsewhere() {
        Facts elsewhere = new Facts(new TreeMap<>(), List.of(), "m", "another", "tsc");
        Observation there = new Observation(
                List.of(client(
                        statistics(Map.of("connect ECONNREFUSED", 3L), 0),
                        "10.0.0.2",
                        "10.0.0.1:8989",
                        CALM,
                        elsewhere)),
                server(RUNNING, Map.of(), CALM, CALM, "10.0.0.1"),
                0);
        assertThat(Catalogue.ALL.verdict(there).orElseThrow().text())
                .contains("10.0.0.1:8989")
                .doesNotContain("listens on 10.0.0.1 alone");
    }
}
