package io.connscale.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.api.Growth.Stop;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A ramp that has stopped growing is noticed while it runs; the time is given. */
class GrowthTest {
    private long now;
    private final Growth growth = new Growth(() -> now, 1000);

    private Optional<Stop> heard(double seconds, long established, long failed) {
        now = (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        return growth.heard(new Opened.Host(1000, established, failed, seconds, new TreeMap<>()));
    }

    @Test
    void failuresWithoutGrowthForAWhileAreALimitAndSaidOnce() {
        assertThat(heard(1, 100, 0)).isEmpty();
        assertThat(heard(2, 100, 50)).isEmpty();
        assertThat(growth.stoppedSeconds()).isZero();
        assertThat(heard(4, 100, 150)).contains(Stop.LIMIT);
        assertThat(heard(5, 100, 200)).isEmpty();
        assertThat(heard(60, 100, 800)).isEmpty();
        assertThat(growth.stoppedSeconds()).isEqualTo(59);
    }

    @Test
    void slowGrowthWithFailuresIsNone() {
        for (int second = 1; second < 60; second++) {
            assertThat(heard(second, second / 2, 10L * second)).isEmpty();
        }
    }

    @Test
    void failuresOfBeforeTheLastGrowthDontCount() {
        heard(1, 10, 100);
        assertThat(heard(2, 20, 100)).isEmpty();
        assertThat(heard(9, 20, 100)).isEmpty();
    }

    @Test
    void nothingAtAllForLongIsAStandstill() {
        heard(1, 10, 0);
        assertThat(heard(10, 10, 0)).isEmpty();
        assertThat(heard(11, 10, 0)).contains(Stop.STANDSTILL);
    }

    @Test
    void whatGrowsAgainAndStopsSoonIsNotSaidEachTime() {
        heard(1, 10, 0);
        assertThat(heard(4, 10, 1)).contains(Stop.LIMIT);
        heard(5, 11, 1);
        assertThat(heard(9, 11, 5)).isEmpty();
        heard(30, 12, 5);
        assertThat(heard(35, 12, 9)).contains(Stop.LIMIT);
    }

    @Test
    void anOrderThatWaitsForAnotherIsNoStandstill() {
        growth.heard(Opened.Host.none(1000));
        now = TimeUnit.MINUTES.toNanos(5);
        assertThat(growth.heard(Opened.Host.none(1000))).isEmpty();
    }

    @Test
    void anAgentThatStopsTellingIsAStandstill() {
        heard(1, 10, 0);
        now = TimeUnit.SECONDS.toNanos(10);
        assertThat(growth.unheard(false)).isEmpty();
        now = TimeUnit.SECONDS.toNanos(11);
        assertThat(growth.unheard(false)).contains(Stop.STANDSTILL);
        assertThat(growth.unheard(false)).isEmpty();
    }

    @Test
    void anAgentThatHasNeverToldIsOneAfterThirtySecondsOfItsOwnTurn() {
        now = TimeUnit.MINUTES.toNanos(5);
        assertThat(growth.unheard(true)).isEmpty();
        now += TimeUnit.SECONDS.toNanos(29);
        assertThat(growth.unheard(false)).isEmpty();
        now += TimeUnit.SECONDS.toNanos(1);
        assertThat(growth.unheard(false)).contains(Stop.STANDSTILL);
    }

    @Test
    void whereNothingRemainsThereIsNothingToSay() {
        heard(1, 990, 0);
        assertThat(heard(30, 990, 10)).isEmpty();
    }
}
