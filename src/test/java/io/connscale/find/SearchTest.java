package io.connscale.find;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.find.Search.End;
import io.connscale.find.Search.Run;
import io.connscale.find.Search.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The search for a known maximum: whatever it is, and however it shows itself, it is found within the width and in few steps. */
class SearchTest {
    private static final long MAX = 1_000_000_000;

    /** How what is beyond the maximum shows itself. */
    private enum Manner {
        /** As many as there is room for come up, the rest fails: out of ports, of files. */
        REFUSES,
        /** What is there is broken, and how many are well is known: a server's own limit. */
        BREAKS,
        /** Nothing is known but that it does not hold: a goal. */
        SAYS_NO,
        /** The number of those that are well is wrong. */
        LIES
    }

    /** Holds up to {@code maximum}. Says what was wrong with a try by its number. */
    private static class Simulated implements Search.Trial<String> {
        final List<Long> tried = new ArrayList<>();
        final List<Long> stayed = new ArrayList<>();
        private final long maximum;
        private final Manner manner;
        private long at;
        int resets;

        Simulated(long maximum, Manner manner) {
            this.maximum = maximum;
            this.manner = manner;
        }

        @Override
        public Step<String> go(long n) throws InterruptedException {
            tried.add(n);
            at = Math.min(n, maximum);
            return n <= maximum ? Step.held(n) : failed(n);
        }

        private Step<String> failed(long n) {
            return switch (manner) {
                case REFUSES -> new Step<>(n, maximum, maximum > 0, "no " + n);
                case BREAKS -> new Step<>(n, maximum, false, "no " + n);
                case SAYS_NO -> new Step<>(n, 0, false, "no " + n);
                case LIES -> new Step<>(n, n - 1, false, "no " + n);
            };
        }

        @Override
        public Step<String> hold(long n) {
            assertThat(at).as("it stays where it is").isEqualTo(n);
            stayed.add(n);
            return Step.held(n);
        }

        @Override
        public void reset() {
            resets++;
            at = 0;
        }
    }

    private static List<Run<String>> search(Simulated trial, double width, int repeat, long first, long predicted)
            throws InterruptedException {
        return new Search<>(trial, MAX, width, repeat, () -> false).run(first, predicted);
    }

    @Property(tries = 2_000)
    void theAnswerIsWithinTheWidthOfTheMaximum(
            @ForAll("numbers") long maximum,
            @ForAll("numbers") long predicted,
            @ForAll("numbers") long first,
            @ForAll Manner manner,
            @ForAll @DoubleRange(min = 0, max = 0.2) double width)
            throws InterruptedException {
        Simulated trial = new Simulated(maximum, manner);
        Run<String> run = search(trial, width, 1, first, predicted).get(0);
        assertThat(run.maximum()).isLessThanOrEqualTo(maximum);
        assertThat(maximum - run.maximum()).isLessThanOrEqualTo(Math.max(0, (long) (width * run.maximum())));
        assertThat(run.above()).isGreaterThan(maximum);
        assertThat(run.why()).isEqualTo("no " + run.above());
        assertThat(run.stayed()).isEqualTo(run.maximum() > 0);
        assertThat(run.end()).isEqualTo(End.WIDTH);
        assertThat(trial.stayed).hasSize(run.maximum() > 0 ? 1 : 0);
    }

    @Property(tries = 2_000)
    void theStepsAreFew(@ForAll("numbers") long maximum, @ForAll("numbers") long predicted, @ForAll Manner manner)
            throws InterruptedException {
        Simulated trial = new Simulated(maximum, manner);
        Run<String> run = search(trial, 0.01, 1, 100, predicted).get(0);
        assertThat(run.steps()).isLessThan(3 * 31 * 2);
    }

    @Provide
    Arbitrary<Long> numbers() {
        return Arbitraries.oneOf(
                Arbitraries.longs().between(1, 1_000), Arbitraries.longs().between(1, MAX / 4));
    }

