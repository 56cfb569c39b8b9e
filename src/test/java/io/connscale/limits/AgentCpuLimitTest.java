package io.connscale.limits;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.with;
import static io.connscale.limits.Given.CALM;
import static io.connscale.limits.Given.evidence;
import static io.connscale.limits.Given.findings;
import static io.connscale.limits.Given.host;
import static io.connscale.limits.Given.server;
import static io.connscale.limits.Given.verdict;
import static io.connscale.limits.ServerEnd.State.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The agent as the limit itself. */
class AgentCpuLimitTest {
    @Test
    void anAgentWithoutCpuAccusesItself() {
        Facts before = loops(0, 0, 0);
        Facts starved = loops(10_000, 500, 9_000);
        Verdict verdict = Catalogue.ALL
                .verdict(
                        evidence(Map.of("receive timeout", 3L), 0, before, starved, server(RUNNING, Map.of(), CALM), 0))
                .orElseThrow();
        assertThat(verdict.cause()).isEqualTo("generator");
        assertThat(verdict.text()).contains("the agent on client1 is the limit itself", "waited 90 %");
        assertThat(Catalogue.ALL.verdict(
                        evidence(Map.of(), 5_000, before, starved, server(RUNNING, Map.of(), CALM), 0)))
                .get()
                .extracting(Verdict::cause)
                .isEqualTo("generator");
        assertThat(Catalogue.ALL.verdict(evidence(Map.of(), 5, before, starved, server(RUNNING, Map.of(), CALM), 0)))
                .isEmpty();
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

    @Test
    void aSlowClockIsSaid() {
        Facts slow = new Facts(new TreeMap<>(), List.of(), "m", "n", "hpet");
        assertThat(findings(new AgentCpuLimit(), host("a", 1, slow))).containsExactly("clocksource");
        assertThat(findings(new AgentCpuLimit(), host("a", 1, nothing()))).isEmpty();
    }

    private static Observation timedOut(Facts now) {
        return evidence(Map.of("receive timeout", 3L), 0, loops(0, 0, 0), now, server(RUNNING, Map.of(), CALM), 0);
    }

    @Test
    void anAgentThatAlwaysRunsAccusesItselfToo() {
        Verdict verdict =
                Catalogue.ALL.verdict(timedOut(loops(10_000, 9_900, 50))).orElseThrow();
        assertThat(verdict.cause()).isEqualTo("generator");
        assertThat(verdict.text()).contains("its event loops ran 99 % of the time");
    }

    /** The times are those of all loops together. */
    @Test
    void ofTwoLoopsOneThatRunsHalfOfTheTimeIsNotTheLimit() {
        Facts two = with(loops(10_000, 9_900, 50), Fact.LOOPS, 2);
        assertThat(Catalogue.ALL.verdict(timedOut(two)).orElseThrow().cause()).isNotEqualTo("generator");
        assertThat(Catalogue.ALL.verdict(timedOut(loops(0, 0, 0))).orElseThrow().cause())
                .isNotEqualTo("generator");
    }
}
