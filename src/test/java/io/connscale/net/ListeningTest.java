package io.connscale.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("io.connscale.net.Transport#available")
class ListeningTest implements Listening.Owner {
    private static final byte[] LOOPBACK_4 = {127, 0, 0, 1};
    private static final byte[] LOOPBACK_6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    private static final Listening.Manner ALONE = new Listening.Manner(16, false);

    private final Transport transport;
    private final EventLoopGroup loops;
    private final EventLoop loop;
    private final Queue<Link> accepted = new ConcurrentLinkedQueue<>();

    ListeningTest(Transport transport) {
        this.transport = transport;
        this.loops = transport.loops(1, "listening");
        this.loop = (EventLoop) loops.iterator().next();
    }

    @Override
    public void accepted(Function<Links, Link> link) {
        accepted.add(link.apply(transport.links(loop, Wire.PONG)));
    }

    @Override
    public void failed(Throwable cause) {
        throw new AssertionError(cause);
    }

    @AfterEach
    void endLoops() {
        assertThat(loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS))
                .isTrue();
    }

    private Listening listen(String address) throws IOException {
        return transport.listen(loop, new InetSocketAddress(address, 0), ALONE, this);
    }

    @Test
    void allAddressesAreThoseOfIpv6Too() throws IOException {
        Assumptions.assumeTrue(hasIpv6(), "IPv6 on loopback");
        int port = listen("0.0.0.0").address().getPort();
        try (Socket four = new Socket(InetAddress.getByAddress(LOOPBACK_4), port);
                Socket six = new Socket(InetAddress.getByAddress(LOOPBACK_6), port)) {
            assertThat(four.isConnected() && six.isConnected()).isTrue();
            await().until(() -> accepted.size() == 2);
        }
    }

    private static boolean hasIpv6() throws IOException {
        return InetAddress.getByAddress(LOOPBACK_6).isReachable(1000);
    }

    @Test
    void whatItAcceptsSendsAtOnce() throws IOException {
        int port = listen("127.0.0.1").address().getPort();
        try (Socket client = new Socket(InetAddress.getByAddress(LOOPBACK_4), port)) {
            assertThat(client.isConnected()).isTrue();
            await().until(() -> !accepted.isEmpty());
            if (accepted.element() instanceof SocketLink link) {
                assertThat(link.isTcpNoDelay()).isTrue();
            }
        }
    }

    /** Nobody accepts, and one or two may wait: the kernel drops the SYNs of the others, and counts that of this very socket. */
    @Test
    void whatAFullQueueDropsIsCountedOfItsSocket() throws Exception {
        Listening narrow = transport.listen(
                loop, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), new Listening.Manner(1, false), this);
        Listening other = listen("127.0.0.1");
        assertThat(narrow.drops().orElse(0)).isZero();
        CountDownLatch goOn = new CountDownLatch(1);
        List<SocketChannel> clients = new ArrayList<>();
        try {
            loop.execute(() -> awaitUninterruptibly(goOn));
            for (int i = 0; i < 8; i++) {
                SocketChannel client = SocketChannel.open();
                clients.add(client);
                client.configureBlocking(false);
                client.connect(narrow.address());
            }
            await().until(() -> narrow.drops().orElse(1) > 0);
            assertThat(narrow.drops().isPresent()).isEqualTo(narrow instanceof EpollListening);
            assertThat(other.drops().orElse(0)).as("of another socket").isZero();
        } finally {
            goOn.countDown();
            for (SocketChannel client : clients) {
                client.close();
            }
        }
    }

    private static void awaitUninterruptibly(CountDownLatch goOn) {
        try {
            goOn.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whoSharesItsAddressWithNobodyCantBeSteered() throws IOException {
        assertThat(listen("127.0.0.1").setWeights(new long[] {1, 1})).isFalse();
    }

    @Test
    void whatIsShutTakesNothingMore() throws IOException {
        Listening listening = listen("127.0.0.1");
        InetSocketAddress address = listening.address();
        assertThat(listening.shut().awaitUninterruptibly(5, TimeUnit.SECONDS)).isTrue();
        assertThat(listening.isOpen()).isFalse();
        // nio's selector closes the descriptor in its next round
        await().until(() -> refusal(address), refusal -> refusal.equals("ECONNREFUSED"));
        assertThat(accepted).isEmpty();
    }

    private static String refusal(InetSocketAddress address) throws IOException {
        try (Socket client = new Socket()) {
            client.connect(address, 1000);
            return "none";
        } catch (ConnectException e) {
            return Errno.name(e);
        }
    }

    @Test
    void onceItsLoopHasEndedItIsShutAllTheSame() throws IOException {
        Listening listening = listen("127.0.0.1");
        endLoops();
        assertThat(listening.isOpen()).isFalse();
        assertThat(listening.shut().awaitUninterruptibly(5, TimeUnit.SECONDS)).isTrue();
    }
}
