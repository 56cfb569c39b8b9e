package io.connscale.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A program drives the server and agents that are real processes. */
@Timeout(120)
class ConnscaleTest {
    @TempDir
    Path folder;

    private Connscale scale;

    @BeforeEach
    void open() throws IOException {
        scale = Connscale.open(hosts("server: {ports: 0}\nhosts: {client1: {interval: 100ms}, client2: local}\n"));
    }

    private Path hosts(String yaml) throws IOException {
        return Files.writeString(folder.resolve("hosts.yaml"), yaml);
    }

    @AfterEach
    void close() {
        scale.close();
    }

    @Test
    void opensCountsTimesAndCloses() {
        Client client1 = scale.start("client1");

        Opened opened = client1.open(200);

        assertThat(opened.established()).isEqualTo(200);
        assertThat(opened.errors()).isEmpty();
        assertThat(opened.verdict()).isEmpty();
        Count count = scale.count();
        assertThat(count.server()).hasValue(200);
        assertThat(count.difference()).hasValue(0);
        assertThat(count.hosts()).isEqualTo(Map.of("client1", new Count.Host(200, 0, 0, 0)));
        client1.pings(Duration.ofMillis(50), Duration.ofSeconds(5));
        org.awaitility.Awaitility.await()
                .untilAsserted(
                        () -> assertThat(scale.stats().roundTrip().count()).isGreaterThan(200));
        Stats.Times roundTrip = scale.stats().roundTrip();
        assertThat(roundTrip.p99()).isGreaterThanOrEqualTo(roundTrip.p50()).isLessThanOrEqualTo(roundTrip.max());
        assertThat(client1.close(5)).isEqualTo(5);
        assertThat(client1.count().established()).isEqualTo(195);
        client1.stop();
        assertThatThrownBy(() -> client1.open(1))
                .isInstanceOfSatisfying(
                        ConnscaleException.class, e -> assertThat(e.hint()).isEqualTo("start client1 first"));
    }

    @Test
    void anUnknownHostIsNamedWithThoseThatThereAre() {
        assertThat(scale.hosts()).isEqualTo(List.of("client1", "client2"));
        assertThatThrownBy(() -> scale.start("client3"))
                .isInstanceOfSatisfying(
                        ConnscaleException.class, e -> assertThat(e.hint()).isEqualTo("hosts are client1, client2"))
                .hasMessage("no host client3");
    }

    @Test
    void aFileThatCannotBeReadIsToldWithItsPlace() throws IOException {
        Path wrong = hosts("server: {bakclog: 5}\nhosts: {a: local}\n");

        assertThatThrownBy(() -> Connscale.open(wrong))
                .isInstanceOf(ConnscaleException.class)
                .hasMessageContaining("hosts.yaml:1:10: unknown key \"bakclog\"");
    }

    @Test
    void aTakenPortIsAnError() {
        int port = scale.serverPorts().get(0);

        assertThatThrownBy(() -> Connscale.open(hosts("server: {ports: " + port + "}\nhosts: {a: local}\n")))
                .isInstanceOf(ConnscaleException.class)
                .hasMessageContaining(String.valueOf(port));
    }

    @Test
    void severalHostsAreAskedSideBySide() throws InterruptedException {
        List<String> both = scale.hosts(List.of("client*"));
        Pending.Result<Started> started = scale.start(both).result();
        assertThat(started.done().keySet()).containsExactly("client1", "client2");
        assertThat(started.failed()).isEmpty();

        Opening opening = scale.open(both, new Opening.Request(21, true, OptionalLong.empty(), false, false));
        Opened opened = opening.result();
        assertThat(opened.established()).isEqualTo(21);
        assertThat(opened.hosts().values()).extracting(Opened.Host::established).containsExactly(11L, 10L);

        Count ofOne = scale.count(List.of("client2"));
        assertThat(ofOne.established()).isEqualTo(10);
        assertThat(ofOne.difference()).isEmpty();
        assertThat(ofOne.explanation()).isEqualTo("client1 was not asked");

        Map<String, HostSettings> set = scale.set(both, now -> now.withTimeout(Duration.ofSeconds(9)))
                .result()
                .done();
        assertThat(set).isEqualTo(scale.settings());
        assertThat(set.values()).extracting(HostSettings::timeout).containsOnly(Duration.ofSeconds(9));
        assertThat(scale.close(Connscale.ALL, both).result().done())
                .isEqualTo(Map.of("client1", new Closed(11, 0), "client2", new Closed(10, 0)));
        assertThat(scale.stop(both).result().done()).isEqualTo(Map.of("client1", true, "client2", true));
    }

    @Test
    void theServerIsStoppedAndStarted() {
        Client client1 = scale.start("client1");
        client1.open(3);
        assertThat(scale.count().server()).hasValue(3);

        assertThat(scale.stopServer()).isEqualTo(3);
        assertThat(scale.server().running()).isFalse();
        assertThatThrownBy(() -> scale.open(List.of("nobody"), Opening.Request.of(1)))
                .hasMessage("no host nobody");
        scale.startServer();
        assertThat(client1.open(2).established()).isEqualTo(2); // on another port, which its agent knows
    }

    @Test
    void beforeItOpensItSaysWhatWillNotFit() throws Exception {
        List<String> notices = new CopyOnWriteArrayList<>();
        Path small = hosts("server: {ports: 0, workers: 1}\nhosts: {a: {workers: 1}}\n");
        try (Connscale other = Connscale.open(small, notices::add)) {
            other.start("a");
            Opening opening = other.open(List.of("a"), Opening.Request.of(10_000_000));
            assertThat(notices).anyMatch(line -> line.startsWith("of 10,000,000 connections about "));
            opening.stop();
            assertThat(opening.result().sum().remaining()).isPositive();
        }
    }
}
