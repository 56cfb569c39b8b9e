package io.connscale.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.ConsoleScript;
import io.connscale.Needs;
import io.connscale.RunningConsole;
import io.connscale.net.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Somebody else's server on another machine, of another user, out of memory and out of CPU: read where it runs. */
@Tag("namespaces")
class StagedTargetIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int PORT = 6379;

    @TempDir
    Path folder;

    private final List<Process> servers = new ArrayList<>();

    @BeforeEach
    void prepare() {
        Needs.root();
        Needs.command("redis-server");
    }

    @AfterEach
    void endServers() throws InterruptedException {
        for (Process server : servers) {
            server.destroy();
            if (!server.waitFor(20, TimeUnit.SECONDS)) {
                server.destroyForcibly().waitFor();
            }
        }
    }

    /** Returns once it listens. */
    private Process serve(int port, List<String> command) throws IOException {
        Process server = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("server.log").toFile())
                .start();
        servers.add(server);
        await().atMost(SOON).until(() -> listens(port));
        return server;
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static String redis(String address, int port) {
        return "redis-server --bind " + address + " --port " + port + " --save '' --dir /tmp --protected-mode no";
    }

    private RunningConsole console(int port, String talk, String runs, String client, String... hosts) {
        Folders.write(
                folder.resolve("hosts.yaml"),
                "target: {address: 127.0.0.1, ports: " + port + ", talk: " + talk + ", runs: {" + runs + "}}\nclient: {"
                        + client + ", rate: 500}\nhosts:\n  " + String.join("\n  ", hosts) + "\n");
        return ConsoleScript.in(folder).start("-o", "json", "--keep-going");
    }

    /** The console has no way to that machine but SSH. */
    @Test
    void aServerOnAnotherMachineIsReadThere() throws IOException {
        try (NetworkOfHosts network = NetworkOfHosts.of(2)) {
            SshHost far = network.host("h2");
            Process server = far.start("sh", "-c", "exec " + redis(far.address(), PORT));
            servers.add(server);
            await().atMost(SOON)
                    .until(() -> !far.must("ss", "-Hltn", "sport = :" + PORT).isEmpty());
            try (NetworkConsole console = NetworkConsole.withTarget(
                    network,
                    "address: " + far.address() + ", ports: " + PORT + ", talk: redis, runs: {on: h2}",
                    NetworkConsole.entry(network.host("h1"), ""),
                    NetworkConsole.entry(far, ""))) {
                console.must("start h1");
                console.must("connections start 200 h1");
                await().atMost(SOON).untilAsserted(() -> {
                    JsonNode count = console.must("count");
                    assertThat(count.path("server").path("established").asLong())
                            .isEqualTo(200);
                    assertThat(count.path("difference").asLong(-1)).isZero();
                });
                assertThat(far.established(PORT)).isEqualTo(200);
                JsonNode read = console.must("stats").path("server");
                assertThat(read.path("host").asString()).isEqualTo("h2");
                assertThat(read.path("processes").get(0).path("name").asString())
                        .isEqualTo("redis-server");
                assertThat(read.path("files").asLong()).isGreaterThan(200);
                assertThat(read.path("unread")).isEmpty();

                console.must("stop h2");
                JsonNode count = console.must("count");
                assertThat(count.path("server").path("established").isNull()).isTrue();
                assertThat(count.path("incomparable").asString())
                        .startsWith("the other end, " + far.address() + ":6379 (redis), is not read: h2 ");
                assertThat(console.must("server").path("notRead").asString()).startsWith("h2 ");
            }
        }
    }

    @Test
    void anotherUsersServerIsReadAsFarAsThatMayBeAndTheRestIsSaidToBeUnread() throws IOException {
        Needs.command("setpriv");
        int port = FreePort.freePort();
        serve(port, List.of("sh", "-c", "exec " + redis("127.0.0.1", port)));
        Path home = Folders.make(folder.resolve("home"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        int uid = 60_000 + (int) (ProcessHandle.current().pid() % 5_000);
        Files.setAttribute(home, "unix:uid", uid);
        String reader = "reader: {command: [setpriv, --reuid=" + uid + ", --clear-groups, --inh-caps=-all, env,"
                + " XDG_CACHE_HOME=" + home + ", HOME=" + home + "]}";

        try (RunningConsole console =
                console(port, "redis", "on: reader", "interval: 1s, timeout: 60s", "client1: local", reader)) {
            console.must("start client1");
            console.must("connections start 100 client1");
            JsonNode server = console.must("stats").path("server");
            assertThat(server.path("established").asLong()).isEqualTo(100); // the kernel's table is open to all
            assertThat(server.path("processes")).isEmpty();
            assertThat(server.path("residentBytes").isNull()).isTrue();
            assertThat(server.path("unread").get(0).asString())
                    .contains("can't be seen: it is another user's process", "runs: {process: NAME}");
        }
        try (RunningConsole console = console(
                port,
                "redis",
                "on: reader, process: redis-server",
                "interval: 1s, timeout: 60s",
                "client1: local",
                reader)) {
            console.must("start client1");
            console.must("connections start 100 client1");
            JsonNode server = console.must("stats").path("server");
            assertThat(server.path("established").asLong()).isEqualTo(100);
            assertThat(server.path("residentBytes").asLong()).isPositive();
            assertThat(server.path("cpuSeconds").asDouble()).isPositive();
            assertThat(server.path("unread").get(0).asString())
                    .startsWith(
                            "which files and sockets redis-server has open can't be seen: it is another user's process");
        }
    }

    @Test
    void aServerThatTheKernelKilledForWantOfMemoryIsSaidToBe() throws IOException {
        int port = FreePort.freePort();
        try (ControlGroup group = ControlGroup.make()) {
            serve(port, group.command("exec " + redis("127.0.0.1", port)));
            try (RunningConsole console =
                    console(port, "redis", "on: client1", "interval: 1s, timeout: 60s", "client1: local")) {
                console.must("start client1");
                console.must("connections start 100 client1");
                group.runOutOfMemory(group.processes());

                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(console.err())
                                .containsPattern("the kernel killed redis-server, pid \\d+ of the server at 127.0.0.1:"
                                        + port + ", out of memory \\(control group " + group.path()
                                        + ", memory.oom_kill \\+[12]\\); 100 connections of client1 went with it"));
            }
        }
    }

    /** Each message takes it 50 ms, and all together longer than the timeout. */
    @Test
    void aServerWithoutCpuLeftIsSaidToBe() throws IOException {
        Needs.debiansPython("asyncio");
        int port = FreePort.freePort();
        Path program = Files.writeString(folder.resolve("slow.py"), """
                import asyncio, time
                async def talk(reader, writer):
                    try:
                        while data := await reader.read(4096):
                            end = time.monotonic() + 0.05
                            while time.monotonic() < end:
                                pass
                            writer.write(data)
                    except ConnectionError:
                        pass
                    writer.close()
                async def main():
                    server = await asyncio.start_server(talk, '127.0.0.1', PORT, backlog=1024)
                    await server.serve_forever()
                asyncio.run(main())
                """.replace("PORT", Integer.toString(port)));
        Process server = serve(port, List.of(Needs.PYTHON, program.toString()));
        try (RunningConsole console =
                console(port, "echo", "on: client1", "interval: 1s, timeout: 5s", "client1: local")) {
            console.must("start client1");
            console.must("connections start 200 client1");
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(console.err())
                            .containsPattern("the server at 127.0.0.1:" + port + " has no CPU left: python3, pid "
                                    + server.pid()
                                    + " used \\d\\.\\d\\d CPUs (and waited for \\d+\\.\\d\\d more )?of \\d+ there"));
        }
    }
}
