package io.connscale;

import static io.connscale.net.FreePort.freePort;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.connscale.kernel.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Somebody else's servers, the real ones, by the real script: connections held, counted at both ends as {@code ss} does, what they
 * cost there, and each server's limit, staged and named.
 */
class TargetIT {
    private static final long FILES = Limits.ofThisProcess().hardFiles();
    /** As many as the limit of files has room for: at a proxy each takes two. */
    private static final int HELD = (int) Math.min(5_000, (FILES - 500) / 2);

    @TempDir
    Path folder;

    private RealServers servers;
    /** Behind a proxy. */
    private RealServers behind;

    @BeforeEach
    void choosePort() throws IOException {
        servers = new RealServers(folder);
        behind = new RealServers(folder);
        Needs.command("ss");
    }

    @AfterEach
    void endServers() throws InterruptedException {
        servers.end();
        behind.end();
    }

    private void target(String talk) throws IOException {
        target(talk, "interval: 2s, timeout: 30s");
    }

    /** Where it runs the same agent reads it that has the connections. */
    private void target(String talk, String client) throws IOException {
        servers.file(
                "hosts.yaml",
                "target: {address: 127.0.0.1, ports: PORT, talk: " + talk + ", runs: {on: client1}}\n" + "client: {"
                        + client + ", rate: 2000}\nhosts: {client1: local}\n");
    }

    /** Its verdict, told with the answer or as a notice. */
    private ConsoleScript.Ran run(String... commands) {
        List<String> arguments = new ArrayList<>(List.of("-o", "json"));
        for (String command : commands) {
            arguments.addAll(List.of("-e", command));
        }
        return ConsoleScript.in(folder).run(arguments.toArray(String[]::new));
    }

    /** As the kernel counts them, at the server's end. */
    private long establishedByKernel() throws IOException {
        Process ss =
                new ProcessBuilder("ss", "-Htn", "state", "established", "( sport = :" + servers.port() + " )").start();
        return new String(ss.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .count();
    }

    /**
     * Opens, waits until each has been answered in three further intervals, and counts.
     *
     * @param filesEach that a connection takes at the server
     */
    private void holds(String talk, double filesEach) throws IOException {
        target(talk);
        await().atMost(Duration.ofSeconds(30)).until(() -> establishedByKernel() == 0);
        try (RunningConsole console = ConsoleScript.in(folder).start("-o", "json")) {
            console.answer("start client1");
            assertThat(console.answer("connections start " + HELD + " client1"))
                    .contains("\"established\":" + HELD + ",\"failed\":0", "\"errors\":{}");
            await().atMost(Duration.ofSeconds(90)).until(() -> pongs(console.answer("stats client1")) >= 4L * HELD);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(console.answer("count"))
                            .contains("\"server\":{\"established\":" + HELD + "}", "\"difference\":0")
                            .contains("{\"established\":" + HELD + ",\"connecting\":0,\"failed\":0,\"lost\":0}"));
            assertThat(establishedByKernel()).isEqualTo(HELD);
            JsonNode server = result(console.answer("stats")).get("server");
            assertThat(server.get("waiting").asLong()).isZero();
            assertThat(server.get("backlog").asLong()).isPositive();
            assertThat(server.get("unread")).isEmpty();
            assertThat(server.get("bytesPerConnection").asLong()).isBetween(100L, 100_000L);
            assertThat(server.get("microsPerMessage").asDouble()).isBetween(0.1, 10_000.0);
            assertThat(server.get("filesPerConnection").asDouble()).isCloseTo(filesEach, within(0.1));
            assertThat(server.get("restarts").asLong()).isZero();
            assertThat(console.answer("doctor")).contains("\"facts\":{\"values\":{", "\"RLIMIT_NOFILE.soft\"");
        }
    }

    private static JsonNode result(String line) {
        return new JsonMapper().readTree(line).get("result");
    }

    private static long pongs(String stats) {
        return result(stats).get("hosts").get("client1").get("pongs").asLong();
    }

