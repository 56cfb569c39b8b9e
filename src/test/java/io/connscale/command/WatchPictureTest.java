package io.connscale.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.List;
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
        StatsRow.OfHost host = StatsRow.host("client1", Statistics.NONE, now, 1, true);
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
