package io.connscale.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.net.Listening;
import io.connscale.net.Transport;
import io.connscale.net.Wire;
import io.connscale.stats.Reasons;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What the acceptor makes of an accepted connection, on real sockets. */
@ParameterizedClass
@MethodSource("io.connscale.net.Transport#available")
class AcceptedConnectionTest {
    private static final int SMALL = 8 * 1024;

    private final Reasons reasons = new Reasons();
    private final EventLoopGroup group;
    private final List<ServerLoop> loops;
    private final InetSocketAddress address;
    /** Goes round: the next write goes on where the kernel took no more of the last. */
    private final ByteBuffer pings = StandardCharsets.US_ASCII.encode(Wire.PING.repeat(4096));

    AcceptedConnectionTest(Transport transport) throws IOException {
        group = transport.loops(2, "accepted");
        Iterator<EventExecutor> two = group.iterator();
        loops = List.of(
                new ServerLoop(transport.links((EventLoop) two.next(), Wire.PONG), reasons, 1_000_000_000),
                new ServerLoop(transport.links((EventLoop) two.next(), Wire.PONG), reasons, 1_000_000_000));
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        address = transport
                .listen(loops.get(0).loop, any, new Listening.Manner(128, false), new ServerLoops.Acceptor(loops, 0))
                .address();
    }

    @AfterEach
    void endLoops() {
        assertThat(group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void theLoopsTakeTurns() throws Exception {
        try (Peer one = new Peer(address.getPort());
                Peer two = new Peer(address.getPort());
                Peer three = new Peer(address.getPort())) {
            assertThat(one.ping() + two.ping() + three.ping()).isEqualTo("PongPongPong");
            assertThat(loops).extracting(loop -> loop.established.get()).containsExactly(2L, 1L);
        }
    }

    /** All that a client costs that sends and never reads is what the kernel holds. */
    @Test
    void aClientThatNeverReadsIsNotReadFrom() throws Exception {
        try (SocketChannel client = SocketChannel.open()) {
            connect(client, address);

            long sent = floodUntilNothingIsTaken(client);
            long answered = loops.get(0).pings.get();
            assertThat(answered * Wire.LENGTH).isLessThan(sent);

            assertThat(drain(client, sent)).isEqualTo(sent / Wire.LENGTH * Wire.LENGTH);
            assertThat(loops.get(0).pings.get()).isGreaterThan(answered).isEqualTo(sent / Wire.LENGTH);
            assertThat(reasons.counts()).isEmpty();
        }
    }

    private static void connect(SocketChannel client, InetSocketAddress server) throws IOException {
        client.setOption(StandardSocketOptions.SO_RCVBUF, SMALL); // fewer Pongs fit into the kernel
        client.setOption(StandardSocketOptions.SO_SNDBUF, SMALL);
        client.connect(server);
        client.configureBlocking(false);
    }

    /** A server that read on, and kept its Pongs, would take more for ever. */
    private long floodUntilNothingIsTaken(SocketChannel client) {
        long[] sent = {0};
        await().atMost(30, TimeUnit.SECONDS)
                .during(300, TimeUnit.MILLISECONDS)
                .pollInterval(1, TimeUnit.MILLISECONDS)
                .until(() -> {
                    long more = flood(client);
                    sent[0] += more;
                    return more == 0;
                });
        return sent[0];
    }

    /** Sends all that the kernel takes now; bytes. */
    private long flood(SocketChannel client) throws IOException {
        long sent = 0;
        for (int n = 1; n > 0; sent += n) {
            n = client.write(pings.hasRemaining() ? pings : pings.rewind());
        }
        return sent;
    }

    private static long drain(SocketChannel client, long sent) {
        ByteBuffer into = ByteBuffer.allocate(64 * 1024);
        long[] got = {0};
        await().atMost(30, TimeUnit.SECONDS)
                .pollInterval(1, TimeUnit.MILLISECONDS)
                .until(() -> {
                    for (int n = 1; n > 0; got[0] += Math.max(n, 0)) {
                        n = client.read(into.clear());
                    }
                    return got[0] >= sent / Wire.LENGTH * Wire.LENGTH;
                });
        return got[0];
    }
}
