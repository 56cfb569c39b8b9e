package io.connscale.net;

import io.netty.channel.ChannelException;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.Buffer;
import java.io.IOException;
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

    /** socket(7): {@code SO_TIMESTAMPNS}, by which the kernel tells when it has received what is read; it counts in seconds and nanoseconds of the machine's word. */
    private static final int SOL_SOCKET = 1;

    private static final int SO_TIMESTAMPNS = 35;

    final RingHandler ring;
    /** Who sends Pings wants to know when their Pongs arrived. */
    final boolean timed;

    final long messagesAddress;
    final int messagesBytes;

    RingLinks(EventLoop loop, RingHandler ring, String message) {
        super(loop, 0);
        RingLink.load();
        this.ring = ring;
        this.timed = message.equals(Wire.PING);
        ByteBuffer messages = MESSAGES.computeIfAbsent(message, one -> Wire.direct(one.repeat(TOGETHER)));
        this.messagesAddress = Buffer.memoryAddress(messages);
        this.messagesBytes = messages.capacity();
    }

    /** Pings that wait leave first: what begins here takes longer than they may. */
    @Override
    public Link newLink(InetSocketAddress target) {
        ring.submitSends();
        try {
            return newTimed(target);
        } catch (ChannelException e) {
            if (!ring.submitsCloses()) {
                throw e;
            }
            return newTimed(target);
        }
    }

    private Link newTimed(InetSocketAddress target) {
        LinuxSocket socket = newSocket(target.getAddress());
        if (timed) {
            try {
                socket.setIntOpt(SOL_SOCKET, SO_TIMESTAMPNS, 1);
            } catch (IOException | ChannelException e) {
                // it is not told then: what is read came when it was read
            }
        }
        return newLink(socket.intValue());
    }

    @Override
    public long arrived() {
        return timed ? ring.arrived() : super.arrived();
    }

    @Override
    public boolean areClosing() {
        return ring.isClosing();
    }

    @Override
    Link newLink(int fd) {
        return new RingLink(fd, this);
    }
}
