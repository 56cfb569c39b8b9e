package io.connscale.net;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A listening socket registered straight with the loop's epoll set: an accepted connection is a descriptor and nothing more. */
final class EpollListening implements EpollIoHandle, Listening {
    /** What is always waited for, and never comes while it listens. */
    private static final EpollIoOps NOTHING = EpollIoOps.EPOLLERR;
    /** accept4(2) writes the peer's address here, which nobody asks for: its length, then 16 bytes, scope and port. */
    static final int ADDRESS_BYTES = 26;
    /** tcp(7), linux/tcp.h. */
    private static final int IPPROTO_TCP = 6;

    private static final int TCP_KEEPIDLE = 4;
    private static final int TCP_KEEPINTVL = 5;
    private static final int TCP_KEEPCNT = 6;
    private static final int TCP_USER_TIMEOUT = 18;

    /** {@code SO_MEMINFO} of asm-generic/socket.h, and the place of {@code SK_MEMINFO_DROPS} in it, linux/sock_diag.h. */
    private static final int SOL_SOCKET = 1;

    private static final int SO_MEMINFO = 55;
    private static final int DROPS = 8;

    private final IoEventLoop loop;
    /** Whether its descriptor is one on the loop's thread alone. */
    private final boolean ownFiles;

    private final LinuxSocket socket;
    private final Owner owner;
    private final InetSocketAddress address;
    private final byte[] peer = new byte[ADDRESS_BYTES];
    private @Nullable IoRegistration registration;
    /** With files of its own: as the loop last told it, which it is asked each time; nobody waits for a busy loop. */
    private volatile OptionalLong dropped = OptionalLong.of(0);

    /** @throws IOException or {@link io.netty.channel.ChannelException} where the system refuses; nothing is left open then */
    EpollListening(IoEventLoop loop, boolean ownFiles, InetSocketAddress at, Manner manner, Owner owner)
            throws IOException {
        this.loop = loop;
        this.ownFiles = ownFiles;
        this.owner = owner;
        this.socket = newSocket(at.getAddress());
        try {
            address = listen(at, manner);
            registration = Transport.answer(loop.register(this));
            registration.submit(EpollIoOps.EPOLLIN);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** For all addresses one that has IPv6 too, where the machine has. */
    private static LinuxSocket newSocket(InetAddress address) {
        return address.isAnyLocalAddress() ? LinuxSocket.newSocketStream() : SocketLinks.newSocket(address);
    }

    /**
     * {@code SO_REUSEADDR}: the last server's ends may still linger. What it accepts inherits {@code TCP_NODELAY} and the
     * keep-alive, tcp(7): accepting costs no call more.
     */
    private InetSocketAddress listen(InetSocketAddress at, Manner manner) throws IOException {
        socket.setReuseAddress(true);
        socket.setReusePort(manner.shared());
        socket.setTcpNoDelay(true);
        if (manner.keepalive() > 0) {
            keepAlive(socket, manner.keepalive());
        }
        socket.bind(at);
        socket.listen(manner.backlog());
        return socket.localAddress();
    }

    /** What is never acknowledged holds keep-alive up (net/ipv4/tcp_timer.c); the user timeout bounds that, too. */
    static void keepAlive(Socket socket, int seconds) throws IOException {
        socket.setKeepAlive(true);
        socket.setIntOpt(IPPROTO_TCP, TCP_KEEPIDLE, seconds);
        socket.setIntOpt(IPPROTO_TCP, TCP_KEEPINTVL, Math.max(1, seconds / Manner.PROBES));
        socket.setIntOpt(IPPROTO_TCP, TCP_KEEPCNT, Manner.PROBES);
        socket.setIntOpt(IPPROTO_TCP, TCP_USER_TIMEOUT, (int) TimeUnit.SECONDS.toMillis(2L * seconds));
    }

    @Override
    public FileDescriptor fd() {
        return socket;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        try {
            for (int i = 0; i < AT_ONCE && socket.isOpen(); i++) {
                int fd = socket.accept(peer);
                if (fd < 0) {
                    return; // the queue is empty
                }
                owner.accepted(links -> ((SocketLinks) links).newLink(fd));
            }
        } catch (IOException | RuntimeException | OutOfMemoryError e) { // an error that goes on would end the loop
            pause(registration);
            owner.failed(e);
        }
    }

    /** The error comes back at once as long as this socket is listened to. */
    private void pause(IoRegistration registration) {
        registration.submit(NOTHING);
        java.util.concurrent.Future<?> unused = loop.schedule(
                () -> {
                    if (socket.isOpen()) {
                        registration.submit(EpollIoOps.EPOLLIN);
                    }
                },
                PAUSE_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public boolean setWeights(long[] rooms) {
        return PortGroup.setWeights(socket, rooms);
    }

    /** What {@code ss -m} shows as {@code d} (net/ipv4/tcp.h, tcp_listendrop). Counts where it is still open after: the descriptor was its own. */
    @Override
    public OptionalLong drops() {
        if (!ownFiles) {
            return dropsHere();
        }
        try {
            loop.execute(() -> dropped = dropsHere());
        } catch (RejectedExecutionException e) {
            // it has ended: what was known last
        }
        return dropped;
    }

    private OptionalLong dropsHere() {
        ByteBuffer info = ByteBuffer.allocate((DROPS + 1) * Integer.BYTES).order(ByteOrder.nativeOrder());
        try {
            socket.getRawOpt(SOL_SOCKET, SO_MEMINFO, info);
            return socket.isOpen()
                    ? OptionalLong.of(Integer.toUnsignedLong(info.getInt(DROPS * Integer.BYTES)))
                    : OptionalLong.empty();
        } catch (IOException | RuntimeException e) { // Linux before 4.12, or it was closed
            return OptionalLong.empty();
        }
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    /** On the loop: elsewhere, the descriptor could be another's while it is accepted from. */
    @Override
    public Future<?> shut() {
        try {
            return loop.submit(this::close);
        } catch (RejectedExecutionException e) { // the loop has ended, and is not accepting
            close();
            return loop.newSucceededFuture(true);
        }
    }

    /** For the loop when it ends. */
    @Override
    public void close() {
        SocketLinks.close(socket);
        if (registration != null) {
            registration.cancel();
        }
    }
}
