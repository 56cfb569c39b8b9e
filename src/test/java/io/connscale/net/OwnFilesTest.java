package io.connscale.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("io.connscale.net.Transport#available")
class OwnFilesTest {
    private static final Path OF_PROCESS = Path.of("/proc/self/fd");
    private static final Path OF_THREAD = Path.of("/proc/thread-self/fd");

    private final Transport way;
    private Transport transport;
    private EventLoopGroup group;

    OwnFilesTest(Transport way) {
        this.way = way;
        this.transport = way;
    }

    @BeforeEach
    void aLoopWithFilesOfItsOwn() {
        Optional<Transport> own = way.withOwnFiles();
        assumeTrue(own.isPresent(), way + ": no thread may have files of its own here");
        transport = own.get();
        group = transport.loops(1, "test-loop");
    }

    @AfterEach
    void end() {
        if (group != null) {
            group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
        }
    }

    private <T> T onLoop(java.util.concurrent.Callable<T> task) throws Exception {
        return group.next().submit(task).get(10, TimeUnit.SECONDS);
    }

    /** What is open there, by what it is. */
    private static Set<String> open(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.flatMap(file -> {
                        try {
                            return Stream.of(Files.readSymbolicLink(file).toString());
                        } catch (IOException e) {
                            return Stream.empty(); // that which lists them
                        }
                    })
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatTheLoopOpensIsNotAmongTheFilesOfTheProcess() throws Exception {
        Set<String> before = open(OF_PROCESS);
        Set<String> sockets = onLoop(() -> {
            Set<String> there = open(OF_THREAD);
            for (int i = 0; i < 20; i++) {
                Socket.newSocketStream();
            }
            Set<String> now = open(OF_THREAD);
            now.removeAll(there);
            return now;
        });
        assertThat(sockets).hasSize(20).allMatch(file -> file.startsWith("socket:"));
        assertThat(open(OF_PROCESS)).isEqualTo(before).doesNotContainAnyElementsOf(sockets);
    }

    /** A pipe's other end would never hear that it was closed, and a socket's peer neither. */
    @Test
    void noSocketAndNoPipeOfOthersIsInItsTable() throws Exception {
        Process cat = new ProcessBuilder("cat").start();
        EventLoopGroup later = transport.loops(1, "test-later");
        try {
            Set<String> there = later.next().submit(() -> open(OF_THREAD)).get(10, TimeUnit.SECONDS);
            assertThat(there).anyMatch(file -> file.contains("eventpoll")).anyMatch(file -> file.endsWith(".jar"));
            assertThat(there.stream().filter(file -> file.startsWith("pipe:") || file.startsWith("socket:")))
                    .as("beside standard input, output and error")
                    .hasSizeLessThanOrEqualTo(3);
            cat.getOutputStream().close(); // it ends with the end of its input, if that was the last writer
            assertThat(cat.waitFor(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            cat.destroyForcibly();
            later.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
        }
    }

    @Test
    void nothingIsLeftInTheProcessOfLoopsThatHaveEnded() throws Exception {
        for (int i = 0; i < 3; i++) { // each makes what Netty loads at first, and ends what the one before has left
            ended();
        }
        long before = count();
        for (int i = 0; i < 10; i++) {
            ended();
        }
        assertThat(count()).isLessThanOrEqualTo(before);
    }

    private void ended() throws Exception {
        EventLoopGroup one = transport.loops(1, "test-ended");
        List<Thread> thread = List.of(one.next().submit(Thread::currentThread).get(10, TimeUnit.SECONDS));
        one.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
        await().until(() -> !thread.get(0).isAlive());
    }

    private static long count() throws IOException {
        try (Stream<Path> files = Files.list(OF_PROCESS)) {
            return files.count();
        }
    }

    @Test
    void itListensAndTheProcessDoesNot() throws Exception {
        EventLoop loop = group.next();
        Listening listening = transport.listen(
                loop,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new Listening.Manner(5, false),
                new Listening.Owner() {
                    @Override
                    public void accepted(java.util.function.Function<Links, Link> link) {}

                    @Override
                    public void failed(Throwable cause) {}
                });
        try (java.net.Socket client = new java.net.Socket(
                InetAddress.getLoopbackAddress(), listening.address().getPort())) {
            assertThat(client.isConnected()).isTrue();
            assertThat(listening.drops()).hasValue(0);
        }
        listening.shut().get(5, TimeUnit.SECONDS);
        try (ServerSocket again =
                new ServerSocket(listening.address().getPort(), 5, InetAddress.getLoopbackAddress())) {
            assertThat(again.isBound()).isTrue();
        }
    }

    @Test
    void onlyItsThreadHasThem() throws Exception {
        assertThat(Transport.hasOwnFiles()).isFalse();
        assertThat(onLoop(Transport::hasOwnFiles)).isTrue();
        assertThat(transport.ownsFiles()).isTrue();
        assertThat(Transport.best().ownsFiles()).isFalse();
    }
}
