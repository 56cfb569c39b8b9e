package io.connscale.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.UncheckedBooleanSupplier;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
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

    /**
     * The one small receive buffer of an event loop's channels: each read of each of them is into it, and is done with before
     * the next. One read an event: what is left over brings another event (level-triggered), and so no read is spent on
     * learning that nothing is left. Only for handlers that keep nothing of what they read.
     */
    private static final class LoopBuffer implements RecvByteBufAllocator, RecvByteBufAllocator.ExtendedHandle {
        private final ByteBuf buffer;
        private int attempted;
        private int read;

        LoopBuffer(int bytes) {
            buffer = Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(bytes)));
        }

        @Override
        @SuppressWarnings("deprecation") // the interface's method; ExtendedHandle is what transports take
        public Handle newHandle() {
            return this;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator ignored) {
            return buffer.clear();
        }

        @Override
        public int guess() {
            return buffer.capacity();
        }

        @Override
        public boolean continueReading() {
            return false;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
            return false;
        }

        @Override
        public void attemptedBytesRead(int bytes) {
            attempted = bytes;
        }

        @Override
        public int attemptedBytesRead() {
            return attempted;
        }

        @Override
        public void lastBytesRead(int bytes) {
            read = bytes;
        }

        @Override
        public int lastBytesRead() {
            return read;
        }

        @Override
        @SuppressWarnings("deprecation")
        public void reset(io.netty.channel.ChannelConfig config) {}

        @Override
        public void incMessagesRead(int numMessages) {}

        @Override
        public void readComplete() {}
    }
}
