package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.control.Agent.Opened;
import io.connscale.control.AgentException;
import io.connscale.control.Settings;
import io.connscale.net.Transport;
import io.connscale.stats.Snapshot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** How connections end, and what they are counted as: real sockets, each transport, a peer in our hands. */
@Timeout(60)
@ParameterizedClass
@MethodSource("io.connscale.net.Transport#available")
class LoadAgentEndsTest {
    private final Transport transport;
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private LoadAgent agent;

    LoadAgentEndsTest(Transport transport) throws IOException, AgentException {
        this.transport = transport;
        this.agent = new LoadAgent(transport, 1, Given.settings(server.getLocalPort(), 20));
    }

    @AfterEach
    void close() throws IOException {
        agent.close();
        server.close();
    }

    @Test
    void answeredItStays() throws IOException {
        try (Socket peer = accepted()) {
            for (int i = 1; i <= 3; i++) {
                assertThat(peer.getInputStream().readNBytes(4)).asString().isEqualTo("Ping");
                peer.getOutputStream().write(new byte[] {'P', 'o'});
                peer.getOutputStream().write(new byte[] {'n', 'g'});
                long pongs = i;
                await().until(() -> Given.now(agent).pongs() == pongs);
            }
            assertThat(Given.now(agent).lost()).isZero();
        }
    }

    @Test
    void thePeerCloses() throws IOException {
        waiting().close();
        assertLost("receive closed");
    }

    @Test
    void thePeerResets() throws IOException {
        Socket peer = waiting();
        peer.setSoLinger(true, 0); // close sends a reset
        peer.close();
        assertLost("receive ECONNRESET");
    }

    @Test
    void thePeerSaysSomethingElse() throws IOException {
        try (Socket peer = accepted()) {
            peer.getOutputStream().write('?');
            assertLost("receive unexpected");
            assertThat(peer.getInputStream().readAllBytes()).hasSizeLessThanOrEqualTo(4); // and it is closed
        }
    }

    @Test
    void thePeerNeverAnswers() throws Exception {
        try (Socket peer = accepted()) {
            assertThat(peer.getInputStream().readNBytes(4)).asString().isEqualTo("Ping");
            await().until(() -> Given.now(agent).pings() > 0); // counted a moment after it was sent
            long skipped = Given.now(agent).skipped(); // a loop that was held up has some before the first one
            await().until(() ->
                    Given.now(agent).skipped() > skipped); // nor is a second Ping sent while the first one waits
            assertThat(Given.now(agent).pings()).isEqualTo(1);
            Settings impatient = new Settings(List.of("127.0.0.1:1"), List.of(), 20, 1, 0);
            agent.configure(impatient).get(5, TimeUnit.SECONDS);
            assertLost("receive timeout");
        }
    }

    @Test
    void nobodyListens() throws Exception {
        agent.close();
        // Port 1, which no client is given as its own: one that is given the port that it connects to meets itself.
        agent = new LoadAgent(transport, 1, Given.settings(1, 20));
        assertFailed("connect ECONNREFUSED");
    }

    @Test
    void theSourceIsNoAddressOfThisMachine() throws Exception {
        agent.close();
        agent = new LoadAgent(
                transport,
                1,
                new Settings(List.of("127.0.0.1:" + server.getLocalPort()), List.of("192.0.2.1"), 20, 1000, 0));
        assertFailed("bind EADDRNOTAVAIL");
    }

    @Test
    void aStoppedOneIsNotLost() throws Exception {
        try (Socket peer = accepted()) {
            assertThat(agent.close(1).get(5, TimeUnit.SECONDS).closed()).isEqualTo(1);
            peer.getInputStream().readAllBytes();
            Snapshot counts = Given.now(agent);
            assertThat(counts.stopped()).isEqualTo(1);
            assertThat(counts.established() + counts.lost() + counts.failed()).isZero();
            assertThat(counts.errors()).isEmpty();
        }
    }

    private Socket accepted() throws IOException {
        Opened opened = agent.open(Given.order(1), progress -> {}).join();
        assertThat(opened.established()).isEqualTo(1);
        return server.accept();
    }

    /** A peer that has read its Ping: until it answers it gets no other, so its end can only be met in a read. */
    private Socket waiting() throws IOException {
        Socket peer = accepted();
        assertThat(peer.getInputStream().readNBytes(4)).asString().isEqualTo("Ping");
        return peer;
    }

    private void assertLost(String reason) {
        await().until(() -> Given.now(agent).lost() == 1);
        assertThat(Given.now(agent).errors()).isEqualTo(Map.of(reason, 1L));
        assertThat(Given.now(agent).established()).isZero();
        assertThat(Given.now(agent).failed()).isZero();
    }

    private void assertFailed(String reason) throws Exception {
        Opened opened = agent.open(Given.order(1000), progress -> {}).get(30, TimeUnit.SECONDS);
        assertThat(opened.failed()).isEqualTo(1000);
        assertThat(opened.errors()).isEqualTo(Map.of(reason, 1000L));
        Snapshot counts = Given.now(agent);
        assertThat(counts.failed()).isEqualTo(1000);
        assertThat(counts.established() + counts.connecting() + counts.lost()).isZero();
    }
}
