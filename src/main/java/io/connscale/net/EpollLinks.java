package io.connscale.net;

import io.netty.channel.EventLoop;
import io.netty.channel.unix.Buffer;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Links of an epoll set. */
final class EpollLinks extends SocketLinks {
    final int receiveBytes;
    private final ByteBuffer receive;
    private final ByteBuffer messages; // kept, since its memory is known by its address
    final long receiveAddress;
    final long messagesAddress;

    EpollLinks(EventLoop loop, String message) {
        // One message more: what is owed may begin within a message.
        this(loop, Wire.direct(message.repeat(MAX_AT_ONCE + 1)), RECEIVE, 0);
    }

    /** For owners who say what they like. */
    EpollLinks(EventLoop loop, int keepalive) {
        this(loop, ByteBuffer.allocateDirect(SEND), RECEIVE_MUCH, keepalive);
    }

    private EpollLinks(EventLoop loop, ByteBuffer messages, int receiveBytes, int keepalive) {
        super(loop, keepalive);
        EpollLink.load();
        this.receiveBytes = receiveBytes;
        this.receive = ByteBuffer.allocateDirect(receiveBytes);
        this.receiveAddress = Buffer.memoryAddress(receive);
        this.messages = messages;
        this.messagesAddress = Buffer.memoryAddress(messages);
    }

    /** The address of a copy of {@code bytes} from there on, as far as there is room for it. */
    long copied(byte[] bytes, int from) {
        messages.clear().put(bytes, from, Math.min(messages.capacity(), bytes.length - from));
        return messagesAddress;
    }

    /** What was read to {@link #receiveAddress}. */
    ByteBuffer received(int bytes) {
        return receive.limit(bytes).position(0);
    }

    @Override
    public Link newLink(InetSocketAddress target) {
        return newLink(newSocket(target.getAddress()).intValue());
    }

    @Override
    Link newLink(int fd) {
        return new EpollLink(fd, this);
    }
}
