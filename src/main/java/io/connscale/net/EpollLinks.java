package io.connscale.net;

import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Buffer;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Links of an epoll set. */
final class EpollLinks implements Links {
    /**
     * ip(7), linux/in.h: where connect(2) looks for a port, lowest and highest. Linux 6.3. Since 6.8 a socket that says so is
     * given the next free one; for others all even ports are looked through before the first odd one is taken, which costs
     * half a millisecond a connection once the even ones are in use (net/ipv4/inet_hashtables.c).
     */
    private static final int IP_LOCAL_PORT_RANGE = 51;

    static final int UNKNOWN = -1;

    final IoEventLoop loop;
    final int receiveBytes;
    private final ByteBuffer receive;
    private final ByteBuffer messages; // kept, since its memory is known by its address
    final long receiveAddress;
    final long messagesAddress;
    /** Seconds; 0: off. */
    final int keepalive;
    /** {@link #IP_LOCAL_PORT_RANGE}, until the kernel says that it does not know it. */
    int portRange = IP_LOCAL_PORT_RANGE;

    EpollLinks(EventLoop loop, String message) {
        // One message more: what is owed may begin within a message.
        this(loop, Wire.direct(message.repeat(MAX_AT_ONCE + 1)), RECEIVE, 0);
    }

    /** For owners who say what they like. */
    EpollLinks(EventLoop loop, int keepalive) {
        this(loop, ByteBuffer.allocateDirect(SEND), RECEIVE_MUCH, keepalive);
    }

    private EpollLinks(EventLoop loop, ByteBuffer messages, int receiveBytes, int keepalive) {
        EpollLink.load();
        this.loop = (IoEventLoop) loop;
        this.receiveBytes = receiveBytes;
        this.receive = ByteBuffer.allocateDirect(receiveBytes);
        this.receiveAddress = Buffer.memoryAddress(receive);
        this.keepalive = keepalive;
        this.messages = messages;
        this.messagesAddress = Buffer.memoryAddress(messages);
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
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

    /** An IPv4 socket for an IPv4 address: it is smaller, and its packets go a shorter way, than one of IPv6 that carries both. */
    static LinuxSocket newSocket(InetAddress address) {
        boolean v4 = address instanceof Inet4Address;
        return LinuxSocket.newSocketStream(v4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6);
    }

    @Override
    public Link newLink(InetSocketAddress target) {
        return new EpollLink(newSocket(target.getAddress()).intValue(), this);
    }
}
