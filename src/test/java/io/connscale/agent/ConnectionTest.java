package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.net.NoLinks;
import io.connscale.stats.Health;
import io.connscale.stats.Reasons;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What one connection makes of what comes in, piece by piece: on a link without a socket, with a schedule of its own. */
class ConnectionTest {
    private final Reasons reasons = new Reasons();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final LoadLoop loop = new LoadLoop(new NoLinks(channel.eventLoop()), reasons, 0, Given.settings(1, 1));
    private final FakeLink link = new FakeLink();
    private final Connection connection = new Connection(loop, link);

    @BeforeEach
    void establish() {
        link.open(connection);
        assertThat(connection.established()).isTrue();
    }

    @Test
    void sendsPing() {
        awaitPing();
        assertThat(loop.snapshot().pings()).isEqualTo(1);
    }

    /** The loop is not run: what it is asked comes before the turn that it is late with. */
    @Test
    void whatHeldTheLoopUpIsToldWithWhatItHasRead() {
        await().pollInterval(Duration.ofMillis(150))
                .until(() -> loop.statistics().times().loopLag().max() > Health.MAX_PAUSE_MICROS);
    }

    /** Its Pings had left before, and their Pongs lay unread meanwhile: no later turn begins late for it. */
    @Test
    void whatHeldTheLoopUpInTheMiddleOfATurnIsTold() {
        link.whileSending = () -> await().pollDelay(Duration.ofMillis(150)).until(() -> true);
        awaitPing();
        assertThat(loop.statistics().times().loopLag().max()).isGreaterThan(Health.MAX_PAUSE_MICROS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Pong", "P|ong", "Po|ng", "Pon|g", "P|o|n|g", "|Pong", "Pong|"})
    void aPongMayComeInPieces(String pieces) {
        awaitPing();
        receive(pieces);
        assertThat(loop.snapshot().pongs()).isEqualTo(1);
        awaitPing();
        receive(pieces);
        assertThat(loop.snapshot().pongs()).isEqualTo(2);
        assertThat(connection.established()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Ping", "pong", "Pon|G", "PongPong", "Pong|P", "\0", "x"})
    void anythingElseEndsIt(String pieces) {
        awaitPing();
        receive(pieces);
        assertEndedOnce("receive unexpected");
    }

    @ParameterizedTest
    @CsvSource({
        "Ping, '\"Ping\"'",
        "HTTP/1.1 400 Bad Request|, '\"HTTP/1.1 400 Bad Request\"'",
        "Po|\u001b[2J\u202e\"\\, '\"Po\\x1b[2J?\\\"\\\\\"'",
        "0123456789012345678901234567890123456789, '\"01234567890123456789012345678901…\"'"
    })
    void itsFirstBytesAreKept(String pieces, String kept) {
        awaitPing();
        receive(pieces);
        assertThat(loop.statistics().unexpected()).containsExactly(kept);
    }

    @Test
    void aFewDifferentOnesAreKept() {
        for (int n = 0; n < 20; n++) {
            FakeLink other = new FakeLink();
            other.open(new Connection(loop, other));
            other.receive("no Pong " + n % 10);
        }
        assertThat(loop.statistics().unexpected()).containsExactly("\"no Pong 0\"", "\"no Pong 1\"", "\"no Pong 2\"");
    }

    @Test
    void aConnectionToItselfIsToldAsSuch() {
        link.meetsItself = true;
        awaitPing();
        receive("Ping");
        assertEndedOnce("receive self-connect");
        assertThat(loop.statistics().unexpected()).isEmpty();
    }

    @Test
    void aPongThatNobodyAskedForEndsIt() {
        LoadLoop idle = new LoadLoop(new NoLinks(channel.eventLoop()), reasons, 0, Given.settings(1, 60_000));
        FakeLink unasked = new FakeLink(); // its first Ping is far away, however slow this machine is
        unasked.open(new Connection(idle, unasked));
        unasked.receive("P");
        assertThat(reasons.counts()).containsEntry("receive unexpected", 1L); // the other one shares its channel
    }

    @Test
    void aSecondPongForAPingIsSaidAsSuch() {
        awaitPing();
        receive("PongPong");
        assertEndedOnce("receive unexpected");
        assertThat(loop.statistics().unexpected()).containsExactly("more than one Pong for a Ping");
    }

    @Test
    void whatIsNoPongBehindAPongIsShown() {
        awaitPing();
        receive("PongHello");
        assertThat(loop.statistics().unexpected()).containsExactly("\"Hello\"");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofAnAnswerThatOnlyBeganThePartIsShown(boolean closes) {
        awaitPing();
        receive("Po");
        if (closes) {
            connection.closed();
        } else {
            connection.timedOut();
        }
        assertEndedOnce(closes ? "receive closed" : "receive timeout");
        assertThat(loop.statistics().unexpected()).containsExactly("began to answer: \"Po\"");
    }

    @Test
    void whatComesAfterTheEndIsDropped() {
        awaitPing();
        connection.stop();
        link.receive("Pong");
        assertThat(loop.snapshot().pongs()).isZero();
        assertThat(reasons.counts()).isEmpty();
    }

    @Test
    void stoppingIsNoLoss() {
        connection.stop();
        connection.stop();
        assertThat(link.open).isFalse();
        assertThat(loop.snapshot().stopped()).isEqualTo(1);
        assertThat(loop.snapshot().lost()).isZero();
        assertThat(loop.snapshot().established()).isZero();
        assertThat(reasons.counts()).isEmpty();
    }

    @Test
    void anErrorWhileSendingIsToldAsSuch() {
        FakeLink broken = new FakeLink();
        broken.failure = new IOException("Broken pipe");
        LoadLoop pinging = new LoadLoop(new NoLinks(channel.eventLoop()), reasons, 0, Given.settings(1, 1));
        broken.open(new Connection(pinging, broken));
        await().untilAsserted(() -> {
            channel.runPendingTasks();
            assertThat(reasons.counts()).isEqualTo(Map.of("send EPIPE", 1L));
        });
        assertThat(pinging.snapshot().pings()).isZero();
        assertThat(pinging.snapshot().lost()).isEqualTo(1);
        assertThat(broken.open).isFalse();
    }

    @Test
    void theErrorIsCountedAndNotTheCloseThatFollows() {
        link.fail("receive", new IOException("Connection reset by peer"));
        connection.closed();
        assertEndedOnce("receive ECONNRESET");
    }

    private void receive(String pieces) {
        for (String piece : pieces.split("\\|", -1)) {
            link.receive(piece);
        }
    }

    private void awaitPing() {
        int before = link.sent;
        await().until(() -> {
            channel.runPendingTasks();
            return link.sent == before + 1;
        });
    }

    private void assertEndedOnce(String reason) {
        assertThat(reasons.counts()).isEqualTo(Map.of(reason, 1L));
        assertThat(loop.snapshot().lost()).isEqualTo(1);
        assertThat(loop.snapshot().established()).isZero();
        assertThat(link.open).isFalse();
    }
}
