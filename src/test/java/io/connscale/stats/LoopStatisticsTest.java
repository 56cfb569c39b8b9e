package io.connscale.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** A system that stands still for long must not look fast because few Pings were sent meanwhile. */
class LoopStatisticsTest {
    private static final long SECOND = 1_000_000_000;

    private final LoopStatistics recorded = new LoopStatistics();

    @Test
    void skippedPingsCountWithWhatTheyWouldHaveWaited() {
        for (int i = 0; i < 95; i++) {
            recorded.answered(1_000_000, 1_000_000, SECOND);
        }
        recorded.answered(5 * SECOND, 5 * SECOND, SECOND); // four were due meanwhile: after 4, 3, 2, and 1 s
        Distribution trips = recorded.times().roundTrip();
        assertThat(trips.count()).isEqualTo(100);
        assertThat(trips.percentile(95)).isLessThan(2_000);
        assertThat((double) trips.percentile(96)).isCloseTo(1e6, within(1e4));
        assertThat((double) trips.percentile(98)).isCloseTo(3e6, within(3e4));
        assertThat((double) trips.percentile(100)).isCloseTo(5e6, within(5e4));
        assertThat(recorded.times().roundTripSent().count()).isEqualTo(96);
    }

    @Test
    void anAnswerWithinTheIntervalIsAlone() {
        recorded.answered(SECOND, SECOND, SECOND);
        assertThat(recorded.times().roundTrip().count()).isEqualTo(1);
    }

    @Test
    void aLastShortWaitCountsToo() {
        recorded.answered(SECOND + SECOND / 2, SECOND, SECOND);
        assertThat(recorded.times().roundTrip().count()).isEqualTo(2);
        assertThat((double) recorded.times().roundTrip().percentile(50)).isCloseTo(5e5, within(5e3));
    }

    @Test
    void veryManyAreAllCounted() {
        recorded.answered(3600 * SECOND, SECOND, 1_000_000);
        assertThat(recorded.times().roundTrip().count()).isEqualTo(3_600_000);
        assertThat((double) recorded.times().roundTrip().percentile(50)).isCloseTo(1800e6, within(20e6));
    }
}
