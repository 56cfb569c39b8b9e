package io.connscale.net;

import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;

/** Links that are sockets of the kernel's and nothing more: what they have in common by epoll and by io_uring. */
abstract class SocketLinks implements Links {
    /**
     * ip(7), linux/in.h: where connect(2) looks for a port, lowest and highest. Linux 6.3. Since 6.8 a socket that says so is
     * given the next free one; for others all even ports are looked through before the first odd one is taken, which costs
     * half a millisecond a connection once the even ones are in use (net/ipv4/inet_hashtables.c).
     */
    private static final int IP_LOCAL_PORT_RANGE = 51;

    static final int UNKNOWN = -1;

    final IoEventLoop loop;
    /** Seconds; 0: off. */
    final int keepalive;
    /** {@link #IP_LOCAL_PORT_RANGE}, until the kernel says that it does not know it. */
    int portRange = IP_LOCAL_PORT_RANGE;

    SocketLinks(EventLoop loop, int keepalive) {
        this.loop = (IoEventLoop) loop;
        this.keepalive = keepalive;
    }

    @Override
    public final EventLoop eventLoop() {
        return loop;
    }

    /** An IPv4 socket for an IPv4 address: it is smaller, and its packets go a shorter way, than one of IPv6 that carries both. */
    static LinuxSocket newSocket(InetAddress address) {
        boolean v4 = address instanceof Inet4Address;
        return LinuxSocket.newSocketStream(v4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6);
    }

    /** close(2), which gives the descriptor free whatever it says. */
    static void close(FileDescriptor file) {
        try {
            file.close();
        } catch (IOException e) {
            // it is free
        }
    }

    /** A link of these with a socket that was accepted, or is to connect. Any thread. */
    abstract Link newLink(int fd);
}
