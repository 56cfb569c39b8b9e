package io.connscale.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
                .untilAsserted(() -> assertThat(scale.stats().roundTrip().count()).isGreaterThan(200));
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
                .hasMessage("no host client3")
                .hasToString("no host client3 (hosts are client1, client2)");
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
}
