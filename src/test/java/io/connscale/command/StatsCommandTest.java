package io.connscale.command;

import static io.connscale.command.TypedLines.json;
import static io.connscale.command.TypedLines.table;
import static io.connscale.command.TypedLines.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.cluster.HostStatus.State;
import io.connscale.cluster.MiniCluster;
import io.connscale.command.TypedLines.Said;
import io.connscale.console.Answer.Format;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code stats} and {@code watch}, with real agents in this JVM. */
@Timeout(120)
class StatsCommandTest {
    private MiniCluster mini;

    @BeforeEach
    void start() throws Exception {
        mini = MiniCluster.of("client1", "client2").start();
        table(mini, "start all", "connections start 20 all");
    }

    @AfterEach
    void close() {
        mini.close();
    }

    @Test
    void inJsonThereIsEverything() {
        Said said = json(mini, "stats");
        assertThat(said.exit()).isZero();
        assertThat(said.out())
                .startsWith("{\"command\":\"stats\",\"ok\":true,\"result\":{\"server\":{\"established\":40,")
                .contains("\"sum\":{\"established\":40,", "\"hosts\":{\"client1\":{\"established\":20,")
                .contains("\"attempted\":20,", "\"micros\":{\"connect\":{\"count\":20,\"mean\":")
                .containsPattern(
                        "\"roundTrip\":\\{\"count\":[0-9]+,.*?\"p99.9\":[0-9]+,\"max\":[0-9]+,\"histogram\":\"HIST")
                .containsPattern("\"machines\":\\{\"[^\"]+\":\\{\"cpus\":");
    }

    @Test
    void asATableThereAreCountsPercentilesProcessesAndMachines() {
        String out = table(mini, "stats").out();
        assertThat(out)
                .containsPattern("server +40 ")
                .containsPattern("client1 +20 ")
                .containsPattern("sum +40 ")
                .containsPattern("client2 +connect +20 ")
                .containsPattern("sum +connect +40 ")
                .contains("heap MiB", "machine  ");
    }

    @Test
    void overATimeOnlyThatTimeCounts() {
        String out = table(mini, "stats --over 300ms client1").out();
        assertThat(out).containsPattern("client1 +20 +0 +0 +0 +0 +0 ").doesNotContain("connect  ", "client2", "server");
    }

    @Test
    void ofAStoppedHostThereIsNothing() {
        Said said = table(mini, "stop client2", "stats client2");
        assertThat(said.exit()).isZero();
        assertThat(said.out()).containsPattern("client2 +0 ");
    }

    @Test
    void ofALostHostWhatIsUnknownIsBlankAndInJsonNull() {
        mini.kill("client2");
        await().until(() -> mini.cluster().status("client2").state() == State.LOST);
        String out = table(mini, "stats").out();
        assertThat(out)
                .containsPattern("(?m)^client1 +20 +0 +0 +0 +0 +20 +")
                .containsPattern("(?m)^client2 +0 +0 +0 +20 +0 +\\d+ +\\d+ +0$")
                .containsPattern("(?m)^client2$");
        assertThat(json(mini, "stats").out())
                .containsPattern("\"client2\":\\{\"established\":0,[^}]*\"lost\":20,[^}]*\"attempted\":null,[^}]*"
                        + "\"missed\":null,\"errors\":\\{\"agent lost\":20},\"perSecond\":null,\"micros\":null,"
                        + "\"tcp\":null,\"process\":null");
    }

    @Test
    void watchWithoutATerminalIsALineATickAndTheLastStateAsAnswer() {
        Said said = json(mini, "watch --every 100ms --for 500ms");
        assertThat(said.err().lines()).isNotEmpty().noneMatch(line -> line.startsWith("0 established"));
        assertThat(said.last())
                .startsWith("{\"command\":\"watch --every 100ms --for 500ms\",\"ok\":true,\"result\":{\"server\":")
                .contains("\"sum\":{\"established\":40,");
        assertThat(said.out()).startsWith("{\"command\":\"watch\",\"tick\":1,\"result\":{\"at\":\"");
    }

    @Test
    void watchInCsvIsOneTableWithALineATick() {
        Said said = type(mini, Format.CSV, "watch --every 100ms --for 2s");
        List<String> lines = said.out().lines().toList();
        assertThat(lines).hasSizeGreaterThan(1);
        assertThat(lines.get(0)).startsWith("at,t,server,established,connecting,failed,lost,attempts_per_second,");
        assertThat(lines.subList(1, lines.size()))
                .allMatch(line -> line.matches("20\\d\\d-[^,]*Z,[0-9.]+,(40)?,(40)?,.*"));
        assertThat(type(mini, Format.CSV, "watch --every 100ms --for 300ms count")
                        .out()
                        .lines())
                .filteredOn(line -> line.startsWith("where") || line.contains("established"))
                .hasSizeLessThan(2);
    }

    @Test
    void watchSaysWhatStopsAnOrderWhileItIsCarriedOut() {
        Said said = json(
                mini,
                "server stop",
                "connections start 1000 client1 --rate 20 --no-wait", // 50 s
                "watch --every 100ms --for 10s");
        assertThat(said.err())
                .containsOnlyOnce("no server at")
                .contains("refused (ECONNREFUSED), the server is not running", "Start it: server start"); // of ports: 0
        json(mini, "connections stop all client1");
    }

    @Test
    void watchRepeatsAnyCommand() {
        Said said = json(mini, "watch --every 50ms --for 200ms count client1");
        assertThat(said.err()).contains("client1", "20");
        assertThat(said.last()).contains("\"hosts\":{\"client1\":{\"established\":20,");
        assertThat(table(mini, "watch watch").err()).contains("watch cannot be watched");
    }
}
