package io.connscale.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A console, its server, and agents on three hosts over SSH; and each way in which they lose each other. */
@Tag("namespaces")
class SshHostsIT {
    /** The promise is 10 s; a test on a loaded machine waits longer before it says that it doesn't happen. */
    private static final Duration SOON = Duration.ofSeconds(60);

    private static NetworkOfHosts network;

    @BeforeAll
    static void make() {
        network = NetworkOfHosts.of(3);
    }

    @AfterAll
    static void close() {
        if (network != null) {
            network.close();
        }
    }

    @Test
    void whatTheConsoleCountsIsWhatTheKernelOfEachHostHas() {
        try (NetworkConsole console = running(300)) {
            assertThat(console.must("count").path("established").asLong()).isEqualTo(900);
            assertThat(console.must("count").path("difference").asLong()).isZero();
            assertThat(network.hosts()).allMatch(host -> host.established(NetworkConsole.PORT) == 300);
            assertThat(network.console().established(NetworkConsole.PORT)).isEqualTo(900);
        }
        await().atMost(SOON).until(() -> allAgents().isEmpty());
    }

    @Test
    void nothingListensOnAnAgentsMachineButSshd() {
        try (NetworkConsole console = running(1)) {
            assertThat(console.must("hosts")).isNotEmpty();
            for (SshHost host : network.hosts()) {
                assertThat(host.must("ss", "-H", "-l", "-t", "-u", "-n").lines())
                        .isNotEmpty()
                        .allMatch(line -> line.contains(":22 "));
                // More for a moment, where a test before cut the cable: until that end hears of the other's.
                await().atMost(SOON).until(() -> host.established(22) == 1);
            }
        }
    }

    @Test
    void aSecondStartFindsTheJarThere() throws IOException {
        try (NetworkConsole console = NetworkConsole.of(network)) {
            console.must("start h1");
        }
        List<String> first = jars(network.host("h1"));
        try (NetworkConsole console = NetworkConsole.of(network)) {
            console.must("start h1");
            console.must("stop h1");
            console.must("start h1");
        }
        assertThat(first).hasSize(1);
        assertThat(jars(network.host("h1"))).isEqualTo(first);
    }

    @Test
    void aHostWhoseCableIsCutIsLostAndTheOthersGoOn() {
        SshHost h2 = network.host("h2");
        try (NetworkConsole console = running(300)) {
            h2.cut();
            awaitLost(console, h2);

            await().atMost(SOON).until(() -> h2.agents().isEmpty()); // though nobody can tell it
            assertThat(console.count(h2, "lost")).isEqualTo(300);
            assertThat(console.count(network.host("h1"), "established")).isEqualTo(300);
            assertThat(console.count(network.host("h3"), "established")).isEqualTo(300);
            assertThat(network.host("h3").established(NetworkConsole.PORT)).isEqualTo(300);

            h2.restore();
            comesBack(console, h2);
        } finally {
            h2.restore();
        }
    }

    @Test
    void packetsThatGetLostOnTheWayToTheConsoleLoseTheHost() {
        SshHost h1 = network.host("h1");
        try (NetworkConsole console = running(10)) {
            h1.dropTo(network.console());
            awaitLost(console, h1);
            await().atMost(SOON).until(() -> h1.agents().isEmpty());

            h1.dropNothing();
            comesBack(console, h1);
        }
    }

    @Test
    void whereSshdIsKilledTheHostIsLostAndItsAgentEnds() {
        SshHost h2 = network.host("h2");
        try (NetworkConsole console = running(10)) {
            h2.killSshd();
            awaitLost(console, h2);
            await().atMost(SOON).until(() -> h2.agents().isEmpty());

            h2.startSshd();
            comesBack(console, h2);
        }
    }

    @Test
    void anSshdThatIsRestartedTakesNoAgentWithIt() {
        SshHost h3 = network.host("h3");
        try (NetworkConsole console = running(10)) {
            List<ProcessHandle> before = h3.agents();
            h3.stopListening();
            await().until(() -> h3.processes("[listener]").isEmpty());
            h3.startSshd();

            console.must("connections start 10 h3");
            assertThat(console.count(h3, "established")).isEqualTo(20);
            assertThat(h3.agents()).isEqualTo(before);
        }
    }

    @Test
    void aFrozenAgentIsLostAndEndsWhenItThaws() {
        SshHost h1 = network.host("h1");
        try (NetworkConsole console = running(10)) {
            List<ProcessHandle> agents = h1.agents();
            h1.signal("STOP", agents);
            awaitLost(console, h1);

            h1.signal("CONT", agents);
            await().atMost(SOON).until(() -> agents.stream().noneMatch(ProcessHandle::isAlive));
            comesBack(console, h1);
        }
    }

    @Test
    void aFrozenHostIsLostAndItsAgentEndsWhenItThaws() {
        SshHost h1 = network.host("h1");
        try (NetworkConsole console = running(10)) {
            h1.freeze();
            awaitLost(console, h1);

            h1.thaw();
            await().atMost(SOON).until(() -> h1.agents().isEmpty());
            comesBack(console, h1);
        }
    }

    @Test
    void aKilledAgentIsLostAtOnceAndStartBringsItBack() {
        SshHost h1 = network.host("h1");
        try (NetworkConsole console = running(10)) {
            h1.signal("KILL", h1.agents());
            awaitLost(console, h1);
            assertThat(console.count(h1, "lost")).isEqualTo(10);

            comesBack(console, h1);
        }
    }

    @Test
    void noAgentOutlivesAConsoleThatIsKilled() throws InterruptedException {
        try (NetworkConsole console = running(10)) {
            assertThat(allAgents()).hasSize(3);

            console.process().destroyForcibly().waitFor();

            await().atMost(SOON).until(() -> allAgents().isEmpty());
        }
    }

    @Test
    void noAgentOutlivesAConsoleThatIsKilledBehindACutCable() throws InterruptedException {
        try (NetworkConsole console = running(10)) {
            network.console().cut();
            console.process().destroyForcibly().waitFor();

            await().atMost(SOON).until(() -> allAgents().isEmpty());
        } finally {
            network.console().restore();
        }
    }

    /** A console with all hosts started and this many connections from each. */
    private static NetworkConsole running(int connections) {
        NetworkConsole console = NetworkConsole.of(network);
        console.must("start all");
        console.must("connections start " + connections + " all");
        return console;
    }

    private static void awaitLost(NetworkConsole console, SshHost host) {
        await().atMost(SOON).until(() -> console.notices().contains(host.name() + " lost"));
    }

    private static void comesBack(NetworkConsole console, SshHost host) {
        console.must("start " + host.name());
        console.must("connections start 10 " + host.name());
        assertThat(console.count(host, "established")).isEqualTo(10);
        assertThat(host.established(NetworkConsole.PORT)).isGreaterThanOrEqualTo(10);
    }

    private static List<ProcessHandle> allAgents() {
        return network.hosts().stream().flatMap(host -> host.agents().stream()).toList();
    }

    /** The jars in a host's home, with what changes where one is copied anew; being used alone changes its time. */
    private static List<String> jars(SshHost host) throws IOException {
        try (Stream<Path> files = Files.walk(host.home())) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .map(file -> file + " " + host.must("stat", "-c", "%i %w", file.toString()))
                    .toList();
        }
    }
}
