package io.connscale.limits;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.with;
import static io.connscale.limits.Given.CALM;
import static io.connscale.limits.Given.facts;
import static io.connscale.limits.Given.finding;
import static io.connscale.limits.Given.findings;
import static io.connscale.limits.Given.host;
import static io.connscale.limits.Given.server;
import static io.connscale.limits.Given.serverOf;
import static io.connscale.limits.Given.verdict;
import static io.connscale.limits.ServerEnd.State.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** SYNs that nobody answers. */
class NoAnswerTest {
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
    void whereToLookIsCalledAsTheFileCallsIt() {
        Map<String, Long> errors = Map.of("connect ETIMEDOUT", 3L);
        assertThat(verdict(errors, nothing(), server(RUNNING, Map.of(), CALM), 0)
                        .text())
                .contains("is server.address right?");
        assertThat(verdict(errors, nothing(), GivenTarget.unread(), 0).text()).contains("is target.address right?");
    }

    @Test
    void aNetworkThatRefusesIsNamedWithItsErrno() {
        Verdict verdict = verdict(
                Map.of("connect ENETUNREACH", 3L, "connect ETIMEDOUT", 1L),
                nothing(),
                server(RUNNING, Map.of(), CALM),
                0);
        assertThat(verdict.cause()).isEqualTo("no-route");
        assertThat(verdict.text()).contains("connect ENETUNREACH 3", "ip route get 127.0.0.1");
    }

    @Test
    void fewRetriesAreSaidOfTheEndThatTries() {
        Facts few = facts(Map.of(Fact.SYN_RETRIES, 1L, Fact.SYNACK_RETRIES, 2L));
        assertThat(finding(host("a", 1, few), "net.ipv4.tcp_syn_retries").stops())
                .contains("longer than 3 s");
        assertThat(finding(serverOf(1, few), "net.ipv4.tcp_synack_retries").stops())
                .contains("longer than 7 s");
        assertThat(findings(new NoAnswer(), host("a", 1, with(few, Fact.SYN_RETRIES, 6))))
                .isEmpty();
    }
}
