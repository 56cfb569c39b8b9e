package io.connscale.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;

/** Links that are Netty's ordinary channels, for where there is no epoll. */
final class ChannelLinks implements Links {
    private final EventLoop loop;
    final RecvByteBufAllocator receive = new LoopBuffer();
    private final ByteBuf messages;

    ChannelLinks(EventLoop loop, String message) {
        ChannelLink.load();
        this.loop = loop;
        this.messages = Wire.constant(message.repeat(MAX_AT_ONCE));
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    /** A view of the shared bytes: releasing it is free. */
    ByteBuf messages(int times) {
        return messages.slice(0, times * Wire.LENGTH);
    }

    @Override
    public Link newLink(InetSocketAddress target) {
        SocketProtocolFamily family =
                target.getAddress() instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
        return new ChannelLink(new NioSocketChannel(SelectorProvider.provider(), family), this);
    }
}
