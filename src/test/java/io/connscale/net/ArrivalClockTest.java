package io.connscale.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ArrivalClockTest {
    private static final long SECOND = 1_000_000_000;
    /** The clock of the day is so much ahead. */
    private static final long AHEAD = 1_800_000_000 * SECOND;

    private final ArrivalClock clock = new ArrivalClock();

    @BeforeEach
    void lookedTwice() {
        clock.looked(40 * SECOND, AHEAD);
        clock.looked(50 * SECOND, AHEAD);
    }

    private long arrivedAtDay(long nanos) {
        return clock.arrived(nanos / SECOND, nanos % SECOND);
    }

    @Test
    void theKernelsTimeIsTranslated() {
        assertThat(arrivedAtDay(AHEAD + 49 * SECOND + 123)).isEqualTo(49 * SECOND + 123);
        assertThat(clock.isByKernel()).isTrue();
    }

    @Test
    void whatTheKernelDoesNotTellIsNow() {
        assertThat(clock.arrived(0, 0)).isEqualTo(50 * SECOND);
        assertThat(clock.isByKernel()).isFalse();
    }

    /** Neither look is exact. */
    @Test
    void nothingHasArrivedLaterThanNow() {
        assertThat(arrivedAtDay(AHEAD + 50 * SECOND + 700)).isEqualTo(50 * SECOND);
    }

    /** It lay in the kernel for several turns, since there was no buffer for it. */
    @Test
    void whatCameLongAgoCameLongAgo() {
        assertThat(arrivedAtDay(AHEAD + 3 * SECOND)).isEqualTo(3 * SECOND);
    }

    @Test
    void aClockThatWasSetBackOrAheadMovesNoArrival() {
        for (long set : new long[] {-3600 * SECOND, 3600 * SECOND}) {
            clock.looked(50 * SECOND, AHEAD);
            clock.looked(51 * SECOND, AHEAD + set);
            assertThat(arrivedAtDay(AHEAD + 50 * SECOND + 200)).as("before").isEqualTo(50 * SECOND + 200);
            assertThat(arrivedAtDay(AHEAD + set + 50 * SECOND + 900))
                    .as("after")
                    .isEqualTo(50 * SECOND + 900);
        }
    }

    @Test
    void bothClocksAreLookedAt() {
        clock.look();
        clock.look();
        long before = System.nanoTime();
        long day = System.currentTimeMillis() * (SECOND / 1000);
        clock.look();
        // Of the same moment, within what both readings may be apart and the day's millisecond.
        assertThat(arrivedAtDay(day)).isLessThanOrEqualTo(System.nanoTime()).isGreaterThan(before - SECOND);
    }
}