    @Test
    void aPredictionThatIsRightIsProvenInFiveSteps() throws InterruptedException {
        Simulated trial = new Simulated(28_232, Manner.REFUSES);
        Run<String> run = search(trial, 0.01, 1, 3_529, 28_232).get(0);
        assertThat(trial.tried).containsExactly(3_529L, 7_058L, 14_116L, 28_232L, 28_514L);
        assertThat(run).isEqualTo(new Run<>(28_232, 28_514, "no 28514", true, 6, End.WIDTH));
    }

    @Test
    void whereKernelsRefuseTheNumberIsExactAndNothingIsTornDown() throws InterruptedException {
        Simulated trial = new Simulated(12_345, Manner.REFUSES);
        Run<String> run = search(trial, 0.01, 1, 1_000, 0).get(0);
        assertThat(trial.tried).containsExactly(1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 12_468L);
        assertThat(run.maximum()).isEqualTo(12_345);
        assertThat(trial.resets).isZero();
    }

    @Test
    void afterAFailureItGoesBackToWhatHeldBeforeItTriesTheNext() throws InterruptedException {
        Simulated trial = new Simulated(5_000, Manner.SAYS_NO);
        search(trial, 0.2, 1, 1_000, 0);
        assertThat(trial.tried).startsWith(1_000L, 2_000L, 4_000L, 8_000L, 4_000L, 6_000L, 4_000L, 5_000L);
    }

    @Test
    void itIsRepeatedFromNothingAndEachTimeProven() throws InterruptedException {
        Simulated trial = new Simulated(500, Manner.REFUSES);
        List<Run<String>> runs = search(trial, 0.01, 3, 100, 0);
        assertThat(runs).extracting(Run::maximum).containsExactly(500L, 500L, 500L);
        assertThat(runs).allMatch(Run::stayed);
        assertThat(trial.resets).isEqualTo(2);
        assertThat(runs.get(2).steps()).isEqualTo(3);
    }

    @Test
    void whatDoesNotStayIsNotTheMaximum() throws InterruptedException {
        Simulated trial = new Simulated(1_000, Manner.REFUSES) {
            @Override
            public Step<String> hold(long n) {
                super.hold(n);
                return n > 700 ? new Step<>(n, 700, false, "lost some") : Step.held(n);
            }
        };
        Run<String> run = search(trial, 0.01, 1, 100, 0).get(0);
        assertThat(run.maximum()).isEqualTo(700);
        assertThat(run.why()).isEqualTo("lost some");
        assertThat(trial.stayed).endsWith(700L);
    }

    @Test
    void whereNothingHoldsTheMaximumIsNone() throws InterruptedException {
        Run<String> run =
                search(new Simulated(0, Manner.SAYS_NO), 0.01, 3, 100, 0).get(0);
        assertThat(run.maximum()).isZero();
        assertThat(run.above()).isEqualTo(1);
    }

    @Property(tries = 200)
    void whenTimeIsUpTheBestSoFarIsTheAnswer(@ForAll @IntRange(max = 40) int steps) throws InterruptedException {
        Simulated trial = new Simulated(123_456, Manner.SAYS_NO);
        BooleanSupplier timeUp = () -> trial.tried.size() + trial.stayed.size() >= steps;
        Run<String> run = new Search<>(trial, MAX, 0.001, 1, timeUp).run(100, 0).get(0);
        assertThat(run.maximum())
                .isEqualTo(trial.tried.stream()
                        .filter(n -> n <= 123_456)
                        .mapToLong(Long::longValue)
                        .max()
                        .orElse(0));
        assertThat(run.stayed()).isEqualTo(!trial.stayed.isEmpty());
    }

    @Test
    void whoIsInterruptedMayAskWhatIsKnown() {
        Simulated trial = new Simulated(5_000, Manner.REFUSES) {
            @Override
            public Step<String> go(long n) throws InterruptedException {
                if (n > 3_000) {
                    throw new InterruptedException();
                }
                return super.go(n);
            }
        };
        Search<String> search = new Search<>(trial, MAX, 0.01, 3, () -> false);
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> search.run(1_000, 0))
                .isInstanceOf(InterruptedException.class);
        assertThat(search.soFar()).containsExactly(new Run<>(2_000, 0, null, false, 2, End.OPEN));
    }
}
