package io.connscale.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What the kernel really says, through each transport. */
@ParameterizedClass
@MethodSource("io.connscale.net.Transport#available")
class RealErrorsTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    /** TEST-NET-1 of RFC 5737: never an address of this machine. */
    private static final InetSocketAddress FOREIGN = new InetSocketAddress("192.0.2.1", 0);

    private final Transport transport;
    private final EventLoopGroup loops;
    private final LoopLink client;

    RealErrorsTest(Transport transport) {
        this.transport = transport;
        this.loops = transport.loops(1, "errors");
        this.client = new LoopLink(transport.links((EventLoop) loops.iterator().next(), Wire.PING));
    }

    @AfterEach
    void endLoops() {
        assertThat(loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void refused() throws IOException {
        int port;
        try (ServerSocket gone = new ServerSocket(0, 1, LOOPBACK)) {
            port = gone.getLocalPort();
        }
        client.connect(new InetSocketAddress(LOOPBACK, port), null);
        assertThat(client.end()).isEqualTo((overLoopbackAtOnce() ? "refused" : "connect") + " ECONNREFUSED");
    }

    /** Links that are sockets learn at once how it went. */
    private boolean overLoopbackAtOnce() {
        return transport.sharesPorts();
    }

    /** Nothing is waited for that has come already. */
    @Test
    void overLoopbackItIsUpWhenConnectReturns() throws IOException {
        assumeTrue(overLoopbackAtOnce());
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            client.connect((InetSocketAddress) server.getLocalSocketAddress(), null);
            assertThat(client.isUp()).isTrue();
        }
    }

    /** Where nobody listens at a port and a socket is given that one, it meets its own SYN. */
    @Test
    void aSocketMayMeetItself() throws IOException {
        InetSocketAddress port;
        try (ServerSocket gone = new ServerSocket(0, 1, LOOPBACK)) {
            port = (InetSocketAddress) gone.getLocalSocketAddress();
        }
        client.connect(port, port);
        await().until(client::isUp);
        client.onLoop(link -> assertThat(link.meetsItself()).isTrue());
    }

    @Test
    void twoSocketsDoNotMeetThemselves() throws IOException {
        try (Socket accepted = connected()) {
            assertThat(accepted.isConnected()).isTrue();
            client.onLoop(link -> assertThat(link.meetsItself()).isFalse());
        }
    }

    @Test
    void addressInUse() throws IOException {
        try (ServerSocket first = new ServerSocket(0, 1, LOOPBACK)) {
            assertThat(failureToListen((InetSocketAddress) first.getLocalSocketAddress()))
                    .isEqualTo("EADDRINUSE");
        }
    }

    @Test
    void addressNotOfThisMachine() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            client.connect((InetSocketAddress) server.getLocalSocketAddress(), FOREIGN);
            assertThat(client.end()).isEqualTo("refused EADDRNOTAVAIL");
        }
        assertThat(failureToListen(FOREIGN)).isEqualTo("EADDRNOTAVAIL");
    }

    @Test
    void closed() throws IOException {
        connected().close();
        assertThat(client.end()).isEqualTo("closed");
    }

    @Test
    void reset() throws IOException {
        Socket accepted = connected();
        accepted.setSoLinger(true, 0); // close sends a reset
        accepted.close();
        assertThat(client.end()).isEqualTo("receive ECONNRESET");
    }

    /** By a ring, a turn of the loop hears of the peer's end and of what it sent last at once. */
    @Test
    void brokenPipe() throws IOException {
        assumeFalse(transport.name().equals("io_uring"));
        Socket accepted = connected();
        client.onLoop(
                link -> { // the loop is kept from reading that the peer has closed
                    accepted.close();
                    await().pollInSameThread().until(() -> {
                        link.send(1);
                        return client.hasEnded();
                    });
                });
        assertThat(client.end()).isEqualTo("send EPIPE");
    }

    @Test
    void whatIsSentAfterTheEndGoesNowhere() throws IOException {
        try (Socket accepted = connected()) {
            client.onLoop(link -> {
                link.close();
                link.send(1);
                link.close();
            });
            assertThat(client.end()).isEqualTo("closed");
            assertThat(accepted.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void comesFromItsSourceAddress() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            client.connect((InetSocketAddress) server.getLocalSocketAddress(), new InetSocketAddress("127.0.0.2", 0));
            try (Socket accepted = server.accept()) {
                assertThat(accepted.getInetAddress().getHostAddress()).isEqualTo("127.0.0.2");
            }
        }
    }

    @Test
    void theKernelKnowsTheRoundTripTime() throws IOException {
        try (Socket accepted = connected()) {
            assertThat(accepted.isConnected()).isTrue();
            client.onLoop(link -> {
                boolean asks = !transport.name().equals("nio");
                assertThat(link.tcpInfo().isPresent()).isEqualTo(asks);
                link.tcpInfo().ifPresent(info -> assertThat(info.rttMicros()).isBetween(1L, 1_000_000L));
                link.close();
                assertThat(link.tcpInfo()).isEmpty();
            });
        }
    }

    @Test
    void aLoopThatEndsClosesItsLinks() throws IOException {
        try (Socket accepted = connected()) {
            endLoops();
            assertThat(client.end()).isEqualTo("closed");
            assertThat(accepted.getInputStream().read()).isEqualTo(-1);
        }
    }

    /** The client's peer. */
    private Socket connected() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            client.connect((InetSocketAddress) server.getLocalSocketAddress(), null);
            await().until(client::isUp);
            return server.accept();
        }
    }

    private String failureToListen(InetSocketAddress at) {
        EventLoop loop = (EventLoop) loops.iterator().next();
        return Errno.name(catchThrowableOfType(
                IOException.class, () -> transport.listen(loop, at, new Listening.Manner(1, false), new Nobody())));
    }
}
