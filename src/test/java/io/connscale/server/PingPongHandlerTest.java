package io.connscale.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The wire, byte by byte, without a socket. */
class PingPongHandlerTest {
    private final EmbeddedConnection connection = new EmbeddedConnection();
    private final EmbeddedChannel channel = connection.channel;

    @AfterEach
    void close() {
        connection.close();
    }

    @Test
    void onePingOnePong() {
        assertThat(connection.answerTo("Ping")).isEqualTo("Pong");
        assertThat(connection.loop.pings.get()).isEqualTo(1);
    }

    @Test
    void aPingInTwoPieces() {
        assertThat(connection.answerTo("PingPi")).isEqualTo("Pong");
        assertThat(connection.answerTo("ng")).isEqualTo("Pong");
    }

    @Test
    void byteByByte() {
        assertThat(connection.answerTo("P")).isEmpty();
        assertThat(connection.answerTo("i")).isEmpty();
        assertThat(connection.answerTo("n")).isEmpty();
        assertThat(connection.answerTo("g")).isEqualTo("Pong");
    }

    @Test
    void severalAtOnceAreAnsweredInOneWrite() {
        connection.receive(Unpooled.copiedBuffer("PingPingPing", US_ASCII));
        assertThat(channel.outboundMessages()).hasSize(1);
        assertThat(connection.sent()).isEqualTo("PongPongPong");
    }

    @Test
    void nothingIsAnsweredToNothing() {
        assertThat(connection.answerTo("")).isEmpty();
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void anythingButPingEndsTheConnectionAndIsCounted() {
        assertThat(connection.answerTo("Pingx")).isEqualTo("Pong");
        assertThat(channel.isOpen()).isFalse();
        assertThat(connection.reasons.counts()).containsExactly(entry("protocol error", 1L));
        assertThat(connection.loop.established.get()).isZero();
    }

    @Test
    void aPongIsNotAPing() {
        assertThat(connection.answerTo("Pong")).isEmpty();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void whatWasReadIsReleased() {
        ByteBuf bytes = Unpooled.copiedBuffer("Pingx", US_ASCII);
        connection.receive(bytes);
        assertThat(bytes.refCnt()).isZero();
    }

    @Test
    void countsTheConnectionWhileItIsOpen() {
        assertThat(connection.loop.established.get()).isEqualTo(1);
        channel.close().syncUninterruptibly();
        assertThat(connection.loop.established.get()).isZero();
        assertThat(connection.loop.accepted.get()).isEqualTo(1);
    }

    @Test
    void nothingIsReadWhileNothingCanBeWritten() {
        writable(false);
        assertThat(channel.config().isAutoRead()).isFalse();
        writable(true);
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    private void writable(boolean writable) {
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, writable);
        channel.runPendingTasks();
    }

    @Test
    void anErrorEndsTheConnectionAndIsCountedOnceByItsName() {
        connection.handler.exceptionCaught(connection.context, new IOException("Connection reset by peer"));
        connection.handler.exceptionCaught(connection.context, new IOException("Broken pipe"));
        assertThat(channel.isOpen()).isFalse();
        assertThat(connection.reasons.counts()).containsExactly(entry("receive ECONNRESET", 1L));
    }

    @Test
    void aPongThatCannotBeSentIsCountedAsSend() {
        channel.close().syncUninterruptibly();
        connection.handler.channelRead(connection.context, Unpooled.copiedBuffer("Ping", US_ASCII));
        assertThat(connection.reasons.counts()).containsExactly(entry("send closed", 1L));
    }
}
