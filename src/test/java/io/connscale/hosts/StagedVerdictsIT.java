package io.connscale.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.Needs;
import io.connscale.hosts.OtherServer.Manner;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What is between both ends, or at the wrong one: a verdict names it, and claims nothing that a counter denies. */
@Tag("namespaces")
class StagedVerdictsIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String PORT = Integer.toString(NetworkConsole.PORT);

    private static NetworkOfHosts network;
    private static Machine server;
    private static SshHost host;

    @BeforeAll
    static void make() {
        List.of("nft", "sysctl", "nstat").forEach(Needs::command);
        network = NetworkOfHosts.of(1);
        server = network.console();
        host = network.host("h1");
        host.sysctl("net.ipv4.tcp_syn_retries", "1");
    }

    @AfterAll
    static void close() {
        if (network != null) {
            network.close();
        }
    }

    @AfterEach
    void dropNothing() {
        List.of(server, host).forEach(machine -> machine.run("nft", "delete table inet drops"));
    }

    /** Without cookies three quarters of 8 handshakes may be under way; each takes 100 ms here. */
    @Test
    void aFullSynQueue() {
        server.sysctl("net.ipv4.tcp_max_syn_backlog", "8");
        server.sysctl("net.ipv4.tcp_syncookies", "0");
        server.sysctl("net.ipv4.tcp_no_metrics_save", "1"); // who is known from before is let in
        try (SlowPath path = new SlowPath(network, host, 50);
                NetworkConsole console = console("bind: 0.0.0.0, address: " + SlowPath.CONSOLE, "")) {
            assertThat(path.isThere()).isTrue();
            JsonNode before = console.must("plan 300 c").path("synQueue");
            assertThat(before.path("handshakes").asInt()).isEqualTo(7);
            assertThat(before.path("fits").isNull()).isTrue(); // the round trip is not known yet
            JsonNode verdict = opening(console, "connections start 300 c --rate 1000");
            assertThat(verdict.path("cause").asString()).isEqualTo("syn-queue");
            assertThat(verdict.path("sentence").asString())
                    .contains("SYN queue", "ListenDrops +", "tcp_max_syn_backlog 8, tcp_syncookies 0")
                    .doesNotContain("no overflow");
            assertThat(verdict.path("remedy").asString()).contains("tcp_syncookies=1");
            JsonNode after = console.must("plan 300 c").path("synQueue");
            assertThat(after.path("roundTripMillis").asDouble()).isGreaterThan(90);
            assertThat(after.path("fits").asBoolean(true)).isFalse();
        } finally {
            server.sysctl("net.ipv4.tcp_max_syn_backlog", "1024");
            server.sysctl("net.ipv4.tcp_syncookies", "1");
        }
    }

    @Test
    void aPathSlowerThanTheTimeout() {
        try (SlowPath path = new SlowPath(network, host, 300);
                NetworkConsole console = console("bind: 0.0.0.0, address: " + SlowPath.CONSOLE, "")) {
            assertThat(path.isThere()).isTrue();
            console.must("set timeout 200ms c");
            String answer = sentence(console, "connections start 20 c");
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(answer + console.notices())
                            .contains("ended without a Pong within 200 ms: the path alone takes longer, "));
            assertThat(console.notices()).doesNotContain("more CPU");
        }
    }

    /** The kernel counts overflows of all programs together; a firewall drops the SYNs for the server. */
    @Test
    void anotherProgramsOverflowIsNotTheServers() {
        Needs.command("python3");
        int theirs = NetworkConsole.PORT + 1;
        Process other = OtherServer.on(server, theirs, 1, Manner.NEVER_ACCEPTS);
        server.must("nft", "add table inet drops");
        server.must("nft", "add chain inet drops in { type filter hook input priority 0; }");
        server.must("nft", "add rule inet drops in tcp dport " + PORT + " tcp flags & (syn | ack) == syn drop");
        try (NetworkConsole console = console("bind: " + server.address(), "");
                Overflowing clients = new Overflowing(host, server.address(), theirs)) {
            await().atMost(SOON).until(() -> clients.isThere() && overflows() > 0);
            JsonNode verdict = opening(console, "connections start 20 c");
            assertThat(verdict.path("cause").asString()).isEqualTo("no-answer");
            assertThat(verdict.path("sentence").asString())
                    .contains("no SYN dropped at the server's sockets; another program's were", "packets get lost");
        } finally {
            other.destroyForcibly();
        }
    }

    private static long overflows() {
        return Long.parseLong(server.must("nstat", "-asz", "TcpExtListenOverflows")
                .replaceFirst("(?s).*TcpExtListenOverflows +([0-9]+).*", "$1"));
    }

    /** Clients whose connections a full accept queue drops, again and again. */
    private record Overflowing(Process process) implements AutoCloseable {
        Overflowing(Machine machine, String address, int port) {
            this(machine.start(
                    "python3",
                    "-c",
                    "import socket,sys,time\nwhile True:\n a=[socket.socket() for _ in range(20)]\n for c in a:\n"
                            + "  c.setblocking(False)\n  c.connect_ex((sys.argv[1],int(sys.argv[2])))\n time.sleep(1)",
                    address,
                    Integer.toString(port)));
        }

        boolean isThere() {
            return process.isAlive();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "NEVER_ACCEPTS, 'no answer, has 20 waiting in its accept queue'",
        "CLOSES, ended",
        "ECHOES, with \"Ping\" instead of \"Pong\"",
        "SPEAKS_HTTP, with \"HTTP/1.1 400 Bad Request\\r\\n\\r\\n\" instead of \"Pong\""
    })
    void anotherProgramListens(Manner manner, String words) {
        Process other = OtherServer.on(server, NetworkConsole.PORT, 100, manner);
        try (NetworkConsole console = console("autostart: false, bind: " + server.address(), "")) {
            console.must("set timeout 2s c");
            String answer = sentence(console, "connections start 20 c");
            String told = "the server is not running: another program (java, pid " + other.pid() + ") listens at";
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(answer + console.notices()).contains(told, words));
            assertThat(answer + console.notices()).doesNotContain("more CPU", "is not known");
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void aServerOnLoopbackAndAClientElsewhere() {
        try (NetworkConsole console = console("bind: 127.0.0.1, address: " + server.address(), "")) {
            JsonNode verdict = opening(console, "connections start 5 c");
            assertThat(verdict.path("cause").asString()).isEqualTo("bind");
            assertThat(verdict.path("sentence").asString()).contains("listens on 127.0.0.1 alone (server.bind)");
        }
        try (NetworkConsole console = console("bind: 127.0.0.1", "")) {
            JsonNode verdict = opening(console, "connections start 5 c");
            assertThat(verdict.path("cause").asString()).isEqualTo("bind");
            assertThat(verdict.path("sentence").asString())
                    .contains("127.0.0.1:" + PORT + ", which is that host itself");
        }
    }

    @ParameterizedTest
    @CsvSource({"reject with tcp reset", "reject"})
    void aFirewallThatRejects(String how) {
        server.must("nft", "add table inet drops");
        server.must("nft", "add chain inet drops in { type filter hook input priority 0; }");
        server.must("nft", "add rule inet drops in tcp dport " + PORT + " " + how);
        try (NetworkConsole console = console("bind: " + server.address(), "")) {
            JsonNode verdict = opening(console, "connections start 5 c");
            assertThat(verdict.path("cause").asString()).isEqualTo("refused");
            assertThat(verdict.path("sentence").asString())
                    .contains("though the server runs", "a firewall refuses them");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "10.77.0.222, source, no address of this host (source: 10.77.0.222; bind EADDRNOTAVAIL 5)",
        "127.0.0.2, source, a loopback source (127.0.0.2) reaches this machine alone"
    })
    void aSourceThatCannotBe(String source, String cause, String words) {
        try (NetworkConsole console = console("bind: " + server.address(), ", source: [" + source + "]")) {
            JsonNode verdict = opening(console, "connections start 5 c");
            assertThat(verdict.path("sentence").asString()).contains(words);
            assertThat(verdict.path("cause").asString()).isEqualTo(cause);
        }
    }

    @Test
    void linkLocalAddressesNeedTheirInterface() {
        String at = "bind: \"::\", address: \"" + server.linkLocal() + "%eth0\"";
        try (NetworkConsole console = console(at, ", source: [\"" + host.linkLocal() + "%eth0\"]")) {
            JsonNode opened = console.must("connections start 5 c");
            assertThat(opened.path("hosts").path("c").path("established").asInt())
                    .isEqualTo(5);
        }
        try (NetworkConsole console = console(at, ", source: [\"" + host.linkLocal() + "\"]")) {
            JsonNode verdict = opening(console, "connections start 5 c");
            assertThat(verdict.path("cause").asString()).isEqualTo("address");
            assertThat(verdict.path("sentence").asString()).contains(host.linkLocal(), "needs its interface");
        }
    }

    /** The server has Pongs on their way to a host that is gone: it holds those connections, and nobody else does. */
    @Test
    void connectionsOfAHostThatIsGoneAreSuspect() {
        try (NetworkConsole console = console("bind: " + server.address(), "")) {
            console.must("connections start 20 c");
            host.dropFrom(server);
            await().atMost(SOON).until(() -> retransmitting() == 20);
            server.dropFrom(host);
            console.must("set timeout 1s c");
            await().atMost(SOON).untilAsserted(() -> {
                JsonNode count = console.must("count");
                assertThat(count.path("difference").asInt()).isEqualTo(-20);
                assertThat(count.path("explanation").path("suspect").asInt()).isEqualTo(20);
            });
        }
    }

    /** Connections of the server that wait for an acknowledgement. */
    private static long retransmitting() {
        return server.must("ss", "-H", "-t", "-n", "-o", "state", "established", "sport = :" + PORT)
                .lines()
                .filter(line -> line.contains("timer:(on,"))
                .count();
    }

    /** The host {@code c}, ready. */
    private static NetworkConsole console(String keys, String more) {
        NetworkConsole console =
                NetworkConsole.withServer(network, keys, "c: {command: [" + host.in() + "], workers: 1" + more + "}");
        console.must("start c");
        return console;
    }

    /** The verdict's sentence; empty where the answer came before anything had failed. */
    private static String sentence(NetworkConsole console, String line) {
        return console.must(line).path("verdict").path("sentence").asString("");
    }

    private static JsonNode opening(NetworkConsole console, String line) {
        JsonNode verdict = console.must(line).path("verdict");
        assertThat(verdict.isMissingNode())
                .as("no verdict; %s", console.notices())
                .isFalse();
        return verdict;
    }
}
