package io.connscale.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.stats.Counted;
import io.connscale.stats.ProcessLoad;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code watch} draws on screens of several widths. */
class WatchPictureTest {
    private static List<String> lines(int columns) {
        return lines(columns, 40);
    }

    private static List<String> lines(int columns, int rows) {
        TreeMap<String, Long> errors = new TreeMap<>();
        for (String reason : List.of("ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EADDRNOTAVAIL", "EHOSTUNREACH")) {
            errors.put("connect " + reason, 12_345L);
        }
        Statistics now = Statistics.of(new Snapshot(10_000, 1_234, 61_725, 4_321, 0, 0, 0, 0, errors));
        StatsRow.OfHost host = StatsRow.host("client1", Counted.of(Statistics.NONE), Counted.of(now), 1, true);
        WatchPicture picture = new WatchPicture();
        picture.add(List.of(host, StatsRow.Sum.of(List.of(host))));
        return picture.lines(columns, rows, true);
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 60, 80, 120})
    void nothingIsWiderThanTheScreenAndNoNumberIsCut(int columns) {
        List<String> lines = lines(columns);
        assertThat(lines).allSatisfy(line -> assertThat(line.length()).isLessThan(columns));
        assertThat(lines).anySatisfy(line -> assertThat(line).matches("client1 +10,000( .*|)"));
        assertThat(String.join(" ", lines).replaceAll("\\s+", " "))
                .contains("connect ECONNRESET 12,345")
                .contains("connect ETIMEDOUT 12,345");
    }

    /** What makes numbers unreliable, and errors, are told whole. */
    @Test
    void onAShortScreenTheCurvesGoFirst() {
        assertThat(lines(80, 8)).hasSize(8).anySatisfy(line -> assertThat(line).startsWith("established "));
        assertThat(lines(80, 7)).hasSize(7).noneSatisfy(line -> assertThat(line).startsWith("established "));
        assertThat(lines(80, 24)).anySatisfy(line -> assertThat(line).startsWith("p99 µs "));
    }

    /** Hosts that are all too busy, with an error each. */
    private static List<String> ofTroubled(int hosts, int rows) {
        ProcessLoad busy = new ProcessLoad(1, 1000, 990, 1000, 990, 0, 0, 0, 0, 0);
        List<StatsRow> all = new ArrayList<>();
        List<StatsRow.OfHost> troubled = new ArrayList<>();
        for (int i = 1; i <= hosts; i++) {
            Snapshot counts = new Snapshot(100, 0, 3, 0, 0, 0, 0, 0, new TreeMap<>(Map.of("connect ECONNREFUSED", 3L)));
            Statistics now = Statistics.of(busy, Map.of()).plus(Statistics.of(counts));
            troubled.add(StatsRow.host("client" + i, Counted.of(Statistics.NONE), Counted.of(now), 1, false));
        }
        all.add(StatsRow.server(Statistics.NONE, Statistics.of(busy, Map.of()), 1, false));
        all.addAll(troubled);
        all.add(StatsRow.Sum.of(troubled));
        WatchPicture picture = new WatchPicture();
        picture.add(all);
        return picture.lines(80, rows, true);
    }

    @Test
    void manyWarningsLeaveHostsAndSumOnTheScreen() {
        List<String> lines = ofTroubled(10, 24);
        assertThat(lines).hasSize(24).anyMatch(line -> line.startsWith("sum  "));
        for (int i = 1; i <= 10; i++) {
            String row = "client" + i + "  ";
            assertThat(lines).anyMatch(line -> line.startsWith(row));
        }
        assertThat(lines).contains("client1: connect ECONNREFUSED 3");
        assertThat(lines.get(23)).matches("… and \\d+ more");
        long told =
                lines.stream().filter(line -> line.matches("client\\d+: .*")).count();
        assertThat(lines.get(23)).as("10 errors, 11 warnings").isEqualTo("… and " + (21 - told) + " more");
    }

    @Test
    void manyHostsLeaveWarningsAThirdOfTheScreen() {
        List<String> lines = ofTroubled(100, 24);
        assertThat(lines)
                .hasSize(24)
                .anyMatch(line -> line.startsWith("client4  "))
                .anyMatch(line -> line.startsWith("sum  "))
                .contains("client1: connect ECONNREFUSED 3");
    }

    @Test
    void onATallScreenAllWarningsAreTold() {
        List<String> lines = ofTroubled(10, 60);
        assertThat(lines).noneMatch(line -> line.startsWith("… and"));
        assertThat(lines).anyMatch(line -> line.startsWith("client10's numbers are unreliable"));
        assertThat(lines).anyMatch(line -> line.startsWith("p99 µs "));
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 8, 9, 10, 12, 16, 20, 24, 25, 30, 40, 50})
    void thePictureFitsTheScreen(int rows) {
        for (int hosts : new int[] {2, 3, 10, 100}) {
            assertThat(ofTroubled(hosts, rows).size()).isLessThanOrEqualTo(rows);
        }
    }

    @Test
    void aLostHostHasNoRates() {
        Statistics then = Statistics.of(new Snapshot(0, 0, 0, 0, 0, 40, 40, 0, new TreeMap<>()));
        Statistics left = Statistics.of(new Snapshot(0, 0, 3, 100, 0, 30, 30, 0, new TreeMap<>()));
        StatsRow.OfHost lost = StatsRow.host("gone", Counted.of(then), Counted.of(left), 1, false);
        WatchPicture picture = new WatchPicture();
        picture.add(List.of(lost));
        assertThat(picture.lines(120, 24, true))
                .anyMatch(line -> line.matches("gone +0 +0 +3 +100"))
                .anyMatch(line -> line.matches("attempts/s *"))
                .anyMatch(line -> line.matches("pongs/s *"));
        assertThat(picture.plain()).isEqualTo("0 established · 3 failed · 100 lost");
    }

    @Test
    void onANarrowScreenTheColumnsGoFirstThatTheCurvesShow() {
        assertThat(lines(120).get(1)).contains("attempts/s").endsWith("p99 µs");
        assertThat(lines(80).get(1))
                .doesNotContain("attempts/s")
                .contains("connecting")
                .endsWith("p99 µs");
        assertThat(lines(60).get(1))
                .doesNotContain("connecting")
                .contains("failed", "lost")
                .endsWith("p99 µs");
    }
}
