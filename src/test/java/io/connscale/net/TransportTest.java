package io.connscale.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TransportTest {
    @Test
    void theFirstOfThoseThatThereAreIsBest() {
        assertThat(Transport.best().name())
                .isEqualTo(Transport.available().get(0).name());
        assertThat(Transport.available()).extracting(Transport::name).endsWith("nio");
    }

    @ParameterizedTest
    @MethodSource("io.connscale.net.Transport#available")
    void eachCanBeAskedFor(Transport transport) {
        assertThat(Transport.best(transport.name())).isEqualTo(transport);
        assertThat(Transport.whyNot(transport.name())).isEmpty();
    }

    @Test
    void aSystemPropertyForcesNio() {
        String before = System.getProperty(Transport.PROPERTY, "");
        try {
            System.setProperty(Transport.PROPERTY, "nio");
            assertThat(Transport.best().name()).isEqualTo("nio");
            assertThat(Transport.best(Transport.available().get(0).name()))
                    .as("hosts.yaml has the last word")
                    .isEqualTo(Transport.available().get(0));
        } finally {
            System.setProperty(Transport.PROPERTY, before);
        }
    }

    @ParameterizedTest
    @MethodSource("io.connscale.net.Transport#available")
    void loopsAreNamedAfterTheirRole(Transport transport) throws Exception {
        EventLoopGroup loops = transport.loops(2, "role");
        try {
            assertThat(List.of(nameOf(loops), nameOf(loops))).containsExactlyInAnyOrder("role-1", "role-2");
        } finally {
            assertThat(loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).await(10, TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    /** The moment at which Netty's own loops forget to: told to end after they looked for what to close. */
    @ParameterizedTest
    @MethodSource("io.connscale.net.Transport#available")
    void loopsThatEndCloseWhatIsRegisteredWithThem(Transport transport) throws Exception {
        EventLoopGroup loops = transport.loops(1, "role");
        Listening listening = transport.listen(
                loops.next(),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new Listening.Manner(1, false),
                new Nobody());

        loops.execute(() -> {
            Future<?> unused = loops.shutdownGracefully(0, 5, TimeUnit.SECONDS);
        });

        assertThat(loops.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(listening.isOpen()).isFalse();
    }

    private static String nameOf(EventLoopGroup loops) throws Exception {
        return loops.next().submit(() -> Thread.currentThread().getName()).get(5, TimeUnit.SECONDS);
    }
}
