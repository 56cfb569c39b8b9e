package io.connscale.command;

import static io.connscale.command.TypedLines.json;
import static io.connscale.command.TypedLines.table;
import static io.connscale.command.TypedLines.tableUntil;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.cluster.HostStatus.State;
import io.connscale.cluster.MiniCluster;
import io.connscale.command.TypedLines.Said;
import io.connscale.console.Answer.Format;
import io.connscale.control.ServerSettings;
import io.connscale.net.Transport;
import io.connscale.server.PingPongServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each command as CONSOLE.md says it, with real agents in this JVM. */
@Timeout(60)
class CommandsTest {
    private MiniCluster mini;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() throws Exception {
        mini = MiniCluster.of("client1", "client2").start();
    }

    @AfterEach
    void close() {
        mini.close();
    }

    @Test
    void countInJsonIsAsScriptsDependOnIt() {
        Said said = json(mini, "start client1", "connections start 1000 client1 --rate unlimited", "count");
        assertThat(said.last())
                .isEqualTo("{\"command\":\"count\",\"ok\":true,\"result\":"
                        + "{\"server\":{\"established\":1000},\"hosts\":{\"client1\":"
                        + "{\"established\":1000,\"connecting\":0,\"failed\":0,\"lost\":0}},"
                        + "\"established\":1000,\"difference\":0}}");
        assertThat(said.exit()).isZero();
        assertThat(said.err()).isEmpty();
    }

    @Test
    void countAsATableHasBothEndsAndTheDifference() {
        table(mini, "start all", "connections start 1k client1 --rate unlimited");
        assertThat(table(mini, "count").out()).isEqualTo("""
                                    established  connecting  failed  lost
                        server            1,000
                        client1           1,000           0       0     0
                        client2               0           0       0     0
                        difference            0
                        """);
        assertThat(table(mini, "count client1").out()).contains("client1").doesNotContain("\nclient2");
    }

    @Test
    void endsThatCanNotBeComparedHaveNoDifference() {
        table(mini, "start all", "connections start 20 client1", "connections start 30 client2");
        assertThat(table(mini, "count client1").out())
                .contains("server            50\n", "\nnot comparable: client2 was not asked\n")
                .doesNotContain("difference");
        assertThat(json(mini, "count client1").last())
                .endsWith("\"established\":20,\"difference\":null,\"incomparable\":\"client2 was not asked\"}}");
        assertThat(json(mini, "count all").last()).endsWith("\"established\":50,\"difference\":0}}");
        mini.server().stop().join();
        await().until(() -> mini.cluster().status("client2").counts().established() == 0);
        Said stopped = table(mini, "count");
        assertThat(stopped.exit()).isZero();
        assertThat(stopped.out())
                .containsPattern("(?m)^server +stopped$")
                .endsWith("\nnot comparable: the server does not run\n");
        assertThat(json(mini, "count").last()).contains("\"server\":{\"established\":null}", "\"difference\":null");
    }

    /** The one here runs, and the hosts' Pings are answered by another: {@code address:} names a machine that is not this one. */
    @Test
    void aServerThatIsNotTheOneThatAnswersIsNotCompared() throws Exception {
        table(mini, "start client1", "connections start 5 client1");
        await().until(() -> mini.cluster().counts("client1").get().pongs() > 0);
        try (PingPongServer idle =
                new PingPongServer(new ServerSettings("127.0.0.1", List.of(0), 16, 1), Transport.best())) {
            idle.start().join();
            assertThat(TypedLines.type(mini, idle, Format.JSON, "count").last())
                    .contains("\"difference\":null,\"incomparable\":\"another server answers the hosts' Pings, ");
        }
    }

    @Test
    void connectionsStartInJsonIsAsScriptsDependOnIt() {
        Said said = json(mini, "start client1", "conn sta 20 client1");
        assertThat(said.last())
                .matches("\\{\"command\":\"connections start 20 client1\",\"ok\":true,\"result\":"
                        + "\\{\"hosts\":\\{\"client1\":\\{\"requested\":20,\"established\":20,\"failed\":0,"
                        + "\"seconds\":[0-9.]+,\"errors\":\\{}}}}}");
    }

    @Test
    void connectionsAreStartedOnEachHostOrInTotal() {
        assertThat(table(mini, "start all", "connections start 10 client*", "connections start 5 all --total", "count")
                        .out())
                .containsPattern("server +25\n")
                .containsPattern("client1 +13 ")
                .containsPattern("client2 +12 ");
    }

