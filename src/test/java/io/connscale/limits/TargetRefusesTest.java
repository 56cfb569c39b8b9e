package io.connscale.limits;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.with;
import static io.connscale.limits.Given.server;
import static io.connscale.limits.Given.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Somebody else's server is said to be that, with its own words, and nobody is told to start it here. */
class TargetRefusesTest {
    private static final ServerEnd TARGET = server(ServerEnd.State.TARGET, Map.of(), Facts.NONE);

    @Test
    void theWordsAreTheVerdict() {
        Verdict verdict = verdict(
                Map.of(
                        "receive unexpected: -ERR max number of clients reached", 3210L,
                        "receive unexpected: +OK", 1L,
                        "receive closed", 7L),
                nothing(),
                TARGET,
                0);

        assertThat(verdict.cause()).isEqualTo("target-refuses");
        assertThat(verdict.text())
                .contains("refused 3,210 connections of client1 with \"-ERR max number of clients reached\"")
                .contains("while 28,232 were established")
                .doesNotContain("server start");
    }

    @Test
    void whereItRefusesAtARoundNumberThatIsItsLimit() {
        Verdict verdict = GivenTarget.verdict(
                GivenTarget.seen(2_500, 500, Map.of("receive unexpected: -ERR max number of clients reached", 500L)),
                TARGET);

        assertThat(verdict.text())
                .contains("while 2,500 were established there: a limit of its own, at 2,500", "Raise its maxclients");
    }

    @Test
    void oneThatClosesIsNotSaidToBeGone() {
        Verdict verdict = verdict(Map.of("receive closed", 288L), nothing(), TARGET, 0);

        assertThat(verdict.cause()).isEqualTo("target-closes");
        assertThat(verdict.text()).contains("ended 288 connections", "log").doesNotContain("server start");
    }

    /** 4,999 stand beside 5,000 since so many were asked for; a queue that had no room is what may have reset the one. */
    @Test
    void theNumberThatWasAskedForIsNoLimitOfTheServers() {
        Facts then = with(nothing(), Fact.LISTEN_OVERFLOWS, 7);
        ServerEnd overflowed = GivenTarget.read(
                GivenTarget.found(0, 0, GivenTarget.member(12, null, 0)),
                GivenTarget.found(4_999, 0, GivenTarget.member(12, null, 0)),
                then,
                with(then, Fact.LISTEN_OVERFLOWS, 49));
        Verdict verdict = GivenTarget.verdict(GivenTarget.seen(4_999, 1, Map.of("receive ECONNRESET", 1L)), overflowed);

        assertThat(verdict.cause()).isEqualTo("target-closes");
        assertThat(verdict.text())
                .contains("ended 1 connection of client1", "left it 4,999; accept queues of its machine overflowed")
                .contains("(ListenOverflows +42, whose is unknown)", "Raise that server's backlog")
                .doesNotContain("a limit of its own");
    }

    @Test
    void oneThatIsNotThereIsToBeStartedWhereItRuns() {
        Verdict verdict = verdict(Map.of("connect ECONNREFUSED", 5L), nothing(), TARGET, 0);

        assertThat(verdict.cause()).isEqualTo("target-refused");
        assertThat(verdict.text()).contains("where it runs").doesNotContain("server start");
    }
}
