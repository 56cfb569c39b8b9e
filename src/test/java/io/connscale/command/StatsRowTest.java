package io.connscale.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.connscale.control.Json;
import io.connscale.stats.Counted;
import io.connscale.stats.Distribution;
import io.connscale.stats.ProcessLoad;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StatsRowTest {
    private static StatsRow.OfHost row(String name, long pongs, double seconds) {
        ProcessLoad up = new ProcessLoad(1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
        Statistics then = Statistics.of(up, Map.of());
        Statistics now = then.plus(Statistics.of(new Snapshot(0, 0, 0, 0, 0, pongs, pongs, 0, new TreeMap<>())));
        return StatsRow.host(name, Counted.of(then), Counted.of(now), seconds, true);
    }

    @Test
    void whatWasNeverTimedHasNoPercentiles() {
        String json = Json.line(StatsRow.Json.Times.of(Distribution.NONE));
        assertThat(json).startsWith("{\"count\":0,\"mean\":null,\"p50\":null,").contains("\"max\":null");
    }

    /** An agent that answered late was looked at for longer: its count is of more seconds. */
    @Test
    void aSumAddsRatesAndNotCountsOverUnequalTimes() {
        StatsRow sum = StatsRow.Sum.of(List.of(row("a", 1000, 1), row("b", 3000, 3), row("c", 500, 0.5)));
        assertThat(sum.perSecond(last -> last.counts().pongs())).isCloseTo(3000, within(1e-6));
        assertThat(sum.last().counts().pongs()).isEqualTo(4500);
        assertThat(sum.seconds()).isEqualTo(3);
    }

    @Test
    void oneThatWasHeardOfForTheFirstTimeHasNoRateYet() {
        StatsRow sum = StatsRow.Sum.of(List.of(row("a", 1000, 1), row("b", 700, 0)));
        assertThat(sum.perSecond(last -> last.counts().pongs())).isCloseTo(1000, within(1e-6));
    }

    /** A host that lost its agent between the two readings and was started again: {@code stats --over}, and each tick of {@code watch}. */
    @Test
    void ofANewAgentNothingCountsThatTheLostOneHadDone() {
        Snapshot before = new Snapshot(0, 0, 0, 7, 0, 5000, 5000, 0, new TreeMap<>());
        Statistics its = Statistics.of(new ProcessLoad(1, 5, 0, 0, 0, 0, 0, 0, 0, 0), Map.of())
                .plus(Statistics.of(new Snapshot(1, 0, 0, 0, 0, 20, 20, 0, new TreeMap<>())));
        Statistics old = Statistics.of(new ProcessLoad(1, 9, 0, 0, 0, 0, 0, 0, 0, 0), Map.of());
        Counted now = new Counted(its.plus(Statistics.of(before)), before, 2);
        StatsRow.OfHost host = StatsRow.host("a", new Counted(old, Snapshot.NONE, 1), now, 2, true);
        assertThat(host.perSecond(last -> last.counts().pongs())).isEqualTo(10);
        assertThat(host.all().counts().lost()).isZero();
        assertThat(host.all().counts().pings()).isEqualTo(20);
    }

    private static StatsRow.OfHost lost() {
        Statistics then = Statistics.of(new Snapshot(0, 0, 0, 0, 0, 40, 40, 0, new TreeMap<>()));
        Statistics left = Statistics.of(new Snapshot(0, 0, 3, 100, 0, 30, 30, 0, new TreeMap<>()));
        return StatsRow.host("gone", Counted.of(then), Counted.of(left), 1, false);
    }

    @Test
    void ofALostHostItsCountsAreKnownAndNothingElse() {
        assertThat(Json.line(StatsRow.Json.of(lost())))
                .isEqualTo("{\"established\":0,\"connecting\":0,\"failed\":3,\"lost\":100,\"stopped\":0,"
                        + "\"attempted\":null,\"pings\":30,\"pongs\":30,\"skipped\":0,\"missed\":null,\"errors\":{},"
                        + "\"perSecond\":null,\"micros\":null,\"tcp\":null,\"process\":null,\"unreliable\":[]}");
    }

    @Test
    void aSumWithALostHostHasTheRatesOfTheOthersAndDoesNotKnowWhatWasAttempted() {
        StatsRow sum = StatsRow.Sum.of(List.of(row("a", 1000, 1), lost()));
        assertThat(sum.rate(last -> last.counts().pongs())).isEqualTo(1000);
        StatsRow.Json json = StatsRow.Json.of(sum);
        assertThat(json.attempted()).isNull();
        assertThat(json.missed()).isNull();
        assertThat(Objects.requireNonNull(json.process()).processes()).isEqualTo(1);
        assertThat(StatsRow.Sum.of(List.of(lost(), lost()))
                        .rate(last -> last.counts().pongs()))
                .isNull();
    }

    private static Statistics holding(long connections, long residentBytes) {
        ProcessLoad load = new ProcessLoad(1, 1, 0, 0, 0, 0, 0, 0, 0, residentBytes);
        return Statistics.of(load, Map.of())
                .plus(Statistics.of(new Snapshot(connections, 0, 0, 0, 0, 0, 0, 0, new TreeMap<>())));
    }

    @Test
    void whatIsResidentIsSharedOutOverTheConnectionsThatAreUp() {
        Statistics four = holding(4, 1000);
        StatsRow.OfHost host = StatsRow.host("a", Counted.of(Statistics.NONE), Counted.of(four), 1, false);
        assertThat(host.bytesPerConnection()).isEqualTo(250);
        assertThat(Objects.requireNonNull(StatsRow.Json.of(host).process()).bytesPerConnection())
                .isEqualTo(250);
        assertThat(StatsRow.host("a", Counted.of(holding(1, 10)), Counted.of(four), 1, true)
                        .bytesPerConnection())
                .as("also of the last seconds: both are what is now")
                .isEqualTo(250);
        assertThat(StatsRow.host("a", Counted.of(Statistics.NONE), Counted.of(holding(0, 1000)), 1, false)
                        .bytesPerConnection())
                .isNull();
        assertThat(StatsRow.host(
                                "a", Counted.of(Statistics.NONE), Counted.of(holding(4, ProcessLoad.UNKNOWN)), 1, false)
                        .bytesPerConnection())
                .isNull();
    }
}
