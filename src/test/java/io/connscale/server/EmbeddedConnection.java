package io.connscale.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.connscale.stats.Reasons;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;

/** A connection of the server without a socket: what comes in, and what goes out. */
final class EmbeddedConnection implements AutoCloseable {
    final Reasons reasons = new Reasons();
    final EmbeddedChannel channel = new EmbeddedChannel();
    final ServerLoop loop = new ServerLoop(channel.eventLoop(), reasons);
    final PingPongHandler handler = new PingPongHandler(loop);
    final ChannelHandlerContext context;

    EmbeddedConnection() {
        channel.pipeline().addLast(handler).fireChannelActive();
        context = channel.pipeline().context(handler);
    }

    String answerTo(String text) {
        receive(Unpooled.copiedBuffer(text, US_ASCII));
        return sent();
    }

    void receive(ByteBuf bytes) {
        channel.writeInbound(bytes);
    }

    String sent() {
        StringBuilder text = new StringBuilder();
        for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
            text.append(bytes.toString(US_ASCII));
            bytes.release();
        }
        return text.toString();
    }

    @Override
    public void close() {
        channel.finishAndReleaseAll();
    }
}