    @Test
    void connectionsStartSaysHowManyAndHowFast() {
        assertThat(table(mini, "start client1", "connections start 20 client1").out())
                .containsPattern("client1 {2}20 established in [0-9.]+ s \\([0-9,]+/s\\)\n$");
    }

    @Test
    void connectionsThatFailAreCountedByWhereAndWhat() {
        json(mini, "start client1");
        mini.server().stop().join();
        Said said = json(mini, "connections start 3 client1", "count");
        assertThat(said.exit()).isZero();
        assertThat(said.out())
                .contains("\"requested\":3,\"established\":0,\"failed\":3")
                .contains("\"errors\":{\"connect ECONNREFUSED\":3}")
                .contains("\"client1\":{\"established\":0,\"connecting\":0,\"failed\":3,\"lost\":0}");
        assertThat(table(mini, "connections start 3 client1").out())
                .contains("client1  0 established in ", " · 3 failed: connect ECONNREFUSED 3");
    }

    @Test
    void connectionsStopEndsThatManyOnEachHost() {
        json(mini, "start all", "connections start 20 all");
        assertThat(table(mini, "connections stop 5 client1").out()).isEqualTo("client1  5 stopped · 15 established\n");
        assertThat(json(mini, "connections stop all all").last())
                .endsWith("{\"hosts\":{\"client1\":{\"stopped\":15,\"established\":0},"
                        + "\"client2\":{\"stopped\":20,\"established\":0}}}}");
        assertThat(json(mini, "count").last()).contains("\"server\":{\"established\":0}", "\"lost\":0");
    }

    @Test
    void whatIsOpenedWithoutWaitingIsSaidWhenItIsDone() {
        Said said = table(
                mini,
                "start client1",
                "connections start 100 client1 --no-wait --rate unlimited",
                "connections start 1 client1", // carried out after the other
                "count");
        assertThat(said.out()).contains("client1  opening 100; count shows how far it is\n");
        assertThat(said.err()).containsPattern("^client1 {2}100 established in ");
        assertThat(said.out()).containsPattern("server +101\n");
    }

    @Test
    void aStopWhileOpeningSaysHowFarItCame() {
        Said said = tableUntil(
                mini,
                err -> err.matches("client1 was stopped · \\d+ of 1,000 were established\n"),
                "start client1",
                "connections start 1k client1 --no-wait --rate 1",
                "stop client1");
        assertThat(said.exit()).isZero();
        assertThat(said.out()).endsWith("client1  stopped\n");
    }

    @Test
    void ctrlCStopsTheRampAndLeavesOpenWhatIsOpen() {
        json(mini, "start client1");
        Thread typing = Thread.currentThread();
        Thread user = new Thread(() -> {
            await().until(() -> mini.server().status().join().established() >= 3);
            typing.interrupt();
        });
        user.start();
        Said said = json(mini, "connections start 1000 client1 --rate 20");
        assertThat(said.exit()).isNotZero();
        assertThat(said.out())
                .contains(
                        "\"ok\":false",
                        "\"message\":\"interrupted; ",
                        " connections stay open\"",
                        "\"requested\":1000");
        assertThat(json(mini, "count").last())
                .doesNotContain("\"established\":0")
                .contains("\"connecting\":0");
    }

    @Test
    void hostsShowsWhatIsThere() {
        table(mini, "start client1", "connections start 10 client1");
        assertThat(table(mini, "hosts").out())
                .containsPattern("(?m)^host +launched +state +address +Java +files +ports +pid +workers +established$")
                .containsPattern("(?m)^client1 .* ready +localhost +\\d.* 1 +10$")
                .containsPattern("(?m)^client2 .* stopped +localhost$");
        assertThat(json(mini, "hosts").out())
                .contains("\"state\":\"ready\",\"address\":\"localhost\",\"java\":\"")
                .contains("\"state\":\"stopped\",\"address\":\"localhost\",\"established\":0}");
    }

    @Test
    void startAndStopSayWhatTheyDid() {
        assertThat(table(mini, "start client1").out())
                .containsPattern(
                        "^client1 {2}ready in [0-9.]+ s · thread · Java [0-9.]+ · [0-9,]+ files · [0-9,]+ ports\n$");
        assertThat(table(mini, "start client1").out()).startsWith("client1  ready already · ");
        assertThat(table(mini, "stop all").out()).isEqualTo("client1  stopped\nclient2  was not running\n");
        assertThat(json(mini, "stop client1").last())
                .endsWith("\"result\":{\"hosts\":{\"client1\":{\"state\":\"stopped\"}}}}");
    }

