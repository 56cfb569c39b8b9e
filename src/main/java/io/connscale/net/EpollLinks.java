package io.connscale.net;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Buffer;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Links of an epoll set. */
final class EpollLinks implements Links {
    final IoEventLoop loop;
    private final ByteBuffer receive = ByteBuffer.allocateDirect(RECEIVE);
    private final ByteBuffer messages; // kept, since its memory is known by its address
    final long receiveAddress = Buffer.memoryAddress(receive);
    final long messagesAddress;

    EpollLinks(EventLoop loop, String message) {
        EpollLink.load();
        this.loop = (IoEventLoop) loop;
        this.messages =
                Wire.direct(message.repeat(MOST_AT_ONCE + 1)); // one more: what is owed may begin within a message
        this.messagesAddress = Buffer.memoryAddress(messages);
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    /** What was read to {@link #receiveAddress}. */
    ByteBuffer received(int bytes) {
        return receive.limit(bytes).position(0);
    }

    /** An IPv4 socket for an IPv4 address: it is smaller, and its packets go a shorter way, than one of IPv6 that carries both. */
    @Override
    public Link newLink(InetSocketAddress target) {
        boolean v4 = target.getAddress() instanceof Inet4Address;
        LinuxSocket socket = LinuxSocket.newSocketStream(v4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6);
        return new EpollLink(socket.intValue(), this);
    }

    /** Takes the descriptor out of the channel, which was never registered and keeps nothing else. */
    @Override
    public Link accepted(Channel channel) {
        return new EpollLink(((EpollSocketChannel) channel).fd().intValue(), this);
    }
}
