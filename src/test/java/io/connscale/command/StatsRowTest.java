package io.connscale.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.connscale.stats.ProcessLoad;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StatsRowTest {
    private static StatsRow row(String name, long pongs, double seconds) {
        ProcessLoad up = new ProcessLoad(1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
        Statistics then = Statistics.of(up, Map.of());
        Statistics now = then.plus(Statistics.of(new Snapshot(0, 0, 0, 0, 0, pongs, pongs, 0, new TreeMap<>())));
        return StatsRow.of(name, then, now, seconds, true);
    }

    /** An agent that answered late was looked at for longer: its count is of more seconds. */
    @Test
    void aSumAddsRatesAndNotCountsOverUnequalTimes() {
        StatsRow sum = row("a", 1000, 1).plus(row("b", 3000, 3)).plus(row("c", 500, 0.5));
        assertThat(sum.perSecond(last -> last.counts().pongs())).isCloseTo(3000, within(1e-6));
        assertThat(sum.last().counts().pongs()).isEqualTo(4500);
        assertThat(sum.parts()).extracting(StatsRow::name).containsExactly("a", "b", "c");
    }

    @Test
    void oneThatWasHeardOfForTheFirstTimeHasNoRateYet() {
        StatsRow sum = row("a", 1000, 1).plus(row("b", 700, 0));
        assertThat(sum.perSecond(last -> last.counts().pongs())).isCloseTo(1000, within(1e-6));
    }
}
