package io.connscale.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("warmedUp")
class WarmUpTest implements Listening.Owner {
    private final Transport transport;
    private final EventLoopGroup loops;
    private final EventLoop loop;
    private final AtomicInteger up = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();

    WarmUpTest(Transport transport) {
        this.transport = transport;
        this.loops = transport.loops(1, "warm-up");
        this.loop = (EventLoop) loops.iterator().next();
    }

    static List<Transport> warmedUp() {
        return Transport.available().stream()
                .filter(one -> !one.name().equals("nio"))
                .toList();
    }

    @AfterEach
    void endLoops() {
        assertThat(loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS))
                .isTrue();
    }

    @Override
    public void accepted(Function<Links, Link> accepted) {
        Link link = accepted.apply(transport.links(loop, Wire.PONG));
        link.open(new Link.Owner() {
            @Override
            public void connected() {
                up.incrementAndGet();
            }

            @Override
            public void received(ByteBuffer bytes) {
                answered.addAndGet(bytes.remaining() / Wire.LENGTH);
                link.send(1);
            }

            @Override
            public void closed() {
                ended.incrementAndGet();
            }

            @Override
            public void failed(String where, Throwable cause) {
                failed.incrementAndGet();
            }
        });
    }

    @Override
    public void failed(Throwable cause) {
        failed.incrementAndGet();
    }

    @Test
    void eachConnectionComesSpeaksAndEnds() {
        transport.warmUp(loop, 100, Wire.PING, this);

        await().until(() -> ended.get() + failed.get() == 100);
        assertThat(up).hasValue(100);
        assertThat(answered).hasValue(100);
        assertThat(failed).hasValue(0);
        await().untilAsserted(() -> assertThat(abstractSockets()).isZero());
    }

    /** A server that is stopped as soon as it was started. */
    @Test
    void itEndsWithItsLoop() throws Exception {
        loop.submit(() -> {
                    transport.warmUp(loop, 10_000, Wire.PING, this);
                    Future<?> unused = loop.shutdownGracefully(0, 5, TimeUnit.SECONDS);
                })
                .get(10, TimeUnit.SECONDS);
        endLoops();
        assertThat(answered).hasValueLessThan(10_000);
        await().untilAsserted(() -> assertThat(abstractSockets()).isZero());
    }

    /** Of unix(7): proc_pid_net(5). */
    private static long abstractSockets() throws IOException {
        String own = "@connscale-" + ProcessHandle.current().pid() + "-";
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/net/unix"))) {
            return lines.filter(line -> line.contains(own)).count();
        }
    }
}
