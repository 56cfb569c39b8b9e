package io.connscale.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.net.Transport;
import io.connscale.stats.Reasons;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one connection makes of what comes in, piece by piece: on a channel in memory, with a schedule of its own. */
class ConnectionTest {
    private final Reasons reasons = new Reasons();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final LoadLoop loop = new LoadLoop(channel.eventLoop(), Transport.best(), reasons, 0, Given.settings(1, 1));
    private final Connection connection = new Connection(loop, channel);

    @BeforeEach
    void establish() {
        channel.pipeline().addLast(connection);
        channel.pipeline().fireChannelActive();
        assertThat(connection.established()).isTrue();
    }

    @Test
    void sendsPing() {
        assertThat(awaitPing()).isEqualTo("Ping");
        assertThat(loop.snapshot().pings()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Pong", "P|ong", "Po|ng", "Pon|g", "P|o|n|g", "|Pong", "Pong|"})
    void aPongMayComeInPieces(String pieces) {
        awaitPing();
        receive(pieces);
        assertThat(loop.snapshot().pongs()).isEqualTo(1);
        assertThat(awaitPing()).isEqualTo("Ping");
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

    @Test
    void aPongThatNobodyAskedForEndsIt() {
        LoadLoop idle = new LoadLoop(channel.eventLoop(), Transport.best(), reasons, 0, Given.settings(1, 60_000));
        Connection unasked = new Connection(idle, channel); // its first Ping is far away, however slow this machine is
        unasked.channelActive(context());
        unasked.channelRead(context(), Unpooled.copiedBuffer("P", US_ASCII));
        assertThat(reasons.counts()).containsEntry("receive unexpected", 1L); // the other one shares its channel
    }

    @Test
    void whatComesAfterTheEndIsDropped() {
        awaitPing();
        ByteBuf late = Unpooled.copiedBuffer("Pong", US_ASCII);
        connection.stop();
        connection.channelRead(context(), late);
        assertThat(late.refCnt()).isZero();
        assertThat(loop.snapshot().pongs()).isZero();
        assertThat(reasons.counts()).isEmpty();
    }

    @Test
    void stoppingIsNoLoss() {
        connection.stop();
        connection.stop();
        channel.runPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        assertThat(loop.snapshot().stopped()).isEqualTo(1);
        assertThat(loop.snapshot().lost()).isZero();
        assertThat(loop.snapshot().established()).isZero();
        assertThat(reasons.counts()).isEmpty();
    }

    @Test
    void anErrorWhileSendingIsToldAsSuch() {
        EmbeddedChannel broken = new EmbeddedChannel(new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
                ReferenceCountUtil.release(message);
                promise.setFailure(new IOException("Broken pipe"));
            }
        });
        LoadLoop pinging = new LoadLoop(broken.eventLoop(), Transport.best(), reasons, 0, Given.settings(1, 1));
        broken.pipeline().addLast(new Connection(pinging, broken));
        broken.pipeline().fireChannelActive();
        await().untilAsserted(() -> {
            broken.runPendingTasks();
            assertThat(reasons.counts()).isEqualTo(Map.of("send EPIPE", 1L));
        });
        assertThat(pinging.snapshot().pings()).isZero();
        assertThat(pinging.snapshot().lost()).isEqualTo(1);
        broken.runPendingTasks();
        assertThat(broken.isOpen()).isFalse();
    }

    @Test
    void theErrorIsCountedAndNotTheCloseThatFollows() {
        channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
        channel.close().awaitUninterruptibly();
        channel.runPendingTasks();
        assertEndedOnce("receive ECONNRESET");
    }

    private ChannelHandlerContext context() {
        return channel.pipeline().firstContext();
    }

    private void receive(String pieces) {
        for (String piece : pieces.split("\\|", -1)) {
            channel.writeInbound(Unpooled.copiedBuffer(piece, US_ASCII));
        }
    }

    private String awaitPing() {
        return await().until(this::sent, text -> text != null);
    }

    private @Nullable String sent() {
        channel.runPendingTasks();
        ByteBuf ping = channel.readOutbound();
        return ping == null ? null : ping.toString(US_ASCII);
    }

    private void assertEndedOnce(String reason) {
        assertThat(reasons.counts()).isEqualTo(Map.of(reason, 1L));
        assertThat(loop.snapshot().lost()).isEqualTo(1);
        assertThat(loop.snapshot().established()).isZero();
        channel.runPendingTasks();
        assertThat(channel.isOpen()).isFalse();
    }
}
