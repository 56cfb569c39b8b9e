package io.connscale.limits;

import static io.connscale.limits.GivenTarget.found;
import static io.connscale.limits.GivenTarget.member;
import static io.connscale.limits.GivenTarget.read;
import static io.connscale.limits.GivenTarget.seen;
import static io.connscale.limits.GivenTarget.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TargetQueueTest {
    private static Verdict waiting(long established, long waiting) {
        return verdict(
                seen(established - waiting, 0, Map.of("receive timeout", 40L)),
                read(found(0, 0, member(12, 13L, 0)), found(established, waiting, member(12, 513L, 0))));
    }

    @Test
    void whatWaitsToBeAcceptedIsToldWithTheNumberAtWhichItStopped() {
        Verdict verdict = waiting(800, 300);

        assertThat(verdict.cause()).isEqualTo("target-queue");
        assertThat(verdict.text())
                .contains("300 wait to be accepted", "it holds 500, a limit of its own", "Raise its maxclients");
    }

    @Test
    void whereItStopsAtNoRoundNumberNoLimitIsClaimed() {
        assertThat(waiting(783, 300).text()).contains("it holds 483 (").doesNotContain("limit of its own");
    }

    @Test
    void anEmptyQueueIsNoLimit() {
        assertThat(waiting(783, 0).cause()).isNotEqualTo("target-queue");
    }
}
