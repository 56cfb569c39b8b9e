package io.connscale.net;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * A listening socket call by call, on no event loop: nobody accepts from it unless {@link #accept} is called. For experiments, where
 * it matters which call fails. One thread. Each call throws an {@link IOException} whose name is in {@link Errno}.
 */
public final class BareListener implements AutoCloseable {
    /** tcp(7), linux/tcp.h. */
    private static final int IPPROTO_TCP = 6;

    private static final int TCP_DEFER_ACCEPT = 9;
    /** Longer than anybody puts it off. */
    private static final int DEFERRED_SECONDS = 60;

    private final LinuxSocket socket;

    /** A socket that is bound to nothing yet. */
    public BareListener(InetSocketAddress at) throws IOException {
        if (!Epoll.isAvailable()) {
            throw new IOException("no epoll here");
        }
        try {
            socket = SocketLinks.newSocket(at.getAddress());
        } catch (ChannelException e) {
            throw new IOException(e);
        }
    }

    public void reuseAddress(boolean reuse) throws IOException {
        socket.setReuseAddress(reuse);
    }

    public void bind(InetSocketAddress at) throws IOException {
        socket.bind(at);
    }

    public void listen(int backlog) throws IOException {
        socket.listen(backlog);
    }

    public int port() {
        return socket.localAddress().getPort();
    }

    /**
     * Whether the kernel ignores last ACKs without data, as it does one that finds the accept queue full: the client is then
     * ESTABLISHED and the handshake stays SYN-RECEIVED (net/ipv4/tcp_minisocks.c, tcp_check_req).
     */
    public void defer(boolean defer) throws IOException {
        socket.setIntOpt(IPPROTO_TCP, TCP_DEFER_ACCEPT, defer ? DEFERRED_SECONDS : 0);
    }

    /** The next connection of the accept queue; it never waits. */
    public FileDescriptor accept() throws IOException {
        int fd = socket.accept(new byte[EpollListening.ADDRESS_BYTES]);
        if (fd < 0) {
            throw new IOException("nobody waits to be accepted");
        }
        return new FileDescriptor(fd);
    }

    /** Connections that nobody has accepted are reset. */
    @Override
    public void close() throws IOException {
        if (socket.isOpen()) {
            socket.close();
        }
    }
}
