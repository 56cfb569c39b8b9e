package io.connscale.command;

import static io.connscale.command.TypedLines.json;
import static io.connscale.command.TypedLines.table;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.cluster.MiniCluster;
import io.connscale.console.Answer.Format;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code doctor} with real agents in this JVM: what it finds is this machine's. */
@Timeout(60)
class DoctorCommandTest {
    private MiniCluster mini;

    @BeforeEach
    void start() throws Exception {
        mini = MiniCluster.of("client1", "client2").start();
    }

    @AfterEach
    void close() {
        mini.close();
    }

    @Test
    void examinesTheServerAndTheHostsThatAreReady() {
        String answer = json(mini, "start client1", "doctor").last();
        assertThat(answer)
                .contains("\"client1\":{\"findings\":[", "\"server\":{\"findings\":[", "\"net.core.somaxconn\":")
                .doesNotContain("\"client2\"");
        assertThat(json(mini, "doctor client1").last()).doesNotContain("\"server\"");
    }

    @Test
    void everyHostHasALineAtLeast() {
        assertThat(table(mini, "start client1", "doctor").out())
                .containsPattern("(?m)^client1 +(net\\.|RLIMIT|fs\\.|nothing to report|memory)")
                .containsPattern("(?m)^server +(net\\.|RLIMIT|fs\\.|nothing to report|memory)");
    }

    @Test
    void aHostThatIsNotStartedIsNotExamined() {
        assertThat(table(mini, "doctor client2").err()).contains("client2 is stopped", "start client2 first");
    }

    @Test
    void valuesAreNumbersWithTheirUnitsInJsonAndCsv() {
        String json = json(mini, "start client1", "doctor client1").last();
        assertThat(json)
                .containsPattern("\"limit\":\"net.ipv4.ip_local_port_range\",\"values\":"
                        + "\\{\"ports\":[0-9]+,\"firstPort\":[0-9]+,\"lastPort\":[0-9]+},\"stops\":\"")
                .containsPattern("\"stopsAtConnections\":[0-9]+,\"fixNow\":\"")
                .doesNotContain("\"value\":");
        List<String> csv =
                TypedLines.type(mini, Format.CSV, "doctor").out().lines().toList();
        assertThat(csv.get(0))
                .isEqualTo(
                        "kind,name,limit,value,unit,in_use,stops_at_connections,stops,fix_now,fix_for_good,needs_root");
        assertThat(csv)
                .anyMatch(row -> row.matches(
                        "host,client1,net.ipv4.ip_local_port_range,[0-9]+,ports,,[0-9]+,connections from .*"));
    }

    /** Both are names that a host may have. */
    @Test
    void aHostCalledServerIsNotTheServer() throws Exception {
        try (MiniCluster odd = MiniCluster.of("server", "sum").start()) {
            assertThat(json(odd, "start all", "doctor").last())
                    .contains(
                            "\"server\":{\"findings\":",
                            "\"hosts\":{\"server\":{\"findings\":",
                            "\"sum\":{\"findings\":");
            String stats = json(odd, "connections start 20 server", "connections start 30 sum", "stats")
                    .last();
            assertThat(stats)
                    .contains("\"result\":{\"server\":{\"established\":50,", "\"sum\":{\"established\":50,")
                    .contains("\"hosts\":{\"server\":{\"established\":20,", "\"sum\":{\"established\":30,");
            String watched = json(odd, "watch --every 100ms --for 300ms").last();
            assertThat(watched).contains("\"hosts\":{\"server\":{\"established\":20,");
            assertThat(json(odd, "count").last())
                    .contains("{\"server\":{\"established\":50},\"hosts\":{\"server\":{\"established\":20,");
            assertThat(TypedLines.type(odd, Format.CSV, "count").out())
                    .contains("\nserver,server,50,", "\nhost,server,20,");
        }
    }
}
