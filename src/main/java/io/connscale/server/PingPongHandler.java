package io.connscale.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.connscale.net.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * One connection of the server, on its event loop: answers Ping with Pong. It keeps no bytes, only how much of a Ping has
 * come. While the client does not take its Pongs, nothing more is read from it.
 */
final class PingPongHandler extends ChannelInboundHandlerAdapter implements ChannelFutureListener {
    private static final byte[] PING = Wire.PING.getBytes(US_ASCII);
    /** A write is at most the answer to a full receive buffer. */
    private static final int MOST_AT_ONCE = LoopBuffer.SIZE / Wire.LENGTH;

    private static final ByteBuf PONGS = Wire.constant(Wire.PONG.repeat(MOST_AT_ONCE));

    private final ServerLoop loop;
    /** Bytes of the next Ping that have come: 0 to 3. */
    private byte position;
    /** It ends, and why has been counted. */
    private boolean ended;
    /** When it was accepted, {@link System#nanoTime()}. */
    private long since;

    PingPongHandler(ServerLoop loop) {
        this.loop = loop;
    }

    /** Does nothing but have this class loaded: once no file is left it can't be read any more. */
    static void load() {}

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        since = System.nanoTime();
        loop.accepted(ctx.channel());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        loop.ended(System.nanoTime() - since);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            read(ctx, bytes);
        } finally {
            bytes.release();
        }
    }

    private void read(ChannelHandlerContext ctx, ByteBuf bytes) {
        int pings = 0;
        boolean foreign = false;
        while (bytes.isReadable() && !foreign) {
            foreign = bytes.readByte() != PING[position];
            position = (byte) ((position + 1) % Wire.LENGTH);
            pings += position == 0 && !foreign ? 1 : 0;
        }
        answer(ctx, pings);
        if (foreign) {
            protocolError(ctx);
        }
    }

    private void answer(ChannelHandlerContext ctx, int pings) {
        loop.pings.add(pings);
        for (int left = pings; left > 0; left -= MOST_AT_ONCE) {
            ChannelFuture sent = ctx.writeAndFlush(PONGS.slice(0, Math.min(left, MOST_AT_ONCE) * Wire.LENGTH));
            if (!sent.isSuccess()) {
                sent.addListener(this);
            }
        }
    }

    private void protocolError(ChannelHandlerContext ctx) {
        if (!ended) {
            ended = true;
            loop.protocolError();
        }
        ChannelFuture unused = ctx.close();
    }

    /** A Pong that did not leave at once has left now, or never will. */
    @Override
    public void operationComplete(ChannelFuture sent) {
        Throwable cause = sent.cause();
        if (cause != null) {
            failed("send", cause);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failed("receive", cause);
        ChannelFuture unused = ctx.close();
    }

    /** Once a connection: everything that was on its way fails with it. */
    private void failed(String where, Throwable cause) {
        if (!ended) {
            ended = true;
            loop.failed(where, cause);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        ctx.channel().config().setAutoRead(ctx.channel().isWritable());
    }
}
