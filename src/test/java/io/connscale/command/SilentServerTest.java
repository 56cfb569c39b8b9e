package io.connscale.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.cluster.MiniCluster;
import io.connscale.command.TypedLines.Said;
import io.connscale.console.Answer.Format;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server's host does not answer, as one that was stopped: the commands answer with what they have. */
@Timeout(60)
class SilentServerTest {
    private static final String SILENT = "the server's host box does not answer";

    private MiniCluster mini;

    @BeforeEach
    void start() throws Exception {
        mini = MiniCluster.of("client1").silentServer("box").start();
        TypedLines.table(mini, "start all", "connections start 20 client1");
    }

    @AfterEach
    void close() {
        mini.close();
    }

    private Said said(Format format, String... lines) {
        return TypedLines.type(mini, mini.serverOn("box"), format, lines);
    }

    @Test
    void countKnowsNothingOfTheServerAndNoDifference() {
        Said json = said(Format.JSON, "count");
        assertThat(json.exit()).isOne();
        assertThat(json.last())
                .contains(
                        "\"server\":{\"established\":null}", "\"client1\":{\"established\":20,", "\"difference\":null")
                .contains(SILENT);
        Said table = said(Format.TABLE, "count");
        assertThat(table.out())
                .containsPattern("(?m)^server +unknown")
                .containsPattern("(?m)^client1 +20 ")
                .contains("\nnot comparable: the server does not answer\n");
        assertThat(table.err()).contains("error: " + SILENT);
    }

    @Test
    void statsHasTheHostsAndSaysThatTheServerIsUnknown() {
        Said json = said(Format.JSON, "stats");
        assertThat(json.exit()).isOne();
        assertThat(json.last()).contains("\"server\":null", "\"client1\":{\"established\":20,", SILENT);
        assertThat(said(Format.TABLE, "stats").out())
                .containsPattern("(?m)^client1 +20 ")
                .contains("server  unknown: it does not answer");
    }

    @Test
    void doctorHasTheHostsAndSaysThatTheServerIsUnknown() {
        Said json = said(Format.JSON, "doctor");
        assertThat(json.exit()).isOne();
        assertThat(json.last()).contains("\"server\":null", "\"client1\":{\"findings\":", SILENT);
        assertThat(said(Format.TABLE, "doctor").out()).contains("client1  ", "server   unknown: it does not answer");
    }
}
