package io.connscale.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.diagnosis.Moment;
import io.connscale.kernel.Facts;
import io.connscale.run.Sample;
import io.connscale.stats.Counted;
import io.connscale.stats.ProcessLoad;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a sample says of hosts that did not answer, and of those whose agent is gone. */
class IntervalTest {
    private static final long SECOND = 1_000_000_000;
    private static final Snapshot HOLDING = new Snapshot(100, 0, 3, 0, 0, 50, 50, 0, new TreeMap<>());

    private static final Statistics AT_WORK = new Statistics(
            HOLDING,
            103,
            0,
            Statistics.Unanswered.NONE,
            Statistics.Times.NONE,
            Statistics.NONE.tcp(),
            new ProcessLoad(1, SECOND, 0, SECOND, 0, 0, 0, 1000, 0, 5000),
            new TreeMap<>());

    /** Two hosts: the first was heard of at {@code nanos}, the second, which is {@code state}, a second after the beginning. */
    private static Moment moment(long nanos, String state) {
        return new Moment(
                Instant.EPOCH,
                nanos,
                Map.of("one", "ready", "two", state),
                null,
                null,
                Map.of("one", heard(nanos, Statistics.NONE), "two", heard(SECOND, Statistics.NONE)));
    }

    private static Moment.Heard heard(long nanos, Statistics said) {
        return new Moment.Heard(nanos, said, nanos, Facts.NONE);
    }

    private static Sample.End sum(String stateOfTheSilent) {
        Interval interval = new Interval(moment(SECOND, "ready"), moment(2 * SECOND, stateOfTheSilent));
        return Objects.requireNonNull(interval.sample(Instant.EPOCH, null).sum());
    }

    @Test
    void aHostThatDidNotAnswerLeavesTheRatesOfAllUnknown() {
        assertThat(sum("ready").perSecond()).isNull();
        assertThat(sum("ready").micros()).isNull();
        assertThat(sum("ready").cpus()).isNull();
    }

    @Test
    void aHostThatIsLostIsNotWaitedFor() {
        assertThat(sum("lost").perSecond()).isNotNull();
        assertThat(sum("lost").micros()).isNotNull();
    }

    /** One host, which has an agent at first. */
    private static Moment alone(long nanos, String state, Statistics said) {
        return new Moment(Instant.EPOCH, nanos, Map.of("one", state), null, null, Map.of("one", heard(nanos, said)));
    }

    /** What the agent had said last was more than what its host had heard before: the difference is no rate. */
    @Test
    void ofALostHostItsCountsAreKnownAndNothingElse() {
        Statistics left =
                Statistics.of(new Snapshot(100, 0, 3, 0, 0, 40, 40, 0, new TreeMap<>()).afterLoss("agent lost"));
        Sample sample = new Interval(alone(SECOND, "ready", AT_WORK), alone(2 * SECOND, "lost", left))
                .sample(Instant.EPOCH, null);

        for (Sample.End end : new Sample.End[] {sample.hosts().get("one"), sample.sum()}) {
            assertThat(Objects.requireNonNull(end).established()).isZero();
            assertThat(end.lost()).isEqualTo(100);
            assertThat(end.failed()).isEqualTo(3);
            assertThat(end.attempted()).isNull();
            assertThat(end.missed()).isNull();
            assertThat(end.perSecond()).isNull();
            assertThat(end.micros()).isNull();
            assertThat(end.tcp()).isNull();
            assertThat(end.process()).isNull();
            assertThat(end.residentBytes()).isNull();
        }
    }

    /** Connections that it opened before it was asked for the first time are not left out. */
    @Test
    void anAgentThatHasBegunSinceHasDoneAllOfItMeanwhile() {
        Moment without = new Moment(Instant.EPOCH, SECOND, Map.of("one", "starting"), null, null, Map.of());
        Moment silent = new Moment(Instant.EPOCH, SECOND, Map.of("one", "ready"), null, null, Map.of());
        Moment then = alone(3 * SECOND, "ready", AT_WORK);

        Sample.End sum = new Interval(without, then).sample(Instant.EPOCH, null).sum();

        assertThat(Objects.requireNonNull(sum).perSecond()).isEqualTo(new Sample.PerSecond(51.5, 1.5, 0, 25, 25));
        assertThat(Objects.requireNonNull(new Interval(silent, then)
                                .sample(Instant.EPOCH, null)
                                .sum())
                        .perSecond())
                .isNull();
    }

