package io.connscale.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
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
    final RecvByteBufAllocator receive;
    private final ByteBuf messages;
    /** Seconds; 0: off. */
    final int keepalive;

    ChannelLinks(EventLoop loop, String message) {
        this(loop, Wire.constant(message.repeat(MAX_AT_ONCE)), RECEIVE, 0);
    }

    /** For owners who say what they like. */
    ChannelLinks(EventLoop loop, int keepalive) {
        this(loop, Unpooled.EMPTY_BUFFER, RECEIVE_MUCH, keepalive);
    }

    private ChannelLinks(EventLoop loop, ByteBuf messages, int receiveBytes, int keepalive) {
        ChannelLink.load();
        this.loop = loop;
        this.receive = new LoopBuffer(receiveBytes);
        this.messages = messages;
        this.keepalive = keepalive;
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
