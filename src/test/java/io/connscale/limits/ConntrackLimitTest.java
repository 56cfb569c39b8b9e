package io.connscale.limits;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.with;
import static io.connscale.limits.Given.CALM;
import static io.connscale.limits.Given.evidence;
import static io.connscale.limits.Given.facts;
import static io.connscale.limits.Given.finding;
import static io.connscale.limits.Given.findings;
import static io.connscale.limits.Given.host;
import static io.connscale.limits.Given.nowhere;
import static io.connscale.limits.Given.plan;
import static io.connscale.limits.Given.row;
import static io.connscale.limits.Given.rows;
import static io.connscale.limits.Given.server;
import static io.connscale.limits.Given.serverOf;
import static io.connscale.limits.Given.verdict;
import static io.connscale.limits.ServerEnd.State.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A table of tracked connections counts where it tracks, and is blamed where it dropped. */
class ConntrackLimitTest {
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

    private static final Facts TRACKED = facts(Map.of(Fact.CONNTRACK_MAX, 65_536L, Fact.CONNTRACK_IN_USE, 60_000L));

    @Test
    void eachConnectionCountsOnce() {
        Allowance first = plan(serverOf(6_000, TRACKED), host("a", 6_000, TRACKED))
                .first()
                .orElseThrow();
        assertThat(first.limit()).isEqualTo("conntrack");
        assertThat(first.allows()).isEqualTo(5_536);
        assertThat(first.wanted()).isEqualTo(6_000);
    }

    @Test
    void whereNothingIsTrackedItIsNoLimit() {
        Facts idle = with(TRACKED, Fact.CONNTRACK_IN_USE, 0);
        assertThat(rows(plan(nowhere(), host("a", 6_000, idle)), "conntrack")).isEmpty();
        assertThat(findings(new ConntrackLimit(), host("a", 1, idle))).isEmpty();
        assertThat(finding(host("a", 1, TRACKED), "net.netfilter.nf_conntrack_max")
                        .at())
                .isEqualTo(5_536);
    }

    @Test
    void theRemedyIsTheSameWhereverItIsSaid() {
        Verdict verdict = verdict(
                Map.of("connect ETIMEDOUT", 3L),
                facts(Map.of(Fact.CONNTRACK_MAX, 500L, Fact.CONNTRACK_IN_USE, 500L)),
                server(RUNNING, Map.of(), CALM),
                0);
        String fix = "sysctl -w net.netfilter.nf_conntrack_max=10500";
        assertThat(verdict.remedy()).contains(fix);
        HostEnd host = host("a", 0, facts(Map.of(Fact.CONNTRACK_MAX, 500L, Fact.CONNTRACK_IN_USE, 500L)));
        assertThat(finding(host, "net.netfilter.nf_conntrack_max").now()).isEqualTo(fix);
        assertThat(row(plan(nowhere(), host), "conntrack").fix()).startsWith(fix);
    }

    @Test
    void whatCouldNotBeInsertedWasDroppedToo() {
        Facts before = facts(Map.of(
                Fact.CONNTRACK_MAX,
                500L,
                Fact.CONNTRACK_IN_USE,
                500L,
                Fact.CONNTRACK_DROPPED,
                0L,
                Fact.CONNTRACK_INSERT_FAILED,
                0L));
        Facts now = with(with(before, Fact.CONNTRACK_DROPPED, 2), Fact.CONNTRACK_INSERT_FAILED, 3);
        Verdict verdict =
                verdict(evidence(Map.of("connect ETIMEDOUT", 3L), 0, before, now, server(RUNNING, Map.of(), CALM), 0));
        assertThat(verdict.cause()).isEqualTo("conntrack");
        assertThat(verdict.sentence()).contains("5 packets dropped");
    }
}
