package io.connscale.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;

/** A listening channel of Netty's and its handler. Netty sets {@code TCP_NODELAY} on what it accepts. */
final class ChannelListening extends ChannelInboundHandlerAdapter implements Listening {
    private final ServerSocketChannel channel;
    private final Owner owner;
    private final int keepalive;

    /**
     * @param channel on no loop yet
     * @throws IOException where the system refuses; the channel is closed then
     */
    ChannelListening(ServerSocketChannel channel, EventLoop loop, InetSocketAddress at, Manner manner, Owner owner)
            throws IOException {
        this.channel = channel;
        this.owner = owner;
        this.keepalive = manner.keepalive();
        channel.pipeline().addLast(this);
        channel.config()
                .setReuseAddress(true)
                .setBacklog(manner.backlog())
                .setRecvByteBufAllocator(new ServerChannelRecvByteBufAllocator().maxMessagesPerRead(AT_ONCE));
        try {
            Transport.answer(loop.register(channel));
            Transport.answer(channel.bind(at));
        } catch (IOException e) {
            Future<?> unused = channel.close();
            throw e;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        Channel channel = (Channel) accepted;
        if (keepalive > 0) {
            keepAlive(channel.config(), keepalive);
        }
        owner.accepted(links -> new ChannelLink(channel, (ChannelLinks) links));
    }

    /** On each one: a server socket of nio's does not take them. What is never acknowledged holds it up; nio has no way to bound that. */
    static void keepAlive(ChannelConfig config, int keepalive) {
        config.setOption(ChannelOption.SO_KEEPALIVE, true);
        config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), keepalive);
        config.setOption(
                NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), Math.max(1, keepalive / Manner.PROBES));
        config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), Manner.PROBES);
    }

    /** First the pause: the error comes back at once as long as this socket is listened to. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        ChannelConfig config = channel.config();
        if (config.isAutoRead()) {
            config.setAutoRead(false);
            java.util.concurrent.Future<?> unused =
                    context.executor().schedule(() -> config.setAutoRead(true), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
        owner.failed(cause);
    }

    @Override
    public InetSocketAddress address() {
        return channel.localAddress();
    }

    @Override
    public boolean setWeights(long[] rooms) {
        return false;
    }

    @Override
    public OptionalLong drops() {
        return OptionalLong.empty();
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public Future<?> shut() {
        return channel.close();
    }
}
