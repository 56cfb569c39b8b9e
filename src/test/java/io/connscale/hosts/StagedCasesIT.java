package io.connscale.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Each limit met for real at a client or on the way, with the server in the console; the verdict names it. */
@Tag("namespaces")
class StagedCasesIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Path TRACKED_MAX = Path.of("/proc/sys/net/netfilter/nf_conntrack_max");

    private static NetworkOfHosts network;
    private static NetworkConsole console;
    private static SshHost host;

    @BeforeAll
    static void make() {
        List.of("prlimit", "sysctl", "taskset").forEach(Needs::command);
        network = NetworkOfHosts.of(1);
        host = network.host("h1");
        console = NetworkConsole.with(
                network,
                "plain: {command: [" + host.in() + "], workers: 1}",
                "few: {command: [" + host.in() + ", prlimit, '--nofile=200:200'], workers: 1}");
        console.must("start all");
        host.sysctl("net.ipv4.tcp_syn_retries", "1");
    }

    @AfterAll
    static void close() {
        if (network != null) {
            if (console != null) {
                console.close();
            }
            network.close();
        }
    }

    @AfterEach
    void closeConnections() {
        console.must("connections stop all all");
    }

    @Test
    void aClientOutOfFiles() {
        JsonNode verdict = opening("connections start 300 few");
        assertThat(verdict.path("cause").asString()).isEqualTo("files");
        assertThat(verdict.path("sentence").asString())
                .matches("stopped at 1[0-9]{2} on few: no file left .*RLIMIT_NOFILE 200; connect EMFILE 1[0-9]{2}\\)");
        assertThat(verdict.path("remedy").asString()).contains("ulimit -n");
    }

    @Test
    void aHundredEphemeralPorts() {
        host.sysctl("net.ipv4.ip_local_port_range", "20000 20099"); // of these none is in TIME-WAIT after another test
        try {
            JsonNode verdict = opening("connections start 150 plain");
            assertThat(verdict.path("cause").asString()).isEqualTo("ports");
            assertThat(verdict.path("sentence").asString())
                    .contains("stopped at 100 on plain", "ip_local_port_range 20000–20099, 100 ports");
        } finally {
            host.sysctl("net.ipv4.ip_local_port_range", "32768 60999");
        }
    }

    /** The table's size belongs to the whole machine and can only be changed there. */
    @Test
    void aFullTableOfTrackedConnections() throws IOException {
        Assumptions.assumeTrue(Files.isWritable(TRACKED_MAX), "connection tracking is not loaded");
        // Not Files.readString: it first reads one byte, and a file under /proc/sys ends after the first read.
        String before = Command.must("cat", TRACKED_MAX.toString()).strip();
        host.must("nft", "add table inet tracks");
        host.must("nft", "add chain inet tracks out { type filter hook output priority 0; }");
        host.must("nft", "add rule inet tracks out ct state new counter");
        Files.writeString(TRACKED_MAX, "500");
        try {
            JsonNode verdict = opening("connections start 550 plain");
            assertThat(verdict.path("cause").asString()).isEqualTo("conntrack");
            assertThat(verdict.path("sentence").asString()).contains("of 500 entries (nf_conntrack_max)");
        } finally {
            Files.writeString(TRACKED_MAX, before);
            host.must("nft", "delete table inet tracks");
        }
    }

    @Test
    void nobodyListens() {
        console.must("server stop");
        try {
            JsonNode verdict = opening("connections start 20 plain");
            assertThat(verdict.path("cause").asString()).isEqualTo("refused");
            assertThat(verdict.path("sentence").asString()).contains("ECONNREFUSED", "nobody listens");
            assertThat(verdict.path("remedy").asString()).contains("server start");
        } finally {
            console.must("server start");
        }
    }

    @Test
    void noAnswerToASyn() {
        network.console().dropFrom(host);
        try {
            JsonNode verdict = opening("connections start 20 plain");
            assertThat(verdict.path("cause").asString()).isEqualTo("no-answer");
            assertThat(verdict.path("sentence").asString()).contains("ETIMEDOUT", "tcp_syn_retries 1");
        } finally {
            network.console().dropNothing();
        }
    }

    @Test
    void noPongArrives() {
        console.must("connections start 20 plain");
        network.console().dropTo(host);
        console.must("set timeout 2s plain");
        try {
            await().atMost(SOON).until(() -> console.notices().contains("without a Pong within 2000 ms"));
            assertThat(console.notices()).contains("packets get lost on the way");
        } finally {
            network.console().dropNothing();
            console.must("set timeout 60s plain");
        }
    }

    /** Beside two that never rest, on one processor, with more Pings to send than there is time for. */
    @Test
    void anAgentWithoutCpuAccusesItself() throws IOException {
        console.must("connections start 1000 plain");
        List<Process> busy = new ArrayList<>();
        try {
            for (int i = 0; i < 2; i++) {
                busy.add(new ProcessBuilder("taskset", "-c", "0", "sh", "-c", "while :; do :; done").start());
            }
            host.agents().forEach(agent -> Command.must("taskset", "-a", "-p", "-c", "0", Long.toString(agent.pid())));
            console.must("set interval 10ms plain");
            JsonNode verdict = opening("connections start 200 plain");
            assertThat(verdict.path("cause").asString()).isEqualTo("generator");
            assertThat(verdict.path("sentence").asString()).contains("is the limit itself", "for a CPU");
        } finally {
            busy.forEach(Process::destroyForcibly);
            host.agents().forEach(agent -> Command.must("taskset", "-a", "-p", "ff", Long.toString(agent.pid())));
            console.must("set interval 1s plain");
        }
    }

    private static JsonNode opening(String line) {
        JsonNode verdict = console.must(line).path("verdict");
        assertThat(verdict.isMissingNode())
                .as("no verdict; %s", console.notices())
                .isFalse();
        return verdict;
    }
}
