package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.ConsoleScript.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An overlay for real, through the real script: one that fits, one that does not, and one that the user ends. */
class OverlayIT {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path folder;

    private ConsoleScript console(String hosts) throws IOException {
        Files.writeString(
                folder.resolve("hosts.yaml"),
                "server: {ports: 0}\nclient: {rate: unlimited, interval: 1s, timeout: 20s}\nhosts: {" + hosts + "}\n");
        return ConsoleScript.in(folder);
    }

    private static List<JsonNode> results(Ran ran) {
        List<JsonNode> results = new ArrayList<>();
        ran.out().lines().forEach(line -> results.add(JSON.readTree(line)));
        return results;
    }

    /** Six nodes on two hosts need 3·6 + 15 = 33 connections each: 99 in all. Afterwards the hosts open connections to the server again. */
    @Test
    void eachNodeHasWhatTheFormulaSays() throws IOException {
        Ran ran = console("client1: local, client2: local")
                .run(
                        "-o",
                        "json",
                        "-e",
                        "start all",
                        "-e",
                        "overlay --law 3n+15 --nodes 6 --hold 2s all",
                        "-e",
                        "connections start 10 client1",
                        "-e",
                        "count");
        assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
        JsonNode overlay = results(ran).get(1).path("result");
        assertThat(overlay.path("wantedPerNode").asInt()).isEqualTo(33);
        assertThat(overlay.path("reached").asBoolean()).isTrue();
        assertThat(overlay.path("reachedPerNode").asDouble()).isEqualTo(33);
        assertThat(overlay.path("heldSeconds").asDouble()).isGreaterThan(1.9);
        for (String host : List.of("client1", "client2")) {
            JsonNode on = overlay.path("hosts").path(host);
            assertThat(on.path("nodes").asInt()).isEqualTo(3);
            assertThat(on.path("established").asInt()).isBetween(49, 50);
            assertThat(on.path("lost").asInt()).isZero();
        }
        assertThat(sum(overlay, "established")).isEqualTo(99);
        assertThat(sum(overlay, "accepted")).isEqualTo(99);
        JsonNode count = results(ran).get(3).path("result");
        assertThat(count.path("server").path("established").asInt()).isEqualTo(10);
        assertThat(count.path("difference").asInt()).isZero();
        assertThat(count.path("hosts").findValues("lost")).allMatch(lost -> lost.asInt() == 0);
        assertThat(ran.err()).doesNotContain("lost");
    }

    private static long sum(JsonNode overlay, String what) {
        return overlay.path("hosts").path("client1").path(what).asLong()
                + overlay.path("hosts").path("client2").path(what).asLong();
    }

    /** With 400 files a process and two nodes in it each node has some 170 connections at most, and 300 are wanted. */
    @Test
    void whereTheMachineGivesUpIsWhereTheFilesEnd() throws IOException {
        String limited = "{command: [prlimit, '--nofile=400:400'], workers: 1}";
        Needs.command("prlimit");
        Ran ran = console("client1: " + limited + ", client2: " + limited)
                .run("-o", "json", "-e", "start all", "-e", "overlay --law 75n --nodes 4 --hold 1s all");
        assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
        JsonNode overlay = results(ran).get(1).path("result");
        assertThat(overlay.path("wantedPerNode").asInt()).isEqualTo(300);
        assertThat(overlay.path("reached").asBoolean()).isFalse();
        double predicted = overlay.path("filesAllowPerNode").asDouble();
        assertThat(predicted).isBetween(100.0, 199.0);
        assertThat(overlay.path("reachedPerNode").asDouble()).isBetween(0.8 * predicted, predicted);
        assertThat(overlay.path("triedPerNode").asDouble()).isGreaterThan(0.95 * predicted);
        assertThat(overlay.path("errors").toString()).contains("EMFILE");
        assertThat(overlay.path("verdict").asString()).startsWith("gave up at ").contains("EMFILE");
        assertThat(overlay.path("plan").path(0).path("allows").asInt()).isEqualTo(400);
    }

    @Test
    void ctrlCTakesItDown() throws Exception {
        ConsoleScript console = console("client1: local");
        try (RunningConsole running = console.startHeedingSignals(
                "-o", "json", "-e", "start client1", "-e", "overlay --law 3n+15 --nodes 4 --hold 1h client1")) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> running.errWithProgress().contains("holding it for 1h"));
            new ProcessBuilder("kill", "-INT", Long.toString(running.process().pid()))
                    .start()
                    .waitFor();
            Ran ran = running.await(30, TimeUnit.SECONDS);
            assertThat(ran.exit()).isEqualTo(130);
            JsonNode answer = results(ran).get(1);
            assertThat(answer.path("interrupted").asBoolean()).isTrue();
            assertThat(answer.path("result").path("reachedPerNode").asDouble()).isEqualTo(27);
        }
    }

    @Test
    void aHostThatHoldsConnectionsIsRefused() throws IOException {
        Ran ran = console("client1: local")
                .run(
                        "-o",
                        "json",
                        "-e",
                        "start client1",
                        "-e",
                        "connections start 5 client1",
                        "-e",
                        "overlay --law 3n+15 --nodes 4 client1");
        assertThat(ran.exit()).isEqualTo(1);
        assertThat(ran.out()).contains("client1 holds connections already", "connections stop all client1");
    }
}
