package io.connscale.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which ports the kernel gives: of the even ones alone there would be half as many before it has to search. */
@EnabledIf("takesPortsInTurn")
class LocalPortsTest {
    private static final int CONNECTIONS = 40; // all even by chance: once in 10^12 runs

    private final Transport transport = Transport.available().get(0);
    private final EventLoopGroup loops = transport.loops(1, "ports");
    private final Links links = transport.links((EventLoop) loops.iterator().next(), Wire.PING);

    @AfterEach
    void endLoops() {
        assertThat(loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS))
                .isTrue();
    }

    /** Epoll, and Linux 6.8. */
    static boolean takesPortsInTurn() {
        String[] version = System.getProperty("os.version").split("\\D+", 3);
        int number = 1000 * Integer.parseInt(version[0]) + Integer.parseInt(version[1]);
        return Transport.available().get(0).sharesPorts() && number >= 6_008;
    }

    @Test
    void anOlderKernelDoesNotKnowTheOption() throws IOException {
        SocketLinks sockets = (SocketLinks) links;
        sockets.portRange = 9999;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            LoopLink client = new LoopLink(links);
            client.connect((InetSocketAddress) server.getLocalSocketAddress(), null);
            await().until(client::isUp);
        }
        assertThat(sockets.portRange).isEqualTo(SocketLinks.UNKNOWN);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = "127.0.0.3")
    void oddPortsAreTakenAsEvenOnesAre(@Nullable String address) throws IOException {
        @Nullable InetSocketAddress source = address == null ? null : new InetSocketAddress(address, 0);
        List<Integer> ports = new ArrayList<>();
        try (ServerSocket server = new ServerSocket(0, CONNECTIONS, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < CONNECTIONS; i++) {
                LoopLink client = new LoopLink(links);
                client.connect((InetSocketAddress) server.getLocalSocketAddress(), source);
                await().until(client::isUp);
                try (Socket accepted = server.accept()) {
                    ports.add(accepted.getPort());
                }
            }
        }
        assertThat(ports).anyMatch(port -> port % 2 == 1).anyMatch(port -> port % 2 == 0);
    }
}
