package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The schedule: who is pinged when. Times are nanoseconds of a clock that the test moves. */
class PingRingTest {
    private static final long SECOND = 1_000_000_000;
    private static final long INTERVAL = 5 * SECOND;
    private static final long TIMEOUT = 3 * SECOND;
    /** A slot: phases are not kept finer than that. */
    private static final long GRAIN = INTERVAL / PingRing.SLOTS + 1;

    private final RingRun run = new RingRun(INTERVAL, TIMEOUT);

    @Test
    void theFirstPingComesWithinTheFirstInterval() {
        List<RingRun.Node> nodes = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            run.runTo(run.now + i * 7_919_333L, nodes);
            long added = run.now;
            RingRun.Node node = run.add();
            nodes.add(node);
            run.runTo(added + INTERVAL, nodes);
            assertThat(node.pings).isNotEmpty();
            assertThat(node.pings.get(0)).isBetween(added, added + INTERVAL);
        }
    }

    @Test
    void thenAPingComesEachInterval() {
        List<RingRun.Node> nodes = run.add(50);
        run.runTo(10 * INTERVAL, nodes);
        assertThat(nodes)
                .allSatisfy(node ->
                        assertThat(gaps(node)).hasSizeGreaterThanOrEqualTo(9).containsOnly(INTERVAL));
        assertThat(run.ring.skipped()).isZero();
    }

    /** However many Pongs each has had, and whether it waits for another. */
    @Test
    void knowsHowManyHaveHadAPong() {
        RingRun run = new RingRun(INTERVAL, 100 * INTERVAL);
        List<RingRun.Node> nodes = run.add(5);
        nodes.get(0).answers = false;
        run.runTo(2 * INTERVAL, nodes);
        assertThat(run.ring.unanswered(run.now).count()).isEqualTo(1);
        assertThat(run.ring.unanswered(run.now).answered()).isEqualTo(4);
        nodes.get(1).answers = false;
        run.runTo(4 * INTERVAL, nodes);
        run.ring.remove(nodes.get(2));
        assertThat(run.ring.unanswered(run.now).answered()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 1000, 10_000})
    void pingsAreSpreadEvenly(int count) {
        List<RingRun.Node> nodes = run.add(count);
        assertThat(mostInAFiftieth(nodes, INTERVAL)).isLessThanOrEqualTo(fairShare(count));
    }

    @ParameterizedTest
    @ValueSource(ints = {10_000, 18_000, 30_000, 70_000})
    void aboutAsManyLeaveAtOneTimeWhateverTheNumber(int count) {
        List<RingRun.Node> nodes = run.add(count);
        run.runTo(2 * INTERVAL, nodes);
        Stream<Long> lastPings = nodes.stream().map(node -> node.pings.get(node.pings.size() - 1));
        assertThat(count / lastPings.distinct().count()).isBetween(10L, 20L);
    }

    @Test
    void pingsStaySpreadWhenTheOldestOrTheYoungestLeave() {
        List<RingRun.Node> nodes = run.add(10_000);
        nodes.subList(0, 4000).forEach(run.ring::remove);
        nodes.subList(8000, 10_000).forEach(run.ring::remove);
        List<RingRun.Node> left = nodes.subList(4000, 8000);
        assertThat(run.ring.size()).isEqualTo(4000);
        assertThat(mostInAFiftieth(left, INTERVAL)).isLessThanOrEqualTo(fairShare(4000));
    }

    @Test
    void connectionsAddedWhileTimePassesAreSpreadToo() {
        List<RingRun.Node> nodes = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            run.runTo(run.now + 2_000_000, nodes);
            nodes.add(run.add());
        }
        assertThat(mostInAFiftieth(nodes, INTERVAL)).isLessThanOrEqualTo(fairShare(1000));
    }

    @Test
    void othersKeepTheirPhaseWhileConnectionsComeAndGo() {
        List<RingRun.Node> nodes = run.add(20);
        for (int i = 0; i < 500; i++) {
            run.runTo(run.now + 31_000_000, nodes);
            RingRun.Node passing = run.add();
            if (i % 2 == 0) {
                run.ring.remove(passing);
            }
            passing.answers = false; // it times out: one more way to go
        }
        assertThat(nodes)
                .allSatisfy(node ->
                        assertThat(gaps(node)).hasSizeGreaterThanOrEqualTo(2).containsOnly(INTERVAL));
    }

    @Test
    void aConnectionThatEndsWhileItIsPingedLeavesAndAllOthersArePinged() {
        RingRun patient = new RingRun(INTERVAL, 2 * INTERVAL);
        List<RingRun.Node> nodes = patient.add(3 * PingRing.SLOTS); // three in each slot
        for (int i = 0; i < nodes.size(); i++) {
            nodes.get(i).fails = i % 2 == 0;
        }
        patient.runTo(INTERVAL, List.of());
        assertThat(nodes).allSatisfy(node -> assertThat(node.pings).hasSize(1));
        assertThat(patient.ring.size()).isEqualTo(nodes.size() / 2);
        assertThat(nodes).filteredOn(node -> node.fails).allMatch(node -> node.slot < 0 && !node.awaiting);
    }

    @Test
    void removingTwiceOrWhatWasNeverInDoesNothing() {
        RingRun.Node node = run.add();
        run.ring.remove(run.new Node());
        run.ring.remove(node);
        run.ring.remove(node);
        assertThat(run.ring.size()).isZero();
        assertThat(run.ring.due()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whoWasRemovedIsNeitherPingedNorTimedOut() {
        RingRun.Node node = run.add();
        run.runTo(INTERVAL, List.of());
        assertThat(node.awaiting).isTrue();
        run.ring.remove(node);
        run.runTo(4 * INTERVAL, List.of());
        assertThat(node.pings).hasSize(1);
        assertThat(node.timeouts).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {SECOND / 10, SECOND, 20 * SECOND})
    void aNewIntervalKeepsThePingsEvenAndLetsNobodyWaitLonger(long changed) {
        List<RingRun.Node> nodes = run.add(1000);
        run.runTo(2 * INTERVAL + INTERVAL / 3, nodes);
        run.ring.interval(changed, run.now);
        long at = run.now;
        run.runTo(at + 3 * Math.max(changed, INTERVAL), nodes);
        long longest = Math.max(changed, INTERVAL) + 2;
        assertThat(nodes).allSatisfy(node -> assertThat(gaps(node)).allMatch(gap -> gap <= longest));
        assertThat(nodes).allSatisfy(node -> assertThat(lastGap(node)).isBetween(changed - 2, changed + 2));
        assertThat(mostInAFiftieth(nodes, changed)).isLessThanOrEqualTo(fairShare(1000));
    }

    @Test
    void anIntervalThatIsSetAgainAndAgainStillLetsPingsLeave() {
        List<RingRun.Node> nodes = run.add(100);
        for (long t = 0; t < 2 * INTERVAL; t += SECOND / 100) {
            run.runTo(t, nodes);
            run.ring.interval(INTERVAL, t);
        }
        assertThat(nodes).allSatisfy(node -> assertThat(node.pings).hasSizeGreaterThanOrEqualTo(1));
        assertThat(nodes).allSatisfy(node -> assertThat(gaps(node)).allMatch(gap -> Math.abs(gap - INTERVAL) < GRAIN));
    }

    @Test
    void afterHoursWithNobodyTheFirstOneIsPingedWithinAnInterval() {
        run.now = 7 * 3600 * SECOND + 123_456_789;
        List<RingRun.Node> nodes = run.add(10);
        long added = run.now;
        run.runTo(added + INTERVAL, nodes);
        assertThat(nodes).allSatisfy(node -> assertThat(node.pings).hasSize(1));
        assertThat(run.ring.skipped()).isZero();
    }

    @Test
    void theClockMayPassItsLargestValue() {
        RingRun late = new RingRun(7, INTERVAL, TIMEOUT, -INTERVAL / 2); // nanoTime may be negative
        List<RingRun.Node> nodes = late.add(100);
        late.runTo(3 * INTERVAL, nodes);
        assertThat(nodes).allSatisfy(node -> assertThat(gaps(node)).containsOnly(INTERVAL));
    }

    @ParameterizedTest
    @CsvSource({"12000, 1", "60000, 4"})
    void neighbouringSlotsLeaveTogetherWhileTheyHoldFew(int count, int quarters) {
        RingRun patient = new RingRun(INTERVAL, 3 * INTERVAL);
        List<RingRun.Node> nodes = patient.add(count);
        patient.runTo(INTERVAL, List.of());
        long moments =
                nodes.stream().flatMap(node -> node.pings.stream()).distinct().count();
        long slots = PingRing.SLOTS / 4L * quarters;
        assertThat(moments).isBetween(slots - slots / 100, slots + 1);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "3100, 3", "20000, 8"})
    void whoWasOpenedNextToEachOtherSharesASlotWhereThereAreMany(int before, int neighbours) {
        run.add(before);
        run.add(neighbours); // what is left of the slot that was being given out
        List<RingRun.Node> nodes = run.add(80 * neighbours);
        long slots = nodes.stream().mapToInt(node -> node.slot).distinct().count();
        assertThat(slots).isBetween(80L, 81L);
    }

    @Test
    void whenSlotsFillUpNobodyIsPingedMuchSoonerOrLater() {
        RingRun patient = new RingRun(INTERVAL, INTERVAL / 2);
        List<RingRun.Node> nodes = new ArrayList<>(patient.add(30_000));
        patient.runTo(INTERVAL + INTERVAL / 3, nodes);
        nodes.addAll(patient.add(10_000));
        patient.runTo(3 * INTERVAL, nodes);
        nodes.subList(5_000, 40_000).forEach(patient.ring::remove);
        List<RingRun.Node> left = nodes.subList(0, 5_000);
        patient.runTo(6 * INTERVAL, left);
        assertThat(left)
                .allSatisfy(node -> assertThat(gaps(node))
                        .hasSizeGreaterThanOrEqualTo(5)
                        .allMatch(gap -> Math.abs(gap - INTERVAL) < PingRing.MAX_TOGETHER * GRAIN));
        assertThat(patient.ring.skipped()).isZero();
    }

    private static List<Long> gaps(RingRun.Node node) {
        List<Long> gaps = new ArrayList<>();
        for (int i = 1; i < node.pings.size(); i++) {
            gaps.add(node.pings.get(i) - node.pings.get(i - 1));
        }
        return gaps;
    }

    private static long lastGap(RingRun.Node node) {
        List<Long> gaps = gaps(node);
        return gaps.get(gaps.size() - 1);
    }

    /** Pings in a fiftieth of the interval, and a few for where its ends fall: at each there may be slots that leave together. */
    private static int fairShare(int count) {
        return count / 50 + 4 + PingRing.MAX_TOGETHER * count / PingRing.SLOTS;
    }

    /** Over the next interval. */
    private int mostInAFiftieth(List<RingRun.Node> nodes, long interval) {
        long from = run.now;
        run.runTo(from + interval, nodes);
        int[] buckets = new int[51];
        Predicate<Long> recent = ping -> ping > from;
        Stream<Long> pings = nodes.stream().flatMap(node -> node.pings.stream()).filter(recent);
        pings.forEach(ping -> buckets[(int) ((ping - from) * 50 / interval)]++);
        assertThat(Arrays.stream(buckets).sum()).isGreaterThanOrEqualTo(nodes.size() - fairShare(nodes.size()));
        return Collections.max(Arrays.stream(buckets).boxed().toList());
    }
}
