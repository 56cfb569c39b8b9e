package io.connscale.limits;

import static io.connscale.kernel.Known.with;
import static io.connscale.limits.GivenTarget.after;
import static io.connscale.limits.GivenTarget.found;
import static io.connscale.limits.GivenTarget.member;
import static io.connscale.limits.GivenTarget.read;
import static io.connscale.limits.GivenTarget.seen;
import static io.connscale.limits.GivenTarget.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.ForeignServer;
import io.connscale.stats.Statistics;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TargetEndedTest {
    private static final Statistics LOST = seen(
            0,
            0,
            Map.of("receive closed", 500L),
            Collections.nCopies(500, Duration.ofSeconds(5)).toArray(Duration[]::new));

    private static final ForeignServer.Member FIRST = member(12, 513L, 0);

    /** All were equally old when it ended, and it was no idle time-out. */
    @Test
    void aRestartIsToldByTheProcesses() {
        Verdict verdict =
                verdict(LOST, read(found(500, 0, FIRST), after(List.of(FIRST), found(0, 0, member(15, 13L, 0)))));

        assertThat(verdict.cause()).isEqualTo("target-restarted");
        assertThat(verdict.text())
                .contains("redis-server, pid 12 is gone", "redis-server, pid 15 is there now", "500 connections");
    }

    @Test
    void oneThatIsGoneIsSaidToBe() {
        assertThat(verdict(
                                LOST,
                                read(
                                        found(500, 0, FIRST),
                                        after(List.of(FIRST), found(0, 0), "nobody listens at port 8989")))
                        .text())
                .contains("redis-server, pid 12 is gone, nobody listens at port 8989");
    }

    /** Its machine's processes can't be read, or are another user's now: that is not their end. */
    @Test
    void oneThatCanNotBeSeenIsNotSaidToBeGone() {
        for (ForeignServer unseen : List.of(
                after(List.of(), found(0, 0), "the processes of its machine can't be read: Too many open files"),
                after(List.of(), found(0, 0, member(15, 13L, 0))))) {
            Verdict verdict = verdict(LOST, read(found(500, 0, FIRST), unseen));
            assertThat(verdict.cause()).isNotEqualTo("target-restarted");
            assertThat(verdict.text()).doesNotContain("is gone");
        }
    }

    @Test
    void theKernelsKillIsSaidWhereItWasCounted() {
        Facts before = with(Given.CALM, Fact.OOM_KILLS, 1);
        Facts now = with(Given.CALM, Fact.OOM_KILLS, 2);
        Verdict verdict = verdict(LOST, read(found(500, 0, FIRST), after(List.of(FIRST), found(0, 0)), before, now));

        assertThat(verdict.cause()).isEqualTo("target-out-of-memory");
        assertThat(verdict.text()).contains("memory.oom_kill +1", "redis-server, pid 12");
    }

    @Test
    void oneThatIsStillThereHasNotEnded() {
        assertThat(verdict(LOST, read(found(500, 0, FIRST), found(0, 0, member(12, 13L, 0))))
                        .cause())
                .isNotEqualTo("target-restarted");
    }
}