    private static Moment.Heard heard(long nanos, Counted counted) {
        return new Moment.Heard(nanos, counted, nanos, Facts.NONE);
    }

    private static Moment.Heard agent(long nanos, long agent, Snapshot before, Statistics its) {
        return heard(nanos, new Counted(Statistics.of(before).plus(its), before, agent));
    }

    private static Statistics timed(long pings, long attempted, long upNanos) {
        return new Statistics(
                new Snapshot(10, 0, 0, 0, 0, pings, pings, 0, new TreeMap<>()),
                attempted,
                0,
                Statistics.Unanswered.NONE,
                Statistics.Times.NONE,
                Statistics.NONE.tcp(),
                new ProcessLoad(1, upNanos, upNanos / 10, upNanos, 0, 0, 0, 1000, 0, 5000),
                new TreeMap<>());
    }

    private static final Snapshot LEFT =
            new Snapshot(100, 0, 3, 0, 0, 5000, 5000, 0, new TreeMap<>()).afterLoss("agent lost");

    /** Its host was seen while it started, or lost, or neither; its first agent had been there for longer, or less long. */
    @Test
    void ofANewAgentNothingCountsThatTheLostOneHadDone() {
        long now = 4 * SECOND;
        Moment after = new Moment(
                Instant.EPOCH,
                now,
                Map.of("one", "ready"),
                null,
                null,
                Map.of("one", agent(now, 2, LEFT, timed(20, 10, SECOND))));
        Moment starting = new Moment(Instant.EPOCH, 2 * SECOND, Map.of("one", "starting"), null, null, Map.of());
        Moment lost = alone(2 * SECOND, "lost", Statistics.of(LEFT));

        for (Moment before : List.of(starting, lost, first(9 * SECOND), first(SECOND / 2))) {
            Sample.End one = Objects.requireNonNull(new Interval(before, after)
                    .sample(Instant.EPOCH, null)
                    .hosts()
                    .get("one"));
            assertThat(one.perSecond()).isEqualTo(new Sample.PerSecond(5, 0, 0, 10, 10));
            assertThat(one.cpus()).isEqualTo(0.1);
            assertThat(one.counters()).isNull();
            assertThat(one.pings()).as("its host's counts go on").isEqualTo(5020);
            assertThat(one.lost()).isEqualTo(100);
        }
    }

    /** The first agent, which was heard of last and had said more than its host had heard when it was lost. */
    private static Moment first(long upNanos) {
        return new Moment(
                Instant.EPOCH,
                2 * SECOND,
                Map.of("one", "ready"),
                null,
                null,
                Map.of("one", agent(2 * SECOND, 1, Snapshot.NONE, timed(5100, 103, upNanos))));
    }

    @Test
    void fromItsSecondMomentOnANewAgentIsComparedWithItself() {
        Moment.Heard then = agent(SECOND, 2, LEFT, timed(20, 10, SECOND));
        Moment.Heard now = agent(2 * SECOND, 2, LEFT, timed(26, 10, 2 * SECOND));
        Sample.End one = Objects.requireNonNull(new Interval(
                        new Moment(Instant.EPOCH, SECOND, Map.of("one", "ready"), null, null, Map.of("one", then)),
                        new Moment(Instant.EPOCH, 2 * SECOND, Map.of("one", "ready"), null, null, Map.of("one", now)))
                .sample(Instant.EPOCH, null)
                .hosts()
                .get("one"));
        assertThat(one.perSecond()).isEqualTo(new Sample.PerSecond(0, 0, 0, 6, 6));
    }

    @Test
    void whatTheSumCannotKnowOfALostHostIsUnknown() {
        assertThat(sum("lost").attempted()).isNull();
        assertThat(sum("lost").process()).isNotNull();
    }

    @Test
    void withoutAnAgentTheServerHoldsWhatNoHostHas() {
        Moment now =
                new Moment(Instant.EPOCH, SECOND, Map.of("one", "stopped"), null, heard(SECOND, AT_WORK), Map.of());
        assertThat(new Interval(null, now).sample(Instant.EPOCH, null).difference())
                .isEqualTo(-100);
    }
}
