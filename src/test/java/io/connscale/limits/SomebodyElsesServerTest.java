package io.connscale.limits;

import static io.connscale.kernel.Known.listening;
import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.waiting;
import static io.connscale.kernel.Known.with;
import static io.connscale.limits.Given.CALM;
import static io.connscale.limits.Given.evidence;
import static io.connscale.limits.Given.server;
import static io.connscale.limits.Given.statistics;
import static io.connscale.limits.Given.verdict;
import static io.connscale.limits.ServerEnd.State.RUNNING;
import static io.connscale.limits.ServerEnd.State.STOPPED;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.AcceptQueue;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.stats.Statistics;
import io.connscale.stats.Statistics.Unanswered;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Another program where the server should be: it is named with what it did. */
class SomebodyElsesServerTest {
    /** Sockets of one user may share a port; the kernel gives each a part of the connections. */
    @Test
    void aProgramThatSharesThePortIsNamed() {
        Facts shared = with(
                listening(
                        CALM,
                        new AcceptQueue("127.0.0.1", 8989, 0, "java, pid 5", null),
                        new AcceptQueue("127.0.0.1", 8989, 0, "python3, pid 123", null)),
                Fact.PID,
                5);
        ServerEnd server = server(RUNNING, Map.of(), shared);
        assertThat(server.isCrowded()).isTrue();
        Observation seen = evidence(statistics(Map.of(), 0), server);
        Verdict verdict = verdict(new Observation(seen.hosts(), server, 0, 50));
        assertThat(verdict.cause()).isEqualTo("other-server");
        assertThat(verdict.text())
                .contains("another program (python3, pid 123) listens beside the server at 127.0.0.1:8989")
                .contains("answered 50 connections");
        assertThat(verdict(Map.of("receive timeout", 9L), nothing(), server, 0).text())
                .contains("pid 123", "gave 9 connections no answer");
        Facts alone = with(listening(CALM, new AcceptQueue("127.0.0.1", 8989, 0, "java, pid 5", null)), Fact.PID, 5);
        assertThat(verdict(Map.of("receive timeout", 9L), nothing(), server(RUNNING, Map.of(), alone), 0)
                        .cause())
                .isNotEqualTo("other-server");
    }

    /** What is meant to be somebody else's is not said to be in our server's place. */
    @Test
    void aTargetIsNotTakenForOurServer() {
        Observation seen = evidence(unexpected(Map.of("receive unexpected", 7L), "\"SSH\""), GivenTarget.unread());
        Verdict verdict = verdict(seen);
        assertThat(verdict.cause()).isEqualTo("target-refuses");
        assertThat(verdict.text())
                .contains("the server at 127.0.0.1:8989 answered 7 Pings of client1 with \"SSH\" instead of \"Pong\"")
                .contains("talk:")
                .doesNotContain("server.address");
        assertThat(new SomebodyElsesServer().cause(seen)).isEmpty();
    }

    /** Another program on the same port of another address, or of the other family, is not where clients connect to. */
    @Test
    void whoListensAtAnotherAddressIsNotThere() {
        for (String address : List.of("127.0.0.2", "::1")) {
            Facts elsewhere = listening(CALM, new AcceptQueue(address, 8989, 7, "python3, pid 123", null));
            assertThat(verdict(Map.of("connect ECONNREFUSED", 9L), nothing(), server(STOPPED, Map.of(), elsewhere), 0)
                            .text())
                    .as(address)
                    .contains("nobody listens")
                    .doesNotContain("python3");
        }
        for (String address : List.of("127.0.0.1", "0.0.0.0", "::", "::ffff:7f00:1")) {
            Facts there = listening(CALM, new AcceptQueue(address, 8989, 7, "python3, pid 123", null));
            assertThat(server(STOPPED, Map.of(), there).foreign()).as(address).isTrue();
        }
    }

    @Test
    void anotherProgramListensAtThePort() {
        Facts nobodysBusiness = listening(CALM, new AcceptQueue("127.0.0.1", 8989, 0, "python3, pid 123", null));
        Statistics http = unexpected(Map.of("receive unexpected", 7L), "\"HTTP/1.1 400\\r\\n\"");
        Verdict verdict = Catalogue.ALL
                .verdict(evidence(http, server(STOPPED, Map.of(), nobodysBusiness)))
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
        Verdict verdict = Catalogue.ALL
                .verdict(evidence(
                        unexpected(Map.of("receive unexpected", 7L), "\"SSH\""), server(RUNNING, Map.of(), CALM)))
                .orElseThrow();
        assertThat(verdict.text())
                .contains(
                        "is not this server, which runs elsewhere: it answered 7 Pings with \"SSH\"", "server.address");
    }

    @Test
    void morePongsThanPingsAreSaidAsSuch() {
        Verdict verdict = Catalogue.ALL
                .verdict(evidence(
                        unexpected(Map.of("receive unexpected", 17L), Statistics.MORE_PONGS),
                        server(RUNNING, Map.of(), CALM)))
                .orElseThrow();
        assertThat(verdict.text())
                .contains("it sent more than one Pong for a Ping on 17 connections")
                .doesNotContain("instead of");
    }

    @Test
    void aPartOfAnAnswerIsShown() {
        Verdict verdict = Catalogue.ALL
                .verdict(evidence(
                        unexpected(Map.of("receive timeout", 15L), "began to answer: \"Po\""),
                        server(RUNNING, Map.of(), CALM)))
                .orElseThrow();
        assertThat(verdict.cause()).isEqualTo("other-server");
        assertThat(verdict.text()).contains("gave 15 connections no answer, began to answer: \"Po\"");
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
