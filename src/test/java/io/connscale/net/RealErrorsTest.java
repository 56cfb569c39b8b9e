package io.connscale.net;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
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

    RealErrorsTest(Transport transport) {
        this.transport = transport;
        this.loops = transport.loops(1, "errors");
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
        assertThat(failure(client().connect(new InetSocketAddress(LOOPBACK, port))))
                .isEqualTo("ECONNREFUSED");
    }

    @Test
    void addressInUse() throws IOException {
        try (ServerSocket first = new ServerSocket(0, 1, LOOPBACK)) {
            Channel second = registered(transport.newServerChannel());
            assertThat(failure(second.bind(first.getLocalSocketAddress()))).isEqualTo("EADDRINUSE");
        }
    }

    @Test
    void addressNotOfThisMachine() {
        assertThat(failure(client().bind(FOREIGN))).isEqualTo("EADDRNOTAVAIL");
        assertThat(failure(registered(transport.newServerChannel()).bind(FOREIGN)))
                .isEqualTo("EADDRNOTAVAIL");
    }

    @Test
    void reset() throws IOException {
        CompletableFuture<String> caught = new CompletableFuture<>();
        SocketChannel client = client();
        client.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                caught.complete(Errno.name(cause));
            }
        });
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            succeed(client.connect(server.getLocalSocketAddress()));
            Socket accepted = server.accept();
            accepted.setSoLinger(true, 0); // close sends a reset
            accepted.close();
            assertThat(caught).succeedsWithin(5, TimeUnit.SECONDS).isEqualTo("ECONNRESET");
        }
    }

    @Test
    void brokenPipe() throws IOException {
        SocketChannel client = client();
        client.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            succeed(client.connect(server.getLocalSocketAddress()));
            server.accept().close();
            await().until(client::isInputShutdown);
            await().until(() -> failed(client.writeAndFlush(Wire.ping())), "EPIPE"::equals);
        }
    }

    @Test
    void closedBefore() {
        SocketChannel client = client();
        succeed(client.close());
        assertThat(failure(client.writeAndFlush(Wire.ping()))).isEqualTo(Errno.CLOSED);
    }

    @Test
    void aSourceAddressIsBoundWithoutTakingAPort() throws IOException {
        SocketChannel client = client();
        transport.bindAddressWithoutPort(client);
        succeed(client.bind(new InetSocketAddress("127.0.0.2", 0)));
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            assertThat(client.localAddress().getPort() == 0)
                    .isEqualTo(transport.name().equals("epoll"));
            succeed(client.connect(server.getLocalSocketAddress()));
            try (Socket accepted = server.accept()) {
                assertThat(accepted.getInetAddress().getHostAddress()).isEqualTo("127.0.0.2");
            }
        }
    }

    private SocketChannel client() {
        return registered(transport.newClientChannel(new InetSocketAddress(LOOPBACK, 1)));
    }

    private <C extends Channel> C registered(C channel) {
        succeed(loops.register(channel));
        return channel;
    }

    private static void succeed(ChannelFuture done) {
        assertThat(done.awaitUninterruptibly(5, TimeUnit.SECONDS)).isTrue();
        assertThat(done.cause()).isNull();
    }

    private static String failure(ChannelFuture done) {
        String name = failed(done);
        assertThat(done.isSuccess()).isFalse();
        return name;
    }

    private static String failed(ChannelFuture done) {
        assertThat(done.awaitUninterruptibly(5, TimeUnit.SECONDS)).isTrue();
        return done.isSuccess() ? "" : Errno.name(requireNonNull(done.cause()));
    }
}
