package io.connscale.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.Needs;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The limits of a server met for real, and its end; the verdict names it. */
@Tag("namespaces")
class StagedServerIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    /** Two of them: what comes from the first is never heard after its SYN. */
    private static final String SECOND = "10.77.0.111";

    private static NetworkOfHosts network;

    @BeforeAll
    static void make() {
        List.of("prlimit", "sysctl").forEach(Needs::command);
        network = NetworkOfHosts.of(2);
        network.host("h1").sysctl("net.ipv4.tcp_syn_retries", "1");
    }

    @AfterAll
    static void close() {
        if (network != null) {
            network.close();
        }
    }

    @Test
    void aServerOutOfFilesAndThenKilled() {
        SshHost far = network.host("h2");
        try (NetworkConsole console = NetworkConsole.withServer(
                network,
                "on: s, workers: 1, bind: " + far.address(),
                client(""),
                "s: {command: [" + far.in() + ", prlimit, '--nofile=200:200'], workers: 1}")) {
            console.must("start c");
            JsonNode verdict = console.must("connections start 300 c").path("verdict");
            assertThat(verdict.path("cause").asString()).isEqualTo("server-files");
            assertThat(verdict.path("sentence").asString())
                    .contains("RLIMIT_NOFILE 200; accept EMFILE")
                    .containsPattern("[1-9]\\d* wait to be accepted"); // it is read though no descriptor is left

            JsonNode count = console.must("count");
            long unaccepted = count.path("difference").asLong();
            assertThat(unaccepted).isPositive();
            assertThat(count.path("explanation").path("unaccepted").asLong()).isEqualTo(unaccepted);
            assertThat(count.path("explanation").path("waiting").asLong()).isPositive();
            assertThatTheUnacceptedAge(console);

            far.signal("KILL", far.agents());
            await().atMost(SOON).until(() -> console.notices().contains("is gone: it ended"));
        }
    }

    @Test
    void aFullAcceptQueueLeavesConnectionsUnaccepted() {
        overflowing(console -> {
            JsonNode verdict = console.must("connections start 20 c").path("verdict");
            assertThat(verdict.path("cause").asString()).isEqualTo("overflow");
            assertThat(verdict.path("sentence").asString()).contains("ListenOverflows +", "9 wait");
        });
    }

    /** Once each has sent its first Ping, those without a Pong are the unaccepted ones; and a second look finds them older. */
    private static void assertThatTheUnacceptedAge(NetworkConsole console) {
        await().atMost(SOON).untilAsserted(() -> {
            JsonNode now = explanation(console); // a server out of files may still get one back
            assertThat(now.path("unanswered").asLong())
                    .isPositive()
                    .isEqualTo(now.path("unaccepted").asLong());
        });
        JsonNode young = explanation(console);
        double oldest = young.path("oldestSeconds").asDouble();
        assertThat(oldest).isGreaterThanOrEqualTo(young.path("youngestSeconds").asDouble());
        assertThat(young.path("youngestSeconds").asDouble()).isPositive();
        await().atMost(SOON)
                .until(() -> explanation(console).path("oldestSeconds").asDouble() > oldest + 1);
    }

    private static JsonNode explanation(NetworkConsole console) {
        return console.must("count").path("explanation");
    }

    @Test
    void aFullAcceptQueueThatResets() {
        Machine server = network.console();
        server.sysctl("net.ipv4.tcp_abort_on_overflow", "1");
        try {
            overflowing(console ->
                    await().atMost(SOON).until(() -> console.notices().contains("tcp_abort_on_overflow=1 made that")));
        } finally {
            server.sysctl("net.ipv4.tcp_abort_on_overflow", "0");
        }
    }

    /**
     * Nobody accepts, and the backlog is 8. Half of the connections are established for the client alone, since nothing of
     * theirs but the SYN gets through; when it does, the queue is full of others.
     */
    private static void overflowing(Consumer<NetworkConsole> look) {
        SshHost host = network.host("h1");
        Machine server = network.console();
        host.run("ip", "address", "add", SECOND + "/24", "dev", "eth0");
        host.must("nft", "add table inet drops");
        host.must("nft", "add chain inet drops out { type filter hook output priority 0; }");
        String later =
                "ip saddr " + host.address() + " tcp dport " + NetworkConsole.PORT + " tcp flags & syn == 0 drop";
        host.must("nft", "add rule inet drops out " + later);
        Process listener = OtherServer.on(server, NetworkConsole.PORT, 8, OtherServer.Manner.NEVER_ACCEPTS);
        try (NetworkConsole console = NetworkConsole.withServer(
                network,
                "autostart: false, bind: " + server.address(),
                client(", source: [" + host.address() + ", " + SECOND + "]"))) {
            console.must("start c");
            console.must("connections start 16 c");
            await().atMost(SOON).until(() -> waiting(server) >= 8);
            host.dropNothing();
            await().atMost(SOON).until(() -> waiting(server) == 9);
            look.accept(console);
        } finally {
            listener.destroyForcibly();
        }
    }

    private static String client(String more) {
        return "c: {command: [" + network.host("h1").in() + "], workers: 1" + more + "}";
    }

    private static int waiting(Machine server) {
        String line = server.must("ss", "-H", "-l", "-t", "-n", "sport = :" + NetworkConsole.PORT);
        return Integer.parseInt(line.strip().split("\\s+", 3)[1]);
    }
}
