package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rate's arithmetic, with the clock in our hands. */
class PaceTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final Random random = new Random(1);
    private long now = -5 * SECOND; // nanoTime may be below 0

    @ParameterizedTest
    @ValueSource(doubles = {1, 10, 33.3, 999, 5_000, 20_000, 1_000_000})
    void theRateIsKeptThoughTheLoopComesLate(double perSecond) {
        Pace pace = new Pace(perSecond, now);
        double seconds = Math.max(10, 100 / perSecond);
        assertThat((double) begunIn(pace, seconds)).isCloseTo(perSecond * seconds, Percentage.withPercentage(2));
    }

    @Test
    void anotherRateHoldsAtOnce() {
        Pace pace = new Pace(1, now);
        begunIn(pace, 0.5);
        pace.perSecond(10_000, now);
        assertThat((double) begunIn(pace, 1)).isCloseTo(10_000, within(200.0));
        pace.perSecond(100, now);
        assertThat((double) begunIn(pace, 10)).isCloseTo(1_000, within(20.0));
    }

    @Test
    void heldUpItCatchesUpWithoutABurst() {
        Pace pace = new Pace(1000, now);
        now += SECOND / 2;
        assertThat(begunNow(pace)).isEqualTo(50);
        assertThat((double) begunIn(pace, 1)).isCloseTo(1200, within(20.0));
        assertThat((double) begunIn(pace, 9)).isCloseTo(9250, within(100.0)); // all that was missing
    }

    @Test
    void heldUpForLongItDoesNotCatchUpWithAllOfIt() {
        Pace pace = new Pace(1000, now);
        now += 60 * SECOND;
        assertThat((double) begunNow(pace) + begunIn(pace, 20)).isCloseTo(21_050, within(100.0));
    }

    @Test
    void theFirstBeginsAtOnce() {
        Pace pace = new Pace(0.1, now);
        assertThat(begunNow(pace)).isEqualTo(1);
        assertThat(pace.untilNext(now)).isEqualTo(10 * SECOND);
        pace.giveBack();
        assertThat(pace.untilNext(now)).isZero();
    }

    /** As the ramp does: begins what may, waits until the next may and a millisecond at least, and comes up to 3 ms late. */
    private long begunIn(Pace pace, double seconds) {
        long end = now + (long) (seconds * SECOND);
        long begun = 0;
        while (now < end) {
            begun += begunNow(pace);
            now += Math.max(MILLI, pace.untilNext(now)) + random.nextLong(3 * MILLI);
        }
        return begun;
    }

    private long begunNow(Pace pace) {
        long begun = 0;
        for (; pace.mayBegin(now); begun++) {
            pace.begin();
        }
        return begun;
    }
}