    @Test
    void setChangesItNowForAllOrSome() {
        json(mini, "start client1");
        assertThat(json(mini, "set interval 200ms client1").last())
                .endsWith("{\"client1\":{\"interval\":\"200ms\",\"timeout\":\"5s\",\"rate\":5000}}}}");
        assertThat(json(mini, "set rate unlimited").last())
                .endsWith("{\"client1\":{\"interval\":\"200ms\",\"timeout\":\"5s\",\"rate\":\"unlimited\"},"
                        + "\"client2\":{\"interval\":\"100ms\",\"timeout\":\"5s\",\"rate\":\"unlimited\"}}}}");
        assertThat(table(mini, "set timeout 2m client2").out())
                .isEqualTo("host     interval  timeout  rate\nclient2  100ms     2m       unlimited\n");
    }

    @Test
    void aHostThatStartsLaterHasWhatWasSet() {
        assertThat(json(mini, "set interval 50ms client1", "start client1", "connections start 1 client1")
                        .exit())
                .isZero();
        await().until(() -> mini.server().status().join().pings() >= 3);
    }

    @Test
    void theServerStopsAndStartsAndAgentsLearnItsNewPort() {
        Said said = table(
                mini,
                "start client1",
                "connections start 10 client1",
                "count", // waits for the server to have accepted them
                "server stop",
                "server",
                "server start",
                "connections start 7 client1",
                "count",
                "server status");
        assertThat(said.exit()).as(said.err()).isZero();
        assertThat(said.out())
                .contains("server  stopped · 10 connections closed\n", "server  stopped\n")
                .containsPattern("server {2}127\\.0\\.0\\.1:\\d+ \\(backlog 128\\) · ")
                .containsPattern("7 established · 7 accepted · \\d+ pings\n$");
        assertThat(json(mini, "server").last()).contains("\"state\":\"running\"", "\"established\":7");
    }

    @Test
    void countShowsWhatALostAgentHeld() {
        json(mini, "start all", "connections start 10 all");
        mini.kill("client1");
        await().until(() -> mini.cluster().status("client1").state() == State.LOST);
        assertThat(json(mini, "count").last())
                .endsWith("{\"server\":{\"established\":10},\"hosts\":{"
                        + "\"client1\":{\"established\":0,\"connecting\":0,\"failed\":0,\"lost\":10},"
                        + "\"client2\":{\"established\":10,\"connecting\":0,\"failed\":0,\"lost\":0}},"
                        + "\"established\":10,\"difference\":0}}");
        assertThat(table(mini, "connections start 1 all").err())
                .isEqualTo("error: client1 is lost\n  start client1 first\n");
    }

    @Test
    void aSessionIsSavedAndOpenedAgain() throws IOException {
        Path script = folder.resolve("demo.txt");
        Said saved = table(mini, "start client1", "conn sta 5 client1", "history", "save " + script);
        assertThat(saved.out()).endsWith("start client1\nconn sta 5 client1\nhistory\n2 commands in " + script + "\n");
        assertThat(Files.readAllLines(script)).containsExactly("start client1", "connections start 5 client1");
        assertThat(json(mini, "stop all", "open " + script, "count").last()).contains("\"established\":5");
    }

    @Test
    void csvIsTheTablesColumns() {
        table(mini, "start client1", "connections start 1500 client1 --rate unlimited");
        assertThat(TypedLines.type(mini, Format.CSV, "count").out()).isEqualTo("""
                        kind,name,established,connecting,failed,lost
                        server,server,1500,,,
                        host,client1,1500,0,0,0
                        """);
        assertThat(TypedLines.type(mini, Format.CSV, "connections stop 1 client1")
                        .out())
                .isEqualTo("host,stopped,established\nclient1,1,1499\n");
    }

    @Test
    void exitEndsAndHelpKnowsEveryCommand() {
        assertThat(table(mini, "exit", "hosts").out()).isEmpty();
        assertThat(table(mini, "help").out())
                .contains("connections start", "connections stop", "count", "exit", "history", "hosts", "open FILE")
                .contains(
                        "save FILE", "server start", "set interval", "sleep [DURATION]", "start HOST...", "stop HOST");
    }
}
