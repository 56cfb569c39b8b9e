package io.connscale.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.connscale.kernel.Costs;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only links by a ring have to get right. Both ends are on one loop, whose ring is far too small for them. */
@Timeout(60)
class RingTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final int MANY = 200;
    /** A request more than four is submitted on the way; of completions there are eight, of buffers two. */
    private static final Ring.Size TINY = new Ring.Size(4, 8, 2, 64);

    private final AtomicReference<RingHandler> handler = new AtomicReference<>();
    private EventLoopGroup group;
    private EventLoop loop;
    private Links pings;
    private Links pongs;

    @BeforeEach
    void aLoopWithATinyRing() {
        assumeTrue(RingHandler.refusal().isEmpty(), RingHandler.refusal());
        group = new MultiThreadIoEventLoopGroup(
                1, (ThreadFactory) task -> new FastThreadLocalThread(task, "ring"), executor -> {
                    RingHandler made = new RingHandler(executor, EpollHandlers.factory(), TINY);
                    handler.set(made);
                    return made;
                });
        loop = group.next();
        RingHandler ring = Objects.requireNonNull(handler.get());
        pings = new RingLinks(loop, ring, Wire.PING);
        pongs = new RingLinks(loop, ring, Wire.PONG);
    }

    @AfterEach
    void endLoops() {
        if (group != null) {
            assertThat(group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    private <T> T onLoop(Callable<T> task) throws Exception {
        return loop.submit(task).get(30, TimeUnit.SECONDS);
    }

    /** Answers each four bytes, as the server does. */
    private final class Answering implements Listening.Owner {
        final List<Link> accepted = new ArrayList<>();
        final AtomicInteger ended = new AtomicInteger();

        @Override
        public void accepted(Function<Links, Link> made) {
            Link link = made.apply(pongs);
            accepted.add(link);
            link.open(
                    new Heard(bytes -> {
                        for (int left = bytes / Wire.LENGTH; left > 0; left -= Links.MAX_AT_ONCE) {
                            link.send(Math.min(left, Links.MAX_AT_ONCE));
                        }
                    }) {
                        @Override
                        public void closed() {
                            ended.incrementAndGet();
                        }
                    });
        }

        @Override
        public void failed(Throwable cause) {
            throw new AssertionError(cause);
        }
    }

    private interface Bytes {
        void came(int bytes);
    }

    private static class Heard implements Link.Owner {
        private final Bytes bytes;
        final CompletableFuture<String> end = new CompletableFuture<>();
        final AtomicInteger got = new AtomicInteger();
        volatile boolean up;

        Heard(Bytes bytes) {
            this.bytes = bytes;
        }

        @Override
        public void connected() {
            up = true;
        }

        @Override
        public void received(ByteBuffer received) {
            got.addAndGet(received.remaining());
            bytes.came(received.remaining());
        }

        @Override
        public void closed() {
            end.complete("closed");
        }

        @Override
        public void failed(String where, Throwable cause) {
            end.complete(where + " " + Errno.name(cause));
        }
    }

    private EpollListening listen(Listening.Owner owner) throws IOException {
        return new EpollListening((IoEventLoop) loop, false, ANY, new Listening.Manner(MANY, false), owner);
    }

    private Link connect(InetSocketAddress at, Link.Owner owner) throws Exception {
        return onLoop(() -> {
            Link link = pings.newLink(at);
            link.connect(at, null, owner);
            return link;
        });
    }

    /** They stay in the process's table, from which the room of its other connections is reckoned. */
    @Test
    void aLoopOpensNoMoreFilesThanAreReckoned() {
        assertThat(Objects.requireNonNull(handler.get()).files().size()).isLessThanOrEqualTo((int) Costs.WORKER_FILES);
    }

    /** A link asks by it whether it can have heard of its send: one too old is submitted before the send is. */
    @Test
    void aSendIsOfTheBatchWithWhichItIsSubmitted() throws IOException {
        try (Ring ring = new Ring(new Ring.Size(64, 128, 2, 64))) {
            ring.enable();
            for (int i = 0; i < 64; i++) {
                ring.cancel(1);
            }
            assertThat(ring.send(-1, 0, 0, 2)).as("the queue was full").isEqualTo(ring.batch());
            int batch = ring.batch();
            while (ring.hasUnsubmittedSends()) { // until there are so many that they don't wait any longer
                assertThat(ring.send(-1, 0, 0, 2)).isEqualTo(batch);
            }
            assertThat(ring.batch()).isEqualTo(batch + 1);
        }
    }

    /** More requests than the ring has room for, more completions, and more that comes than there are buffers. */
    @Test
    void nothingIsLostWhereTheRingIsTooSmall() throws Exception {
        Answering server = new Answering();
        InetSocketAddress at = listen(server).address();
        List<Link> clients = new ArrayList<>();
        List<Heard> heard = new ArrayList<>();
        onLoop(() -> {
            for (int i = 0; i < MANY; i++) {
                clients.add(pings.newLink(at));
                heard.add(new Heard(bytes -> {}));
                clients.get(i).connect(at, null, heard.get(i));
            }
            return null;
        });
        await().until(() -> heard.stream().allMatch(one -> one.up));
        for (int round = 1; round <= 5; round++) {
            int bytes = round * Wire.LENGTH;
            onLoop(() -> {
                clients.forEach(link -> link.send(1));
                return null;
            });
            await().untilAsserted(() ->
                    assertThat(heard).extracting(one -> one.got.get()).containsOnly(bytes));
        }
        onLoop(() -> {
            clients.forEach(Link::close);
            return null;
        });
        await().until(() -> server.ended.get() == MANY);
        assertThat(heard).allMatch(one -> one.end.getNow("").equals("closed"));
    }

    /** What is said in one turn of the loop, before it is known what became of the first. */
    @Test
    void oneLinkMaySayMuchInATurn() throws Exception {
        Answering server = new Answering();
        InetSocketAddress at = listen(server).address();
        Heard heard = new Heard(bytes -> {});
        Link client = connect(at, heard);
        await().until(() -> heard.up);
        int times = 5_000;
        onLoop(() -> {
            for (int i = 0; i < times; i++) {
                client.send(1);
            }
            return null;
        });
        await().until(() -> heard.got.get() == times * Wire.LENGTH);
    }

    /** A send that is short, or for which there is no room, leaves the rest for later, and no byte is lost or comes twice. */
    @Test
    void aPeerThatReadsLateGetsAllOfItInOrder() throws Exception {
        try (ServerSocket listening = new ServerSocket()) {
            listening.setReceiveBufferSize(4096);
            listening.bind(ANY, 1);
            InetSocketAddress at = (InetSocketAddress) listening.getLocalSocketAddress();
            Heard heard = new Heard(bytes -> {});
            RingLink client = onLoop(() -> {
                RingLink link = (RingLink) pings.newLink(at);
                link.setSendBufferSize(4096);
                link.connect(at, null, heard);
                return link;
            });
            try (Socket peer = listening.accept()) {
                await().until(() -> heard.up);
                int turns = 400;
                int each = 63;
                for (int i = 0; i < turns; i++) {
                    onLoop(() -> {
                        client.send(each);
                        return null;
                    });
                }
                assertThat(onLoop(() -> client.owed))
                        .as("bytes that the kernel has not taken")
                        .isPositive();
                peer.getOutputStream().write("later".getBytes(StandardCharsets.US_ASCII));
                InputStream in = peer.getInputStream();
                byte[] all = in.readNBytes(turns * each * Wire.LENGTH);
                assertThat(new String(all, StandardCharsets.US_ASCII)).isEqualTo(Wire.PING.repeat(turns * each));
                await().until(() -> heard.got.get() == "later".length());
                assertThat(in.available()).isZero();
            }
        }
    }

    /** When a Pong came is the kernel's to say: the loop may be busy, and reads it late. */
    @Test
    void whatIsReadLateHasComeWhenTheKernelHadIt() throws Exception {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress at = (InetSocketAddress) listening.getLocalSocketAddress();
            AtomicLong arrived = new AtomicLong();
            Heard heard = new Heard(bytes -> arrived.set(pings.arrived()));
            connect(at, heard);
            try (Socket peer = listening.accept()) {
                await().until(() -> heard.up);
                AtomicInteger pongs = new AtomicInteger();
                // The kernel may begin to take times a moment after the first socket has asked for them.
                await().untilAsserted(() -> {
                    CountDownLatch busy = new CountDownLatch(1);
                    CountDownLatch free = new CountDownLatch(1);
                    loop.execute(() -> {
                        busy.countDown();
                        awaitOf(free);
                    });
                    awaitOf(busy);
                    long before = System.nanoTime();
                    peer.getOutputStream().write(Wire.PONG.getBytes(StandardCharsets.US_ASCII));
                    long sent = System.nanoTime();
                    await().until(() -> System.nanoTime() - sent > TimeUnit.MILLISECONDS.toNanos(300));
                    free.countDown();
                    int all = pongs.incrementAndGet() * Wire.LENGTH;
                    await().until(() -> heard.got.get() == all);
                    assertThat(arrived.get() - before)
                            .isBetween(
                                    -TimeUnit.MILLISECONDS.toNanos(50),
                                    sent - before + TimeUnit.MILLISECONDS.toNanos(150));
                });
            }
        }
    }

    private static void awaitOf(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** It gathers what comes soon after it has asked, and hears of what comes later. */
    @Test
    void whatIsAnsweredLateIsHeard() throws Exception {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress at = (InetSocketAddress) listening.getLocalSocketAddress();
            Heard heard = new Heard(bytes -> {});
            Link link = connect(at, heard);
            try (Socket peer = listening.accept()) {
                await().until(() -> heard.up);
                for (int i = 1; i <= 20; i++) {
                    onLoop(() -> {
                        link.send(1);
                        return null;
                    });
                    peer.getInputStream().readNBytes(Wire.LENGTH);
                    if (i % 2 == 0) {
                        onLoop(() -> null); // which ends the wait in which it gathers
                    }
                    peer.getOutputStream().write(Wire.PONG.getBytes(StandardCharsets.US_ASCII));
                    int bytes = i * Wire.LENGTH;
                    await().until(() -> heard.got.get() == bytes);
                }
            }
            assertThat(heard.end.get(10, TimeUnit.SECONDS)).isEqualTo("closed");
        }
    }

    /** Until its requests are submitted its number is not another's, whose peer would hear what was said to this one's. */
    @Test
    void aDescriptorIsUsedAgainOnceAllIsSaid() throws Exception {
        try (ServerSocket listening = new ServerSocket(0, MANY, InetAddress.getLoopbackAddress())) {
            InetSocketAddress at = (InetSocketAddress) listening.getLocalSocketAddress();
            Heard last = new Heard(bytes -> {});
            for (int i = 0; i < MANY; i++) {
                Heard heard = new Heard(bytes -> {});
                Link link = connect(at, heard);
                try (Socket peer = listening.accept()) {
                    await().pollInterval(1, TimeUnit.MILLISECONDS).until(() -> heard.up);
                    Link next = onLoop(() -> {
                        link.send(1);
                        link.close();
                        Link made = pings.newLink(at);
                        made.connect(at, null, last);
                        return made;
                    });
                    assertThat(new String(peer.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                            .isEqualTo(Wire.PING);
                    try (Socket other = listening.accept()) {
                        onLoop(() -> {
                            next.close();
                            return null;
                        });
                        assertThat(other.getInputStream().readAllBytes()).isEmpty();
                    }
                }
            }
        }
    }

    /** The receive that the kernel has holds the socket: it ends with it. */
    @Test
    void thePeerHearsOfTheEnd() throws Exception {
        Answering server = new Answering();
        InetSocketAddress at = listen(server).address();
        try (Socket client = new Socket(at.getAddress(), at.getPort())) {
            client.getOutputStream().write(Wire.PING.getBytes(StandardCharsets.US_ASCII));
            assertThat(client.getInputStream().readNBytes(Wire.LENGTH)).hasSize(Wire.LENGTH);
            onLoop(() -> {
                server.accepted.get(0).close();
                return null;
            });
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    /** Who hears that many are closed may look at the other end. */
    @Test
    void thePeersOfAllHaveHeardOnceNoneIsClosing() throws Exception {
        List<Link> links = new ArrayList<>();
        List<SocketChannel> peers = new ArrayList<>();
        try (ServerSocketChannel listening = ServerSocketChannel.open().bind(ANY, MANY)) {
            InetSocketAddress at = (InetSocketAddress) listening.getLocalAddress();
            for (int i = 0; i < MANY; i++) {
                Heard heard = new Heard(bytes -> {});
                links.add(connect(at, heard));
                SocketChannel peer = listening.accept();
                peer.configureBlocking(false);
                peers.add(peer);
                await().pollInterval(1, TimeUnit.MILLISECONDS).until(() -> heard.up);
            }
            onLoop(() -> {
                links.forEach(Link::close);
                return null;
            });
            CompletableFuture<Long> open = new CompletableFuture<>();
            loop.execute(() -> tellOpen(peers, open));
            assertThat(open.get(30, TimeUnit.SECONDS)).isZero();
        } finally {
            for (SocketChannel peer : peers) {
                peer.close();
            }
        }
    }

    private void tellOpen(List<SocketChannel> peers, CompletableFuture<Long> open) {
        if (pings.areClosing()) {
            Future<?> unused = loop.schedule(() -> tellOpen(peers, open), 0, TimeUnit.NANOSECONDS);
        } else {
            open.complete(peers.stream().filter(RingTest::isOpen).count());
        }
    }

    private static boolean isOpen(SocketChannel peer) {
        try {
            return peer.read(ByteBuffer.allocate(1)) >= 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
