package io.connscale.net;

import io.netty.channel.ChannelException;
import io.netty.channel.EventLoop;
import io.netty.channel.unix.Buffer;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Links by the ring of a loop. */
final class RingLinks extends SocketLinks {
    /** Messages that lie one behind the other: so much of what is owed is sent at once. */
    private static final int TOGETHER = 1024;
    /** By message, for all loops; kept for ever, since the kernel may read them as long as there is a ring. */
    private static final Map<String, ByteBuffer> MESSAGES = new ConcurrentHashMap<>();

    final RingHandler ring;
    final long messagesAddress;
    final int messagesBytes;

    RingLinks(EventLoop loop, RingHandler ring, String message) {
        super(loop, 0);
        RingLink.load();
        this.ring = ring;
        ByteBuffer messages = MESSAGES.computeIfAbsent(message, one -> Wire.direct(one.repeat(TOGETHER)));
        this.messagesAddress = Buffer.memoryAddress(messages);
        this.messagesBytes = messages.capacity();
    }

    /** Pings that wait leave first: what begins here takes longer than they may. */
    @Override
    public Link newLink(InetSocketAddress target) {
        ring.submitSends();
        try {
            return newLink(newSocket(target.getAddress()).intValue());
        } catch (ChannelException e) {
            if (!ring.submitsCloses()) {
                throw e;
            }
            return newLink(newSocket(target.getAddress()).intValue());
        }
    }

    @Override
    Link newLink(int fd) {
        return new RingLink(fd, this);
    }
}
