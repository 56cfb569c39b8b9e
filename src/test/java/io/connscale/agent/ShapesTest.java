package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.connscale.control.Agent.Keep;
import io.connscale.control.Agent.OpenRequest;
import io.connscale.control.Agent.Rising;
import io.connscale.control.Rate;
import io.connscale.net.NoLinks;
import io.connscale.stats.Reasons;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arithmetic of loads that change and of connections that are kept, with the clock in our hands. */
class ShapesTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final Random random = new Random(1);
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final LoadLoop loop =
            new LoadLoop(new NoLinks(channel.eventLoop()), new Reasons(), 0, Given.settings(1, 1000));
    private long now = -5 * SECOND; // nanoTime may be below 0

    private static OpenRequest rising(long from, long to, long millis) {
        return new OpenRequest(1, new Rate(from), new Rising(to, millis), null);
    }

    @Test
    void aRateThatRisesIsOnALineAndThenStays() {
        RateLaw law = RateLaw.of(new Rate(100), rising(100, 5_000, 60_000), 0.5);
        assertThat(law.at(0)).isEqualTo(50);
        assertThat(law.at(30 * SECOND)).isEqualTo(1_275);
        assertThat(law.at(60 * SECOND)).isEqualTo(2_500);
        assertThat(law.at(1_000 * SECOND)).isEqualTo(2_500);
        assertThat(law.changes(60 * SECOND - 1)).isTrue();
        assertThat(law.changes(60 * SECOND)).isFalse();
        assertThat(RateLaw.of(Rate.UNLIMITED, rising(1, 5, 10), 1).at(0)).isInfinite();
    }

    /** As many as lie under the line, though the loop comes late and is held up at times. */
    @ParameterizedTest
    @CsvSource({"100, 5000, 60", "5000, 100, 60", "1, 10, 60", "1000, 1000, 5"})
    void asManyBeginAsLieUnderTheLine(long from, long to, long seconds) {
        RateLaw law = RateLaw.of(new Rate(from), rising(from, to, seconds * 1_000), 1);
        long began = now;
        Throttle throttle = new Throttle(law.at(0), now);
        Pace pace = new Pace(throttle.perSecond(), now);
        long begun = 0;
        long end = began + seconds * SECOND;
        while (now < end) {
            throttle.wanted(law.at(now - began));
            throttle.adapt(new AwaitedPongs(), now);
            pace.changing(throttle.perSecond(), now);
            for (; pace.mayBegin(now); begun++) {
                pace.begin();
            }
            now += MILLI + random.nextLong(3 * MILLI) + (random.nextInt(2_000) == 0 ? SECOND / 5 : 0);
        }
        assertThat((double) begun).isCloseTo((from + to) / 2.0 * seconds, Percentage.withPercentage(2));
        throttle.wanted(law.at(now - began));
        assertThat(throttle.perSecond()).isEqualTo((double) to);
    }

    @Test
    void whatTheServerDoesNotTakeIsNotWantedForThatTheRateRises() {
        Throttle throttle = new Throttle(1_000, now);
        throttle.wanted(2_000);
        assertThat(throttle.perSecond()).isEqualTo(2_000);
        throttle.wanted(500);
        assertThat(throttle.perSecond()).isEqualTo(500);
        Throttle unlimited = new Throttle(Double.POSITIVE_INFINITY, now);
        unlimited.wanted(50_000);
        assertThat(unlimited.perSecond()).as("it still begins low").isEqualTo(Throttle.FIRST);
    }

    @Test
    void partsOfARequestAddUpToIt() {
        OpenRequest whole = new OpenRequest(10, null, new Rising(100, 5), new Keep(50, 1_000, true));
        var parts = whole.shared(new long[] {6, 0, 4}, new Rate(10));
        assertThat(parts)
                .containsExactly(
                        new OpenRequest(6, new Rate(6), new Rising(60, 5), new Keep(30, 1_000, true)),
                        null,
                        new OpenRequest(4, new Rate(4), new Rising(40, 5), new Keep(20, 1_000, true)));
    }

    /** A connection of simulated time. */
    private final class Aged extends Connection {
        private final long born;

        Aged(FakeLink link, long born) {
            super(ShapesTest.this.loop, link);
            this.born = born;
        }

        @Override
        long since() {
            return born;
        }
    }

    private void comes() {
        FakeLink link = new FakeLink();
        link.open(new Aged(link, now));
    }

    /**
     * Keeps {@code count} for so long, as the ramp does: what ends is replaced.
     *
     * @return ages at which they ended
     */
    private long[] kept(int count, Keep keep, long seconds) {
        for (int i = 0; i < count; i++) {
            comes();
        }
        Churn churn = new Churn(keep, now);
        long[] ages = new long[(int) (keep.churnPerSecond() * seconds) + 1_000];
        int ended = 0;
        for (long end = now + seconds * SECOND; now < end; ) {
            for (Connection one = churn.due(loop.byAge(), now); one != null; one = churn.due(loop.byAge(), now)) {
                ages[ended++] = now - one.since();
                one.stop();
                comes();
            }
            assertThat(loop.snapshot().established()).isEqualTo(count);
            now += Math.max(MILLI, churn.untilNext(now)) + random.nextLong(MILLI);
        }
        return Arrays.copyOf(ages, ended);
    }

    /** A day and a million connections later nothing has drifted: as many are up, as many have ended as should, as old as they should be. */
    @Test
    void aDayOfChurnDoesNotDrift() {
        long[] ages = kept(500, new Keep(12, 0, false), 24 * 3_600);
        assertThat((double) ages.length).isCloseTo(12.0 * 24 * 3_600, Percentage.withPercentage(0.1));
        assertThat(loop.snapshot().established()).isEqualTo(500);
        assertThat(loop.snapshot().stopped()).isEqualTo(ages.length);
        double last =
                Arrays.stream(ages, ages.length - 10_000, ages.length).average().orElseThrow();
        assertThat(last / SECOND).as("N / churn").isCloseTo(500 / 12.0, Percentage.withPercentage(1));
        assertThat(loop.byAge().oldestSince(1_000_000)).hasSize(500);
    }

    @Test
    void aLifetimeIsReachedBeforeOneEnds() {
        long[] ages = kept(100, new Keep(20, 10_000, false), 300);
        assertThat(Arrays.stream(ages).min().orElseThrow()).isGreaterThanOrEqualTo(10 * SECOND);
        double last =
                Arrays.stream(ages, ages.length / 2, ages.length).average().orElseThrow();
        assertThat(last / SECOND).isCloseTo(10, within(0.5));
        assertThat((double) ages.length).isCloseTo(100 / 10.0 * 290, Percentage.withPercentage(3));
    }

    @Test
    void exponentialLifetimesHaveTheirMeanAndTheirShape() {
        long[] ages = kept(200, new Keep(20, 10_000, true), 3_000);
        double mean = Arrays.stream(ages, 10_000, ages.length).average().orElseThrow() / SECOND;
        assertThat(mean).isCloseTo(10, Percentage.withPercentage(3));
        double older = Arrays.stream(ages, 10_000, ages.length)
                        .filter(age -> age > 10 * SECOND)
                        .count()
                / (ages.length - 10_000.0);
        assertThat(older)
                .as("of an exponential law 1/e live longer than its mean")
                .isCloseTo(1 / Math.E, within(0.02));
    }
}
