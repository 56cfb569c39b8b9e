package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a missing Pong ends a connection, and what a loop that was held up does. Times are of a clock in our hands. */
class PingRingTimeoutTest {
    private static final long SECOND = 1_000_000_000;
    private static final long INTERVAL = 5 * SECOND;

    @ParameterizedTest
    @ValueSource(longs = {1, SECOND, INTERVAL - 1, INTERVAL, INTERVAL + 1, 3 * INTERVAL})
    void aMissingPongEndsTheConnectionExactlyATimeoutAfterItsPing(long timeout) {
        RingRun run = new RingRun(INTERVAL, timeout);
        RingRun.Node node = run.add();
        run.runTo(10 * INTERVAL, List.of());
        assertThat(node.pings).hasSize(1);
        assertThat(node.timeouts).containsExactly(node.pings.get(0) + timeout);
    }

    @ParameterizedTest
    @ValueSource(longs = {SECOND, INTERVAL})
    void aTimeoutOfNoMoreThanTheIntervalComesBeforeTheNextPing(long timeout) {
        RingRun run = new RingRun(INTERVAL, timeout);
        run.add(100);
        run.runTo(3 * INTERVAL, List.of());
        assertThat(run.ring.skipped()).isZero();
        assertThat(run.ring.size()).isZero();
    }

    @Test
    void aPongInTimeKeepsTheConnection() {
        RingRun run = new RingRun(INTERVAL, SECOND);
        RingRun.Node node = run.add();
        run.runTo(run.ring.due(), List.of());
        long pinged = run.now;
        run.runTo(pinged + SECOND - 1, List.of());
        run.answer(List.of(node));
        run.runTo(pinged + INTERVAL, List.of());
        assertThat(node.timeouts).isEmpty();
        assertThat(node.pings).containsExactly(pinged, pinged + INTERVAL);
    }

    @Test
    void whileAPongIsMissingNoFurtherPingIsSent() {
        RingRun run = new RingRun(INTERVAL, 10 * INTERVAL);
        RingRun.Node node = run.add();
        run.runTo(4 * INTERVAL, List.of());
        assertThat(node.pings).hasSize(1);
        assertThat(run.ring.skipped()).isEqualTo(3);
        run.answer(List.of(node));
        run.runTo(5 * INTERVAL, List.of(node));
        assertThat(node.pings).containsExactly(node.pings.get(0), node.pings.get(0) + 4 * INTERVAL);
    }

    @Test
    void aNewTimeoutHoldsForPingsOnTheirWay() {
        RingRun run = new RingRun(INTERVAL, 10 * INTERVAL);
        RingRun.Node node = run.add();
        run.runTo(run.ring.due(), List.of());
        run.ring.timeout(SECOND);
        assertThat(run.ring.due()).isEqualTo(node.pings.get(0) + SECOND);
        run.runTo(run.now + INTERVAL, List.of());
        assertThat(node.timeouts).containsExactly(node.pings.get(0) + SECOND);
    }

    @Test
    void aTimeoutThatIsShortenedBelowWhatHasPassedEndsTheConnectionAtOnce() {
        RingRun run = new RingRun(INTERVAL, 10 * INTERVAL);
        RingRun.Node node = run.add();
        run.runTo(4 * INTERVAL, List.of());
        run.ring.timeout(SECOND);
        run.runTo(run.now, List.of());
        assertThat(node.timeouts).containsExactly(4 * INTERVAL);
    }

    @ParameterizedTest
    @ValueSource(longs = {SECOND / 10, 60 * SECOND})
    void aNewIntervalDoesNotMoveTheTimeout(long changed) {
        RingRun run = new RingRun(INTERVAL, 2 * SECOND);
        RingRun.Node node = run.add();
        run.runTo(run.ring.due(), List.of());
        run.ring.interval(changed, run.now);
        run.runTo(run.now + INTERVAL, List.of());
        assertThat(node.timeouts).containsExactly(node.pings.get(0) + 2 * SECOND);
    }

    @Test
    void thoseInWaitEndInTheOrderOfTheirPings() {
        RingRun run = new RingRun(INTERVAL, SECOND);
        List<RingRun.Node> nodes = run.add(1000);
        run.runTo(2 * INTERVAL, List.of());
        assertThat(nodes).allSatisfy(node -> assertThat(node.timeouts).containsExactly(node.pings.get(0) + SECOND));
    }

    @Test
    void aLoopThatWasHeldUpEndsOnlyWhatWaitedTwiceTheTimeout() {
        RingRun run = new RingRun(INTERVAL, SECOND);
        RingRun.Node node = run.add();
        run.runTo(run.ring.due(), List.of());
        run.ring.advance(run.now + 2 * SECOND - 1, true); // the Pong may lie in the kernel, unread
        assertThat(node.timeouts).isEmpty();
        run.ring.advance(run.now + 2 * SECOND, true);
        assertThat(node.timeouts).hasSize(1);
    }

    @Test
    void aPingThatLeavesLateGivesItsPongTheWholeTimeout() {
        RingRun run = new RingRun(INTERVAL, SECOND);
        List<RingRun.Node> nodes = run.add(100);
        run.now = 4 * SECOND; // stopped until here: many were due longer ago than the timeout
        run.ring.advance(run.now, true);
        long sent = run.now;
        run.runTo(sent + SECOND - 1, List.of());
        assertThat(nodes).allMatch(node -> node.timeouts.isEmpty());
        run.runTo(sent + SECOND, List.of());
        assertThat(nodes)
                .filteredOn(node -> node.pings.contains(sent))
                .hasSizeGreaterThan(70)
                .allMatch(node -> node.timeouts.contains(sent + SECOND));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 1000})
    void whoeverMissedRoundsIsPingedOnceAndTheRestIsCountedAsLate(int rounds) {
        RingRun run = new RingRun(INTERVAL, SECOND);
        List<RingRun.Node> nodes = run.add(500);
        run.runTo(INTERVAL, nodes);
        assertThat(nodes).allMatch(node -> node.pings.size() == 1);
        run.now = INTERVAL + rounds * INTERVAL;
        run.ring.advance(run.now, true);
        assertThat(nodes).allMatch(node -> node.pings.size() == 2);
        assertThat(run.ring.skipped()).isEqualTo(500L * (rounds - 1));
        assertThat(nodes) // its round trip counts from the first that it missed
                .allMatch(node -> node.due >= INTERVAL && node.due <= 2 * INTERVAL);
        run.answer(nodes);
        run.runTo(run.now + INTERVAL, nodes);
        assertThat(nodes).allMatch(node -> node.due >= run.now - INTERVAL);
    }

    @Test
    void whoCameAfterAStandstillMissedNothing() {
        RingRun run = new RingRun(INTERVAL, SECOND);
        run.add(10);
        run.now = 100 * INTERVAL;
        List<RingRun.Node> late = run.add(100);
        run.runTo(102 * INTERVAL, late);
        assertThat(late).allMatch(node -> node.due >= 100 * INTERVAL);
    }
}
