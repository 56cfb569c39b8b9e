package io.connscale.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.stats.Statistics.Times;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    private static final long SECOND = 1_000_000_000;

    private static Snapshot counts(long established, long pings) {
        return new Snapshot(established, 0, 0, 0, 0, pings, pings, 0, new TreeMap<>());
    }

    private static Statistics after(long seconds, long established, long pings) {
        ProcessLoad used = new ProcessLoad(1, seconds * SECOND, SECOND, 0, 0, 0, 0, 1, 1, 1);
        return Statistics.of(used, Map.of("m", new MachineLoad(2, 100, 50, 0, 1, 1000, 500)))
                .plus(Statistics.of(counts(established, pings)));
    }

    /** A worker that is lost takes nothing back of what has been counted: an interval is never below zero, nor all since the begin. */
    @Test
    void whatALostProcessHadCountedStays() {
        Statistics before = after(10, 5, 100).plus(after(10, 7, 200));
        Statistics left = after(10, 7, 200).afterLoss(counts(7, 201), "worker lost");
        Statistics interval = after(11, 5, 105).plus(left).since(before);
        assertThat(interval.counts().pings()).isEqualTo(6);
        assertThat(interval.counts().lost()).isEqualTo(7);
        assertThat(interval.counts().established()).isEqualTo(5);
        assertThat(interval.process().upNanos()).isEqualTo(SECOND);
        assertThat(left.process().processes()).isZero();
        assertThat(left.process().residentBytes()).isZero();
        assertThat(left.machines()).isEmpty();
    }

    @Test
    void ofAnAgentThatIsGoneTheCountsAloneAreCompared() {
        Statistics interval = Statistics.of(counts(0, 104)).since(after(10, 5, 100));
        assertThat(interval.counts().pings()).isEqualTo(4);
        assertThat(interval.times()).isEqualTo(Times.NONE);
    }

    @Test
    void ofANewProcessInItsPlaceEverythingIsNew() {
        assertThat(after(1, 3, 3).since(after(10, 5, 100)).counts().pings()).isEqualTo(3);
    }

    @Test
    void whatIsUnknownOfOneProcessIsUnknownOfAll() {
        ProcessLoad known = new ProcessLoad(1, 1, 0, 0, 0, 0, 0, 0, 0, 5);
        ProcessLoad unknown = new ProcessLoad(1, 1, 0, 0, 0, 0, 0, 0, 0, ProcessLoad.UNKNOWN);
        assertThat(known.plus(unknown).residentBytes()).isEqualTo(ProcessLoad.UNKNOWN);
        assertThat(unknown.plus(ProcessLoad.ofLoop(1, 1)).residentBytes()).isEqualTo(ProcessLoad.UNKNOWN);
        assertThat(known.plus(ProcessLoad.ofLoop(1, 1)).residentBytes()).isEqualTo(5);
    }
}
