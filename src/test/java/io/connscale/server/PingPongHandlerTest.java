package io.connscale.server;

import static io.connscale.server.EmbeddedConnection.PATIENCE;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The wire, byte by byte, without a socket. */
class PingPongHandlerTest {
    private final EmbeddedConnection connection = new EmbeddedConnection();

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
        assertThat(connection.answerTo("PingPingPing")).isEqualTo("PongPongPong");
        assertThat(connection.sends).isEqualTo(1);
    }

    @Test
    void nothingIsAnsweredToNothing() {
        assertThat(connection.answerTo("")).isEmpty();
        assertThat(connection.open).isTrue();
    }

    @Test
    void anythingButPingEndsTheConnectionAndIsCounted() {
        assertThat(connection.answerTo("Pingx")).isEqualTo("Pong");
        assertThat(connection.open).isFalse();
        assertThat(connection.reasons.counts()).containsExactly(entry("protocol error", 1L));
        assertThat(connection.loop.established.get()).isZero();
    }

    @Test
    void anUnfinishedPingIsAProtocolErrorAfterAWhile() {
        connection.answerTo("PingP");
        long begun = System.nanoTime();
        connection.loop.endUnfinished(begun + PATIENCE / 2);
        assertThat(connection.open).isTrue();
        connection.answerTo("i"); // more of the same gives no more time
        connection.loop.endUnfinished(begun + PATIENCE);
        assertThat(connection.open).isFalse();
        assertThat(connection.reasons.counts()).containsExactly(entry("protocol error", 1L));
        assertThat(connection.loop.established.get()).isZero();
    }

    @Test
    void aPingThatComesInPiecesHasTimeForEachAgain() {
        connection.answerTo("P");
        connection.answerTo("ing");
        connection.loop.endUnfinished(System.nanoTime() + 2 * PATIENCE);
        assertThat(connection.open).isTrue();
        connection.answerTo("Pi");
        assertThat(connection.answerTo("ngPi")).isEqualTo("Pong");
        connection.loop.endUnfinished(System.nanoTime() + PATIENCE / 2);
        assertThat(connection.open).isTrue();
    }

    @Test
    void aConnectionThatSaysNothingAtAllStays() {
        connection.loop.endUnfinished(System.nanoTime() + 1000 * PATIENCE);
        assertThat(connection.open).isTrue();
    }

    @Test
    void aPongIsNotAPing() {
        assertThat(connection.answerTo("Pong")).isEmpty();
        assertThat(connection.open).isFalse();
    }

    @Test
    void countsTheConnectionWhileItIsOpen() {
        assertThat(connection.loop.established.get()).isEqualTo(1);
        connection.close();
        assertThat(connection.loop.established.get()).isZero();
        assertThat(connection.loop.accepted.get()).isEqualTo(1);
    }

    @Test
    void anErrorEndsTheConnectionAndIsCountedOnceByItsName() {
        connection.handler.failed("receive", new IOException("Connection reset by peer"));
        connection.handler.failed("send", new IOException("Broken pipe"));
        assertThat(connection.loop.established.get()).isZero();
        assertThat(connection.reasons.counts()).containsExactly(entry("receive ECONNRESET", 1L));
    }

    @Test
    void aPongThatCannotBeSentIsCountedAsSend() {
        connection.failure = new IOException("Broken pipe");
        assertThat(connection.answerTo("PingPing")).isEmpty();
        assertThat(connection.reasons.counts()).containsExactly(entry("send EPIPE", 1L));
    }
}
