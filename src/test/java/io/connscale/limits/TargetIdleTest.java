package io.connscale.limits;

import static io.connscale.limits.GivenTarget.seen;
import static io.connscale.limits.GivenTarget.unread;
import static io.connscale.limits.GivenTarget.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TargetIdleTest {
    /** Fifty, whose ages lie between these, evenly. */
    private static Duration[] ages(long millis, long step) {
        return LongStream.range(0, 50)
                .mapToObj(i -> Duration.ofMillis(millis + i * step))
                .toArray(Duration[]::new);
    }

    private static Verdict ended(long established, Duration... ages) {
        return verdict(seen(established, 0, Map.of("receive closed", 50L), ages), unread());
    }

    @Test
    void connectionsThatLiveEquallyLongTellTheTimeOut() {
        Verdict verdict = ended(0, ages(30_000, 10));

        assertThat(verdict.cause()).isEqualTo("target-idle");
        assertThat(verdict.text()).contains("ended 50 connections of client1 when each was 30.", "idle");
    }

    /** Ten had sent something shortly before: that they are left, a round number, says nothing of a limit. */
    @Test
    void whatIsLeftOfThemIsNoLimit() {
        Verdict verdict = ended(10, ages(3_000, 10));

        assertThat(verdict.cause()).isEqualTo("target-idle");
        assertThat(verdict.text()).doesNotContain("limit of its own");
    }

    @Test
    void othersDoNot() {
        assertThat(ended(0, ages(1_000, 500)).cause()).isNotEqualTo("target-idle");
        assertThat(ended(0, ages(50, 0)).cause()).isNotEqualTo("target-idle");
    }

    /** At 5,000 a second 100,000 take 20 s, and those that made place for the last of them were as old. */
    @Test
    void thoseThatMakePlaceForNewOnesWereNotIdle() {
        assertThat(ended(100_000, ages(15_000, 10)).cause()).isEqualTo("target-closes");
    }
}
