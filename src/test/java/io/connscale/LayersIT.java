package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS and the PROXY protocol between connections and what is said over them: to real servers, by the real script. */
class LayersIT {
    @TempDir
    Path folder;

    private RealServers servers;
    private final Certificates authority = new Certificates();

    @BeforeEach
    void prepare() throws IOException {
        servers = new RealServers(folder);
        Certificates.Identity server = authority.of("localhost", "127.0.0.1");
        servers.file("root.pem", authority.root().pem());
        servers.file("server.pem", server.pem());
        servers.file("server.key", server.keyPem());
        Certificates.Identity client = authority.of("client.test");
        servers.file("client.pem", client.pem());
        servers.file("client.key", client.keyPem());
    }

    @AfterEach
    void endServers() throws InterruptedException {
        servers.end();
    }

    private void target(String more) throws IOException {
        servers.file(
                "hosts.yaml",
                "target: {address: 127.0.0.1, ports: PORT, " + more + "}\n"
                        + "client: {interval: 1s, timeout: 30s, rate: 500}\nhosts: {client1: local}\n");
    }

    private String opened(int count, String... more) throws IOException {
        List<String> words = new ArrayList<>(
                List.of("-o", "json", "-e", "start client1", "-e", "connections start " + count + " client1"));
        for (String line : more) {
            words.addAll(List.of("-e", line));
        }
        return ConsoleScript.in(folder).run(words.toArray(String[]::new)).out();
    }

    private void nginx(String server, String more) throws IOException {
        Needs.command("nginx");
        String conf = servers.file(
                "nginx.conf",
                """
                daemon off; pid nginx.pid; error_log error.log; worker_processes 1;
                events { worker_connections 4096; }
                http {
                  log_format client $proxy_protocol_addr; access_log off; keepalive_requests 100000;
                  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
                """ + "  server { listen 127.0.0.1:PORT " + server + "; " + more
                        + " location / { return 200 \"hello\"; } }\n}\n");
        servers.serve("nginx", "-p", folder.toString(), "-c", conf);
    }

    @Test
    void nginxHoldsThemOverTls() throws IOException {
        nginx("ssl", "ssl_certificate server.pem; ssl_certificate_key server.key;");
        target("talk: http, tls: {trust: root.pem}");
        assertThat(opened(1000, "sleep 2s", "count", "stats"))
                .contains("\"established\":1000,\"failed\":0")
                .contains("{\"established\":1000,\"connecting\":0,\"failed\":0,\"lost\":0}")
                .contains("\"tlsHandshake\":{\"count\":1000,");
        target("talk: http");
        assertThat(opened(10)).contains("\"receive unexpected: HTTP 400\":10");
        target("talk: http, tls: {}");
        assertThat(opened(10)).contains("\"tls handshake: certificate unknown\":10");
        target("talk: http, tls: {trust: root.pem, serverName: example.org}");
        assertThat(opened(10)).contains("\"tls handshake: certificate of another name\":10");
    }

    @Test
    void redisMayWantACertificate() throws IOException {
        Needs.command("redis-server");
        servers.serve("redis-server", servers.file("redis.conf", """
                        bind 127.0.0.1
                        port 0
                        tls-port PORT
                        tls-cert-file server.pem
                        tls-key-file server.key
                        tls-ca-cert-file root.pem
                        tls-auth-clients yes
                        save ""
                        """));
        target("talk: redis, tls: {trust: root.pem}");
        assertThat(opened(10)).contains("\"established\":0,\"failed\":10").contains("\"tls handshake: alert ");
        target("talk: redis, tls: {trust: root.pem, certificate: client.pem, key: client.key}");
        assertThat(opened(200, "sleep 2s", "count"))
                .contains("\"established\":200,\"failed\":0")
                .contains("{\"established\":200,\"connecting\":0,\"failed\":0,\"lost\":0}");
    }

    @Test
    void mosquittoHoldsThemOverTls() throws IOException {
        Needs.command("mosquitto");
        servers.serve("mosquitto", "-c", servers.file("mosquitto.conf", """
                        user root
                        listener PORT 127.0.0.1
                        allow_anonymous true
                        persistence false
                        certfile server.pem
                        keyfile server.key
                        cafile root.pem
                        """));
        target("talk: mqtt, tls: {trust: root.pem}");
        assertThat(opened(1000, "sleep 2s", "count", "stats"))
                .contains("\"established\":1000,\"failed\":0")
                .contains("{\"established\":1000,\"connecting\":0,\"failed\":0,\"lost\":0}")
                .contains("\"tlsHandshake\":{\"count\":1000,");
        target("talk: mqtt, tls: {}");
        assertThat(opened(10)).contains("\"tls handshake: certificate unknown\":10");
    }

    @Test
    void nginxSeesInventedClients() throws IOException {
        nginx("proxy_protocol", "access_log clients.log client;");
        target("talk: http, proxy: {version: v2, from: 10.7.0.0/24}");
        assertThat(opened(200)).contains("\"established\":200,\"failed\":0");
        await().untilAsserted(() -> assertThat(Files.readAllLines(folder.resolve("clients.log")).stream()
                        .distinct()
                        .toList())
                .hasSizeGreaterThanOrEqualTo(100)
                .allMatch(address -> address.startsWith("10.7.0.")));
    }

    @Test
    void haproxyTakesTheHeaderBeforeTls() throws IOException {
        Needs.command("haproxy");
        servers.file(
                "both.pem",
                Files.readString(folder.resolve("server.pem")) + Files.readString(folder.resolve("server.key")));
        servers.serve("haproxy", "-db", "-f", servers.file("haproxy.cfg", """
                        defaults
                          mode http
                          timeout connect 20s
                          timeout client 120s
                          timeout server 120s
                        frontend front
                          bind 127.0.0.1:PORT accept-proxy ssl crt both.pem
                          http-request deny deny_status 403 unless { src 10.8.0.0/16 }
                          http-request return status 200 content-type text/plain string hello
                        """));
        target("talk: http, tls: {trust: root.pem}, proxy: {version: v1, from: 10.8.0.0/16}");
        assertThat(opened(100)).contains("\"established\":100,\"failed\":0");
        target("talk: http, tls: {trust: root.pem}, proxy: v2"); // the real one
        assertThat(opened(10)).contains("\"receive unexpected: HTTP 403\":10");
    }

    @Test
    void ourOwnServerMakesItsCertificate() throws IOException {
        servers.file(
                "hosts.yaml",
                "server: {ports: 0, tls: {}}\nclient: {rate: 500, interval: 1s}\nhosts: {client1: local}\n");
        assertThat(opened(500, "sleep 2s", "count", "stats"))
                .contains("\"established\":500,\"failed\":0")
                .contains("\"server\":{\"established\":500}", "\"difference\":0")
                .contains("\"tlsHandshake\":{\"count\":500,");
        try (var files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile)
                            .filter(path -> path.toString().endsWith(".log")))
                    .allSatisfy(log -> assertThat(Files.readString(log)).doesNotContain("PRIVATE KEY"));
        }
    }
}
