package io.connscale.server;

import io.connscale.net.Link;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Takes what one listening socket accepts, on that socket's event loop, and hands it to the server's loops in turn.
 * Netty has set {@code TCP_NODELAY} on it already.
 */
final class Acceptor extends ChannelInboundHandlerAdapter {
    /** How long to leave the accept queue alone after an error: an EMFILE stays until a file is closed. */
    static final long PAUSE_MILLIS = 200;

    private final List<ServerLoop> loops;
    private final ServerLoop own;
    private int next;

    /** @param first the place in {@code loops} of the loop that accepts, and that takes the first connection */
    Acceptor(List<ServerLoop> loops, int first) {
        this.loops = loops;
        this.own = loops.get(first);
        this.next = first;
        PingPongHandler.load();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object accepted) {
        ServerLoop loop = loops.get(next);
        next = (next + 1) % loops.size();
        Link link = loop.links.accepted((Channel) accepted);
        try {
            link.open(new PingPongHandler(loop, link));
        } catch (RuntimeException e) { // its loop ends
            own.failed("accept", e);
            link.close();
        }
    }

    /** First the pause: the error comes back at once as long as this socket is listened to. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ChannelConfig config = ctx.channel().config();
        if (config.isAutoRead()) {
            config.setAutoRead(false);
            Future<?> unused =
                    ctx.executor().schedule(() -> config.setAutoRead(true), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
        own.failed("accept", cause);
    }
}
