package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** From when a round trip counts: when its Ping was due by the schedule, also where it left later. */
class PingRingStartsTest {
    private static final long INTERVAL = 4_096_000;

    private final RingRun run = new RingRun(INTERVAL, 1_000_000_000);

    @Test
    void inTimeBothAreTheSame() {
        RingRun.Node node = run.add();
        run.now = run.ring.due();
        run.ring.advance(run.now, false);
        assertThat(node.due).isEqualTo(run.now);
        assertThat(node.left).isEqualTo(run.now);
    }

    @Test
    void heldUpTheSchedulesMomentCounts() {
        RingRun.Node node = run.add();
        long due = run.ring.due();
        run.now = due + 777_000;
        run.ring.advance(run.now, false);
        assertThat(node.pings).containsExactly(due + 777_000);
        assertThat(node.due).isEqualTo(due);
        assertThat(node.left).isEqualTo(due + 777_000);
    }

    @Test
    void eachRoundHasItsOwn() {
        RingRun.Node node = run.add();
        long due = run.ring.due();
        run.runTo(due + 3 * INTERVAL, List.of(node));
        assertThat(node.due).isEqualTo(due + 3 * INTERVAL);
    }

    @Test
    void pingsOnTheirWayAreCounted() {
        RingRun.Node node = run.add();
        run.now = run.ring.due();
        run.ring.advance(run.now, false);
        assertThat(run.ring.awaited()).isEqualTo(1);
        run.ring.answered(node);
        run.ring.answered(node);
        assertThat(run.ring.awaited()).isZero();
    }
}
