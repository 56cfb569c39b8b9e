package io.connscale;

import static io.connscale.net.FreePort.freePort;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
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

/** Somebody else's servers, the real ones, by the real script: connections held, counted as {@code ss} does, and the server's limit in its words. */
class TargetIT {
    private static final int HELD = 2_000;

    @TempDir
    Path folder;

    private int port;
    private final List<Process> servers = new ArrayList<>();

    @BeforeEach
    void choosePort() throws IOException {
        Needs.command("ss");
        port = freePort();
    }

    @AfterEach
    void endServers() throws InterruptedException {
        for (Process server : servers) {
            server.destroyForcibly().waitFor();
        }
    }

    private Process serve(String... command) throws IOException {
        Process server = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("server.log").toFile())
                .start();
        servers.add(server);
        await().atMost(Duration.ofSeconds(30)).until(this::listens);
        return server;
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text.replace("PORT", Integer.toString(port)))
                .toString();
    }

    private void target(String talk) throws IOException {
        file(
                "hosts.yaml",
                "target: {address: 127.0.0.1, ports: PORT, talk: " + talk + "}\n"
                        + "client: {interval: 1s, timeout: 20s, rate: 2000}\nhosts: {client1: local}\n");
    }

    /** As the kernel counts them, at the server's end. */
    private long establishedByKernel() throws IOException {
        Process ss = new ProcessBuilder("ss", "-Htn", "state", "established", "( sport = :" + port + " )").start();
        return new String(ss.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .count();
    }

    /** Opens, waits until each has been answered in three further intervals, and counts. */
    private void holds(String talk) throws IOException {
        target(talk);
        try (RunningConsole console = ConsoleScript.in(folder).start("-o", "json")) {
            console.answer("start client1");
            assertThat(console.answer("connections start " + HELD + " client1"))
                    .contains("\"established\":" + HELD + ",\"failed\":0", "\"errors\":{}");
            await().atMost(Duration.ofSeconds(60)).until(() -> number(console.answer("stats"), "pongs") >= 3 * HELD);
            assertThat(console.answer("count"))
                    .contains("\"server\":{\"established\":null}", "\"difference\":null")
                    .contains("{\"established\":" + HELD + ",\"connecting\":0,\"failed\":0,\"lost\":0}");
            assertThat(establishedByKernel()).isEqualTo(HELD);
        }
    }

    private static long number(String json, String name) {
        return Long.parseLong(json.replaceFirst("(?s).*?\"" + name + "\":(\\d+).*", "$1"));
    }

    private String redis() throws IOException {
        return file("redis.conf", "port PORT\nbind 127.0.0.1\nmaxclients 2500\nsave \"\"\ntcp-backlog 511\n");
    }

    @Test
    void redisHoldsThemAndItsLimitIsToldInItsWords() throws IOException {
        Needs.command("redis-server");
        serve("redis-server", redis());
        holds("redis");
        await().until(() -> establishedByKernel() == 0);
        ConsoleScript.Ran ran = ConsoleScript.in(folder)
                .run("-o", "json", "-e", "start client1", "-e", "connections start 3000 client1", "-e", "count");
        assertThat(ran.out())
                .contains("\"established\":2500,\"failed\":500")
                .contains("\"receive unexpected: -ERR max number of clients reached\":500")
                .contains("\"cause\":\"target-refuses\"");
    }

    @Test
    void aServerThatIsStartedAnewLosesThemAndThatIsCounted() throws Exception {
        Needs.command("redis-server");
        Process first = serve("redis-server", redis());
        target("redis");
        try (RunningConsole console = ConsoleScript.in(folder).start("-o", "json")) {
            console.answer("start client1");
            console.answer("connections start 500 client1");
            first.destroyForcibly().waitFor();
            await().until(() -> number(console.answer("count"), "lost") == 500);
            serve("redis-server", redis());
            assertThat(console.answer("connections start 500 client1")).contains("\"established\":500");
            assertThat(console.answer("count"))
                    .contains("{\"established\":500,\"connecting\":0,\"failed\":0,\"lost\":500}");
        }
    }

    @Test
    void nginxHoldsThemAndSaysItsStatus() throws IOException {
        Needs.command("nginx");
        String conf = file("nginx.conf", """
                daemon off; pid nginx.pid; error_log error.log; worker_processes 1;
                events { worker_connections 4096; }
                http {
                  access_log off; keepalive_requests 100000;
                  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
                  server { listen 127.0.0.1:PORT; location / { return 200 "hello"; } location /busy { return 503; } }
                }
                """);
        serve("nginx", "-p", folder.toString(), "-c", conf);
        holds("http");
        target("{http: {path: /busy}}");
        ConsoleScript.Ran ran = ConsoleScript.in(folder)
                .run("-o", "json", "-e", "start client1", "-e", "connections start 100 client1");
        assertThat(ran.out()).contains("\"receive unexpected: HTTP 503\":100", "\"established\":0");
        servers.get(0).destroy(); // its workers end with it
        await().until(() -> !servers.get(0).isAlive());
    }

    @Test
    void mosquittoHoldsThem() throws IOException {
        Needs.command("mosquitto");
        serve(
                "mosquitto",
                "-c",
                file("mosquitto.conf", "listener PORT 127.0.0.1\nallow_anonymous true\npersistence false\n"));
        holds("mqtt");
        holds("{mqtt: {version: 5}}");
    }

    @Test
    void aWebSocketServerHoldsThem() throws IOException {
        Needs.debiansPython("websockets");
        serve(Needs.PYTHON, file("ws.py", """
                        import asyncio, websockets
                        async def talk(socket, path=None):
                            async for message in socket:
                                await socket.send(message)
                        async def main():
                            async with websockets.serve(talk, '127.0.0.1', PORT, compression=None, ping_interval=2):
                                await asyncio.Future()
                        asyncio.run(main())
                        """));
        holds("websocket");
    }

    @Test
    void haproxyPassesThemOnToAnEchoServer() throws IOException {
        Needs.command("haproxy");
        Needs.debiansPython("asyncio");
        int front = port;
        port = freePort();
        serve(Needs.PYTHON, file("echo.py", """
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
                        """));
        String server = "  server echo 127.0.0.1:" + port + "\n";
        port = front;
        serve("haproxy", "-db", "-f", file("haproxy.cfg", """
                        global
                          maxconn 5000
                        defaults
                          mode tcp
                          timeout connect 20s
                          timeout client 120s
                          timeout server 120s
                        listen front
                          bind 127.0.0.1:PORT
                        """ + server));
        holds("echo");
    }
}
