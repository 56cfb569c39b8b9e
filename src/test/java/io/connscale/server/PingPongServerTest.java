package io.connscale.server;

import static io.connscale.net.FreePort.freePort;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import io.connscale.Needs;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.ServerSettings;
import io.connscale.control.ServerStatus;
import io.connscale.control.ServerStatus.Listener;
import io.connscale.net.Transport;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The server on real sockets, with each transport. */
@ParameterizedClass
@MethodSource("io.connscale.net.Transport#available")
class PingPongServerTest {
    private final Transport transport;
    private final List<AutoCloseable> open = new ArrayList<>();

    PingPongServerTest(Transport transport) {
        this.transport = transport;
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @Test
    void answersPingWithPong() throws Exception {
        PingPongServer server = started(0);
        Peer peer = peer(server, 0);
        assertThat(peer.ping()).isEqualTo("Pong");
        assertThat(peer.send("PingPi").receive(4)).isEqualTo("Pong");
        assertThat(peer.send("ngPing").receive(8)).isEqualTo("PongPong");
        await().until(() -> server.status().join().pings(), n -> n == 4);
    }

    @Test
    void onePartOfAPingIsNotWaitedForForEver() throws Exception {
        PingPongServer server = started(settings().with(Duration.ofMillis(50), Duration.ZERO));
        Peer silent = peer(server, 0);
        assertThat(silent.ping()).isEqualTo("Pong");
        Peer peer = peer(server, 0).send("P");
        assertThat(peer.ends()).isTrue();
        await().until(() -> server.status().join().errors(), errors -> errors.equals(Map.of("protocol error", 1L)));
        assertThat(silent.ping()).isEqualTo("Pong");
    }

    @Test
    void theKernelIsToldToAskWhetherPeersAreStillThere() throws Exception {
        Needs.command("ss");
        PingPongServer server = started(settings().with(ServerSettings.PATIENCE, Duration.ofMinutes(30)));
        assertThat(peer(server, 0).ping()).isEqualTo("Pong");
        assertThat(timers(server)).containsPattern("timer:\\(keepalive,(30|29)min");
    }

    @Test
    void theKernelAsksNobodyWhereThatIsOff() throws Exception {
        Needs.command("ss");
        PingPongServer server = started(settings().with(ServerSettings.PATIENCE, Duration.ZERO));
        assertThat(peer(server, 0).ping()).isEqualTo("Pong");
        assertThat(timers(server)).contains("ESTAB").doesNotContain("keepalive");
    }

    private static ServerSettings settings() {
        return new ServerSettings("127.0.0.1", List.of(0), 1024, 2);
    }

    private PingPongServer started(ServerSettings settings) throws Exception {
        PingPongServer server = new PingPongServer(settings, transport);
        open.add(server);
        server.start().join();
        return server;
    }

    /** Of the server's ends, as the kernel tells. */
    private static String timers(PingPongServer server) throws Exception {
        int port = server.status().join().listeners().get(0).port();
        Process ss = new ProcessBuilder("ss", "-Htno", "sport = :" + port).start();
        return new String(ss.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void answersMorePingsThanOneReadTakes() throws Exception {
        PingPongServer server = started(0);
        assertThat(peer(server, 0).send("Ping".repeat(1000)).receive(4000)).isEqualTo("Pong".repeat(1000));
    }

    @Test
    void countsManyConnectionsOnTwoPorts() throws Exception {
        PingPongServer server = started(0, 0);
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            peers.add(peer(server, i % 2));
        }
        for (Peer peer : peers) {
            assertThat(peer.ping()).isEqualTo("Pong");
        }
        assertThat(server.status().join().established()).isEqualTo(300);
        peers.subList(0, 100).forEach(Peer::close);
        await().until(() -> server.status().join().established(), n -> n == 200);
        assertThat(server.status().join().accepted()).isEqualTo(300);
        assertThat(server.status().join().errors()).isEmpty();
    }

    @Test
    void saysWhereItListensAndWhatTheKernelMadeOfTheBacklog() throws Exception {
        PingPongServer server =
                new PingPongServer(new ServerSettings("127.0.0.1", List.of(0, 0), Integer.MAX_VALUE, 2), transport);
        open.add(server);
        server.start().join();
        ServerStatus status = server.status().join();
        assertThat(status.running()).isTrue();
        assertThat(status.transport()).isEqualTo(transport.name());
        assertThat(status.listeners())
                .extracting(Listener::port)
                .doesNotContain(0)
                .doesNotHaveDuplicates();
        assertThat(status.listeners()).allSatisfy(listener -> {
            assertThat(listener.address()).isEqualTo("127.0.0.1");
            assertThat(listener.backlogAsked()).isEqualTo(Integer.MAX_VALUE);
            assertThat(listener.backlogGiven()).isPositive().isLessThan(Integer.MAX_VALUE);
        });
    }

    @Test
    void listensOnAllAddresses() throws Exception {
        PingPongServer server = server("0.0.0.0", 0);
        server.start().join();
        assertThat(peer(server, 0).ping()).isEqualTo("Pong");
    }

    @Test
    void aProtocolErrorEndsThatConnectionOnly() throws Exception {
        PingPongServer server = started(0);
        Peer good = peer(server, 0);
        Peer bad = peer(server, 0).send("GET / HTTP/1.1\r\n\r\n");
        assertThat(bad.ends()).isTrue();
        assertThat(good.ping()).isEqualTo("Pong");
        assertThat(server.status().join().protocolErrors()).isEqualTo(1);
        await().until(() -> server.status().join().established(), n -> n == 1);
    }

    @Test
    void aResetIsCountedByItsName() throws Exception {
        PingPongServer server = started(0);
        Peer peer = peer(server, 0);
        assertThat(peer.ping()).isEqualTo("Pong");
        peer.reset();
        await().until(() -> server.status().join().established(), n -> n == 0);
        assertThat(server.status().join().errors()).containsExactly(entry("receive ECONNRESET", 1L)); // counted before
    }

    @Test
    void stopAndStartAtOnceWithConnectionsOpen() throws Exception {
        PingPongServer server = started(freePort());
        for (int round = 0; round < 3; round++) {
            List<Peer> peers = List.of(peer(server, 0), peer(server, 0), peer(server, 0));
            for (Peer peer : peers) {
                assertThat(peer.ping()).isEqualTo("Pong");
            }
            server.stop().join();
            server.start().join();
            assertThat(peers).allMatch(Peer::ends);
            assertThat(server.status().join().established()).isZero();
        }
        assertThat(peer(server, 0).ping()).isEqualTo("Pong");
    }

    @Test
    void aStoppedServerHasNothingAndStoppingAgainIsNoError() throws Exception {
        PingPongServer server = started(0);
        int port = server.status().join().listeners().get(0).port();
        server.stop().join();
        server.stop().join();
        assertThat(server.status().join()).isEqualTo(ServerStatus.stopped(transport.name()));
        assertThatThrownBy(() -> new Peer(port)).hasMessageContaining("refused");
        await().untilAsserted(() -> assertThat(loopThreads()).isEmpty()); // a loop has ended a moment before its thread
    }

    @Test
    void startingARunningServerIsAnErrorAndItRunsOn() throws Exception {
        PingPongServer server = started(0);
        assertThatThrownBy(() -> Answers.within(10, server.start()))
                .isInstanceOf(AgentException.class)
                .hasMessage("the server is running already");
        assertThat(peer(server, 0).ping()).isEqualTo("Pong");
    }

    @Test
    void aTakenPortIsNamedAndNoneIsListenedOn() throws Exception {
        int free = freePort();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            PingPongServer server = server("127.0.0.1", free, taken.getLocalPort());
            assertThatThrownBy(() -> Answers.within(10, server.start()))
                    .hasMessageStartingWith("address in use (127.0.0.1:" + taken.getLocalPort() + ", held by ")
                    .asInstanceOf(type(AgentException.class))
                    .extracting(AgentException::hint)
                    .asString()
                    .contains("stop it", "hosts.yaml");
            assertThatThrownBy(() -> new Peer(free)).hasMessageContaining("refused");
            assertThat(server.status().join().running()).isFalse();
        }
        await().until(() -> loopThreads().isEmpty());
    }

    @Test
    void aServerThatCouldNotStartStartsWhenThePortIsFree() throws Exception {
        PingPongServer server;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            PingPongServer refused = server("127.0.0.1", taken.getLocalPort());
            server = refused;
            assertThatThrownBy(() -> Answers.within(10, refused.start())).isInstanceOf(AgentException.class);
        }
        server.start().join();
        assertThat(peer(server, 0).ping()).isEqualTo("Pong");
    }

    @Test
    void anAddressOfAnotherMachineIsNamed() {
        assertThatThrownBy(() -> Answers.within(10, server("192.0.2.1", 8989).start()))
                .hasMessage("192.0.2.1 is not an address of this machine (EADDRNOTAVAIL), for port 8989");
    }

    @Test
    void aNameWithoutAnAddressIsNamed() {
        assertThatThrownBy(() ->
                        Answers.within(10, server("no.such.name.invalid", 8989).start()))
                .hasMessageContaining("no.such.name.invalid");
    }

    /** The event loops' threads; none of another test's, which all stop their server. */
    private static List<Thread> loopThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("server-"))
                .toList();
    }

    private PingPongServer started(Integer... ports) throws AgentException {
        PingPongServer server = server("127.0.0.1", ports);
        server.start().join();
        return server;
    }

    private PingPongServer server(String bind, Integer... ports) {
        PingPongServer server = new PingPongServer(new ServerSettings(bind, List.of(ports), 1024, 2), transport);
        open.add(server);
        return server;
    }

    private Peer peer(PingPongServer server, int listener) {
        Peer peer = new Peer(server.status().join().listeners().get(listener).port());
        open.add(peer);
        return peer;
    }
}
