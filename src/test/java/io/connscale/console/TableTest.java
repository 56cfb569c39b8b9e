package io.connscale.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Tables on screens that are too narrow for them. */
class TableTest {
    private static final Table WORDS = new Table(
            List.of("command", "description"),
            List.of(
                    List.of("count [HOST...]", "Connections at the server and at each host, side by side"),
                    List.of("exit", "Leave")));

    private static final Table NUMBERS = new Table(
            List.of("", "established", "connecting", "failed", "lost"),
            List.of(List.of("server", 10_000, "", "", ""), List.of("client1", 9_000, 0, 12, 0)));

    @Test
    void wordsOfTheLastColumnGoOnBelowIt() {
        assertThat(WORDS.lines(50))
                .containsExactly(
                        "command          description",
                        "count [HOST...]  Connections at the server and at",
                        "                 each host, side by side",
                        "exit             Leave");
    }

    private static Table hosts(int count, Function<Integer, List<Object>> cells) {
        List<List<Object>> rows = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            List<Object> row = new ArrayList<>(List.of("node" + i));
            row.addAll(cells.apply(i));
            rows.add(row);
        }
        return new Table(List.of("host", "launched", "established", "state"), rows);
    }

    @Test
    void hostsWithEqualCellsAreOneRow() {
        Table table = hosts(200, i -> List.of("ssh node" + i + ":22", 100L, i == 7 ? "lost" : "ready"));
        assertThat(table.folded().lines())
                .containsExactly(
                        "host             hosts  launched       established  state",
                        "node[1-6,8-200]    199  ssh {host}:22          100  ready",
                        "node7                1  ssh node7:22           100  lost");
        assertThat(hosts(10, i -> List.of("local", 100L, "ready")).folded().rows())
                .hasSize(10);
    }

    @Test
    void numbersThatAllDifferAreARange() {
        assertThat(hosts(200, i -> List.of("local", 1000L + i, "ready"))
                        .folded()
                        .lines())
                .containsExactly(
                        "host         hosts  launched  established  state",
                        "node[1-200]    200  local     1,001–1,200  ready");
    }

    @Test
    void aBlankIsUnknownAndNotInARange() {
        assertThat(hosts(200, i -> List.of("local", i == 7 ? "" : 1000L + i, "ready"))
                        .folded()
                        .rows())
                .containsExactly(
                        List.of("node[1-6,8-200]", 199L, "local", "1,001–1,200", "ready"),
                        List.of("node7", 1L, "local", "", "ready"));
    }

    @Test
    void whatDiffersInAllIsCut() {
        List<String> lines =
                hosts(200, i -> List.of("x" + i, 1L, "ready")).folded().lines();
        assertThat(lines).hasSize(27);
        assertThat(lines.get(26)).startsWith("node[26-200]    175  …");
    }

    @Test
    void onAVeryNarrowScreenTheyStandBelowTheRow() {
        assertThat(WORDS.lines(38))
                .containsExactly(
                        "command",
                        "    description",
                        "count [HOST...]",
                        "    Connections at the server and at",
                        "    each host, side by side",
                        "exit",
                        "    Leave");
    }

    @Test
    void whatFitsStaysAsItIs() {
        assertThat(WORDS.lines(80)).isEqualTo(WORDS.lines()).hasSize(3);
        assertThat(NUMBERS.lines(46)).isEqualTo(NUMBERS.lines());
    }

    @Test
    void furtherColumnsFollowInATableOfTheirOwn() {
        assertThat(NUMBERS.lines(33))
                .containsExactly(
                        "         established  connecting",
                        "server        10,000",
                        "client1        9,000           0",
                        "",
                        "         failed  lost",
                        "server",
                        "client1      12     0");
    }

    @Test
    void aRowThatTwoCellsTellIsToldByBoth() {
        Table times = new Table(
                List.of("", "µs", "count", "p50"),
                List.of(List.of("client1", "connect", 1_000, 10), List.of("client1", "round trip", 2_000, 20)));
        assertThat(times.lines(28))
                .containsExactly(
                        "         µs          count",
                        "client1  connect     1,000",
                        "client1  round trip  2,000",
                        "",
                        "         µs          p50",
                        "client1  connect      10",
                        "client1  round trip   20");
    }

    @Test
    void aWordForANumberStandsWhereTheNumberWould() {
        Table table =
                new Table(List.of("", "established"), List.of(List.of("server", "stopped"), List.of("client1", 5)));
        assertThat(table.lines())
                .containsExactly("         established", "server       stopped", "client1            5");
    }
}
