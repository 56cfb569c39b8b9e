package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.ConsoleScript.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The experiments through the real script, each in a network namespace of its own. */
class ExperimentIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private ConsoleScript console;

    @BeforeEach
    void hosts() throws IOException {
        Files.writeString(folder.resolve("hosts.yaml"), "server: {ports: 0}\nhosts: {client1: local}\n");
        console = ConsoleScript.in(folder);
    }

    private static void needsNamespaces() {
        Needs.root();
        Needs.command("unshare");
        Needs.command("ip");
    }

    /** The result of the last of these lines. */
    private JsonNode must(String... lines) {
        String[] words = new String[2 + 2 * lines.length];
        words[0] = "-o";
        words[1] = "json";
        for (int i = 0; i < lines.length; i++) {
            words[2 + 2 * i] = "-e";
            words[3 + 2 * i] = lines[i];
        }
        Ran ran = console.run(words);
        assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
        return JSON.readTree(
                        ran.out().lines().skip(lines.length - 1).findFirst().orElseThrow())
                .path("result");
    }

    /** One repeated SYN-ACK: the server has forgotten the handshake after 3 s, and all four sequences are over soon. */
    @Test
    @Tag("namespaces")
    void whatTheFirstConnscaleFoundComesOutAgain() throws IOException {
        needsNamespaces();
        String machine = Files.readString(Path.of("/proc/sys/net/ipv4/tcp_synack_retries"));
        JsonNode run = must("start client1", "experiment half-open client1 --synack-retries 1")
                .path("experiments")
                .path(0);
        assertThat(run.path("apart").asBoolean()).isTrue();
        assertThat(run.path("over").asBoolean()).isTrue();
        assertThat(run.path("settings").path("net.ipv4.tcp_synack_retries").asInt())
                .isEqualTo(1);
        assertThat(run.path("waiting").asInt()).isEqualTo(run.path("backlog").asInt() + 1);
        assertThat(run.path("counters").path("TcpExtListenOverflows").asInt()).isPositive();
        assertThat(run.path("counters").path("TcpOutRsts").asInt()).isPositive();

        JsonNode connections = run.path("connections");
        assertThat(connections.size()).isEqualTo(5);
        assertThat(calls(connections.path(0))).containsExactly("connect ok", "send ok", "receive ECONNRESET");
        assertThat(calls(connections.path(1))).containsExactly("connect ok", "send ok", "receive ECONNRESET");
        assertThat(calls(connections.path(2))).containsExactly("connect ok", "receive timeout");
        assertThat(calls(connections.path(3)))
                .containsExactly("connect ok", "send ok", "send ok", "receive ECONNRESET");
        assertThat(calls(connections.path(4))).containsExactly("connect ok", "send ok", "send ECONNRESET");
        for (JsonNode connection : connections) {
            JsonNode first = connection.path("moments").path(0);
            assertThat(first.path("client").path("state").asString()).isEqualTo("ESTABLISHED");
            assertThat(first.path("server").path("state").asString()).isEqualTo("SYN-RECEIVED");
            assertThat(connection.path("forgottenSeconds").asDouble()).isBetween(2.5, 6.0);
            assertThat(connection.path("synAckRetries").asInt()).isEqualTo(1);
        }
        // Its client is not told to the end: the kernel's table says so.
        JsonNode last = connections
                .path(2)
                .path("moments")
                .path(connections.path(2).path("moments").size() - 1);
        assertThat(last.path("client").path("state").asString()).isEqualTo("ESTABLISHED");
        assertThat(last.path("server").path("state").asString()).isEqualTo("none");
        assertThat(Path.of("/proc/sys/net/ipv4/tcp_synack_retries")).hasContent(machine.strip());
    }

    /** The reset comes as soon as an ACK finds the queue full: before the first send. */
    @Test
    @Tag("namespaces")
    void abortOnOverflowMakesItVisible() {
        needsNamespaces();
        JsonNode run = must(
                        "start client1",
                        "experiment half-open client1 --synack-retries 1 --abort-on-overflow 1 --delay 1s --receive 2s")
                .path("experiments")
                .path(0);
        JsonNode connections = run.path("connections");
        assertThat(calls(connections.path(0))).containsExactly("connect ok", "send ECONNRESET");
        assertThat(calls(connections.path(1))).containsExactly("connect ok", "send ECONNRESET");
        assertThat(calls(connections.path(2))).containsExactly("connect ok", "receive ECONNRESET");
        assertThat(calls(connections.path(4))).containsExactly("connect ok", "send ECONNRESET", "send EPIPE");
        assertThat(connections.path(0).path("why").asString()).contains("tcp_abort_on_overflow");
    }

    @Test
    void whatWasSeenUntilCtrlCIsShownAndNothingIsLeft() {
        try (RunningConsole running = console.startHeedingSignals(
                "-o", "json", "-e", "start client1", "-e", "experiment half-open 1 client1")) {
            await().atMost(SOON).until(() -> running.errWithProgress().contains("half-open connections go on"));
            List<ProcessHandle> started = running.process().descendants().toList();
            new Signal(running.process().pid()).interrupt();
            Ran ran = running.await(20, TimeUnit.SECONDS);
            assertThat(ran.exit()).isEqualTo(130);
            JsonNode answer = JSON.readTree(ran.out().lines().reduce("", (a, b) -> b));
            assertThat(answer.path("interrupted").asBoolean()).isTrue();
            assertThat(calls(answer.path("result")
                            .path("experiments")
                            .path(0)
                            .path("connections")
                            .path(0)))
                    .startsWith("connect ok");
            await().atMost(SOON).until(() -> started.stream().noneMatch(ProcessHandle::isAlive));
        }
    }

    private record Signal(long pid) {
        void interrupt() {
            try {
                new ProcessBuilder("kill", "-INT", Long.toString(pid)).start().waitFor();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void listeningAgainIsATable() {
        JsonNode result = must("start client1", "experiment eaddrinuse client1");
        assertThat(result.path("over").asBoolean()).isTrue();
        JsonNode first = result.path("trials").path(0);
        assertThat(first.path("closing").asString()).isEqualTo("server first");
        assertThat(first.path("call").asString()).isEqualTo("bind");
        assertThat(first.path("outcome").asString()).isEqualTo("EADDRINUSE");
        assertThat(first.path("left").path("TIME-WAIT").asInt()).isEqualTo(3);
        Ran table = console.run("-e", "start client1", "-e", "experiment eaddrinuse client1");
        assertThat(table.out())
                .containsPattern("server first +none +127\\.0\\.0\\.1 +127\\.0\\.0\\.1 +3 TIME-WAIT +bind EADDRINUSE")
                .containsPattern("server first +both +0\\.0\\.0\\.0 +127\\.0\\.0\\.1 +3 TIME-WAIT +ok")
                .containsPattern("client first +none +127\\.0\\.0\\.1 +127\\.0\\.0\\.1 +nothing +ok");
    }

    private static List<String> calls(JsonNode connection) {
        return StreamSupport.stream(connection.path("calls").spliterator(), false)
                .map(call -> call.path("call").asString() + " "
                        + call.path("outcome").asString())
                .toList();
    }
}