    private String redis(int max) throws IOException {
        Needs.command("redis-server");
        return servers.file(
                "redis.conf",
                "port PORT\nbind 127.0.0.1\nmaxclients MAX\nsave \"\"\ntcp-backlog 511\n"
                        .replace("MAX", Integer.toString(max)));
    }

    @Test
    void redisHoldsThem() throws IOException {
        servers.serve("redis-server", redis(10_000));
        holds("redis", 1);
    }

    @Test
    void redisTellsItsLimitInItsWordsAndTheVerdictTellsTheNumber() throws IOException {
        servers.serve("redis-server", redis(500));
        target("redis");
        ConsoleScript.Ran ran = run("start client1", "connections start 600 client1", "count");
        assertThat(ran.out())
                .contains("\"established\":500,\"failed\":100")
                .contains("\"receive unexpected: -ERR max number of clients reached\":100")
                .contains("\"cause\":\"target-refuses\"", "a limit of its own, at 500", "Raise its maxclients")
                .contains("\"server\":{\"established\":500}");
    }

    /** One that is said this to; behind haproxy is the echo server. */
    private Process serverOf(String server) throws IOException {
        return switch (server) {
            case "redis-server" -> servers.serve("redis-server", redis(10_000));
            case "nginx" -> nginx(10_000);
            case "nginx with TLS" -> nginx(10_000, TLS);
            case "mosquitto" -> servers.serve("mosquitto", "-c", mosquitto(""));
            case "websockets" -> servers.serve(Needs.PYTHON, webSockets());
            case "echo" -> servers.serve(Needs.PYTHON, echoes(servers));
            default -> haproxy(9_000, "120s", behind.port());
        };
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "redis-server, redis",
                "nginx, http",
                "nginx with TLS, \"http, tls: {trust: root.pem}\"",
                "mosquitto, mqtt",
                "websockets, websocket",
                "echo, echo",
                "haproxy, echo"
            })
    void aServerThatIsStartedAnewLosesThemAndThatIsCountedByCause(String server, String talk) throws Exception {
        if (server.equals("haproxy")) {
            assertThat(echoServer()).isPositive();
        }
        Process first = serverOf(server);
        target(talk);
        try (RunningConsole console = ConsoleScript.in(folder).start("-o", "json")) {
            console.answer("start client1");
            console.answer("connections start 500 client1");
            kill(first);
            serverOf(server);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(console.answer("count")).contains("\"lost\":500"));
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(console.err())
                            .containsPattern(", pid " + first.pid() + "\\b.* (is|are) gone, "));
            JsonNode errors =
                    result(console.answer("stats")).get("hosts").get("client1").get("errors");
            long known = 0;
            for (String cause : List.of("receive closed", "receive ECONNRESET", "send ECONNRESET", "send EPIPE")) {
                known += errors.path(cause).asLong();
            }
            assertThat(known).as("%s", errors).isEqualTo(500);
            assertThat(console.answer("connections start 500 client1")).contains("\"established\":500");
            assertThat(console.answer("count"))
                    .contains("{\"established\":500,\"connecting\":0,\"failed\":0,\"lost\":500}");
            assertThat(result(console.answer("stats"))
                            .get("server")
                            .get("restarts")
                            .asLong())
                    .isEqualTo(1);
        }
    }

    /** With those that it has begun, which would go on without it. */
    private static void kill(Process server) throws InterruptedException {
        List<ProcessHandle> begun = server.descendants().toList();
        server.destroyForcibly().waitFor();
        begun.forEach(ProcessHandle::destroyForcibly);
        await().until(() -> begun.stream().noneMatch(ProcessHandle::isAlive));
    }

    /** What makes nginx speak TLS, with a certificate of the test's own. */
    private static final String TLS = " ssl; ssl_certificate server.pem; ssl_certificate_key server.key";

    private Process nginx(int workerConnections) throws IOException {
        return nginx(workerConnections, "");
    }

    /** @param more behind its {@code listen} */
    private Process nginx(int workerConnections, String more) throws IOException {
        Needs.command("nginx");
        if (!more.isEmpty() && Files.notExists(folder.resolve("root.pem"))) {
            Certificates authority = new Certificates();
            Certificates.Identity identity = authority.of("localhost", "127.0.0.1");
            servers.file("root.pem", authority.root().pem());
            servers.file("server.pem", identity.pem());
            servers.file("server.key", identity.keyPem());
        }
        String conf = servers.file("nginx.conf", """
                daemon off; pid nginx.pid; error_log error.log; worker_processes 1;
                events { worker_connections MAX; }
                http {
                  access_log off; keepalive_requests 100000;
                  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
                  server { listen 127.0.0.1:PORTMORE; location / { return 200 "hello"; } location /busy { return 503; } }
                }
                """.replace("MAX", Integer.toString(workerConnections))
                .replace("MORE", more));
        return servers.serve("nginx", "-p", folder.toString(), "-c", conf);
    }

    /** Its workers end with it. */
    private static void end(Process nginx) {
        nginx.destroy();
        await().until(() -> !nginx.isAlive());
    }

    @Test
    void nginxHoldsThemAndSaysItsStatus() throws IOException {
        Process nginx = nginx(10_000);
        holds("http", 1);
        target("{http: {path: /busy}}");
        assertThat(run("start client1", "connections start 100 client1").out())
                .contains("\"receive unexpected: HTTP 503\":100", "\"established\":0");
        end(nginx);
    }

    @Test
    void nginxHoldsThemOverTls() throws IOException {
        Process nginx = nginx(10_000, TLS);
        holds("http, tls: {trust: root.pem}", 1);
        end(nginx);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nginxClosesIdleOnesAtItsWorkerConnectionsAndTheVerdictNamesThem(boolean tls) throws IOException {
        Process nginx = nginx(768, tls ? TLS : "");
        target(tls ? "http, tls: {trust: root.pem}" : "http");
        assertThat(run("start client1", "connections start 1000 client1").out())
                .contains("\"cause\":\"target-closes\"", "(nginx, pid " + nginx.pid() + ", and 1 more process)")
                .containsPattern("Raise its worker_connections [^.]* it is about 7[4-9]\\d for each worker");
        end(nginx);
    }

    /** @param more lines of its configuration */
    private String mosquitto(String more) throws IOException {
        Needs.command("mosquitto");
        return servers.file(
                "mosquitto.conf", "listener PORT 127.0.0.1\nallow_anonymous true\npersistence false\n" + more + "\n");
    }

    /** Each against one that has just started: memory that it keeps from earlier connections would not grow again. */
    @ParameterizedTest
    @ValueSource(strings = {"mqtt", "{mqtt: {version: 5}}"})
    void mosquittoHoldsThem(String talk) throws IOException {
        servers.serve("mosquitto", "-c", mosquitto(""));
        holds(talk, 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqtt", "websocket", "echo"})
    void aServerIsOutOfFilesAndTheVerdictSaysSo(String talk) throws IOException {
        String command = talk.equals("mqtt")
                ? "mosquitto -c " + mosquitto("")
                : Needs.PYTHON + " " + (talk.equals("echo") ? echoes(servers) : webSockets());
        servers.serve("sh", "-c", "ulimit -n 200; exec " + command);
        target(talk, "interval: 1s, timeout: 3s");
        try (RunningConsole console = ConsoleScript.in(folder).start("-o", "json")) {
            console.answer("start client1");
            console.type("connections start 400 client1"); // those that find the queue full try for long
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(console.out() + console.err())
                            .contains("can come up on server: files, 200 files")
                            .containsPattern("out of files: (mosquitto|python3), pid \\d+ has \\d+ of 200 open"));
        }
    }

    @Test
    void mosquittoHasALimitOfItsOwnAndTheVerdictTellsTheNumber() throws IOException {
        servers.serve("mosquitto", "-c", mosquitto("max_connections 200"));
        target("mqtt", "interval: 1s, timeout: 5s");
        assertThat(run("start client1", "connections start 300 client1").out())
                .containsPattern("\"established\":20[01],\"failed\":(99|100)")
                .contains("\"cause\":\"target-closes\"", "a limit of its own, at 200", "Raise its max_connections");
    }

    @Test
    void aWebSocketServerHoldsThem() throws IOException {
        servers.serve(Needs.PYTHON, webSockets());
        holds("websocket", 1);
    }

    private String webSockets() throws IOException {
        Needs.debiansPython("websockets");
        return servers.file("ws.py", """
                        import asyncio, websockets
                        async def talk(socket, path=None):
                            async for message in socket:
                                await socket.send(message)
                        async def main():
                            async with websockets.serve(talk, '127.0.0.1', PORT, compression=None, ping_interval=2, backlog=4096):
                                await asyncio.Future()
                        asyncio.run(main())
                        """);
    }

    /** haproxy at the port, before a server at another one. */
    private Process haproxy(int maxConnections, String clientTimeout, int behind) throws IOException {
        Needs.command("haproxy");
        return servers.serve(
                "haproxy", "-db", "-f", servers.file("haproxy.cfg", """
                        global
                          maxconn MAX
                        defaults
                          mode tcp
                          retries 0
                          timeout connect 20s
                          timeout client IDLE
                          timeout server 120s
                        listen front
                          bind 127.0.0.1:PORT
                          server echo 127.0.0.1:BEHIND
                        """.replace("MAX", Integer.toString(maxConnections))
                        .replace("IDLE", clientTimeout)
                        .replace("BEHIND", Integer.toString(behind))));
    }

    /** Its port. */
    private int echoServer() throws IOException {
        behind.serve(Needs.PYTHON, echoes(behind));
        return behind.port();
    }

    private static String echoes(RealServers at) throws IOException {
        Needs.debiansPython("asyncio");
        return at.file("echo.py", """
                        import asyncio
                        async def talk(reader, writer):
                            try:
                                while data := await reader.read(4096):
                                    writer.write(data)
                            except ConnectionError:
                                pass
                            writer.close()
                        async def main():
                            server = await asyncio.start_server(talk, '127.0.0.1', PORT)
                            await server.serve_forever()
                        asyncio.run(main())
                        """);
    }

    @Test
    void anEchoServerHoldsThem() throws IOException {
        servers.serve(Needs.PYTHON, echoes(servers));
        holds("echo", 1);
    }

    @Test
    void haproxyPassesThemOnToAnEchoServer() throws IOException {
        haproxy(9_000, "120s", echoServer());
        holds("echo", 2);
    }

    @Test
    void haproxyStopsAcceptingAtItsLimitAndTheVerdictNamesIt() throws IOException {
        haproxy(200, "120s", echoServer());
        target("echo", "interval: 1s, timeout: 3s");
        try (RunningConsole console = ConsoleScript.in(folder).start("-o", "json")) {
            console.answer("start client1");
            console.answer("connections start 300 client1");
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(console.err())
                            .contains(
                                    "100 wait to be accepted",
                                    "it holds 200, a limit of its own",
                                    "Raise its maxconn"));
        }
    }

    @Test
    void haproxyClosesIdleOnesAndTheVerdictTellsAfterWhatTime() throws IOException {
        haproxy(1_000, "3s", echoServer());
        target("echo", "interval: 1m, timeout: 30s");
        try (RunningConsole console = ConsoleScript.in(folder).start("-o", "json")) {
            console.answer("start client1");
            console.answer("connections start 300 client1");
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(console.err()).containsPattern("when each was [34]\\.\\d s old"));
        }
    }

    @Test
    void aBalancerWithNobodyBehindItIsSaidToBeOne() throws IOException {
        haproxy(1_000, "120s", freePort());
        target("echo", "interval: 1s, timeout: 5s");
        try (RunningConsole console = ConsoleScript.in(folder).start("-o", "json")) {
            console.answer("start client1");
            console.answer("connections start 111 client1");
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(
                            () -> assertThat(console.out() + console.err()).contains("so does a load balancer"));
        }
    }
}
