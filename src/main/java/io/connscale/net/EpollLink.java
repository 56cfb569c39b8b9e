package io.connscale.net;

import io.connscale.net.Link.TcpInfo;
import io.netty.channel.ChannelException;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A socket registered straight with the loop's epoll set, without a channel and its pipeline, which cost ten times the
 * memory: the descriptor, its handle and the link in one object. One read an event: what is left over brings another
 * (level-triggered), and so no read is spent on learning that nothing is left.
 */
final class EpollLink extends Socket implements EpollIoHandle, Link {
    /** ip(7), linux/in.h: a bound source address takes its port in connect, for one (source, target) pair. Linux 4.2. */
    private static final int IPPROTO_IP = 0;

    private static final int IP_BIND_ADDRESS_NO_PORT = 24;
    /** From 0 to 65,535: bounds outside the system's range count for nothing. */
    private static final int SYSTEMS_RANGE = 0xFFFF << 16;
    /** tcp(7), linux/tcp.h. */
    private static final int IPPROTO_TCP = 6;

    private static final int TCP_INFO = 11;

    private final EpollLinks links;
    private @Nullable Owner owner;
    private @Nullable IoRegistration registration;
    /** {@link #owed}: bytes of the owner's. */
    private static final int OWNERS = -1;
    /** Bytes of messages that the kernel has not taken. */
    private int owed;

    private boolean connecting;

    EpollLink(int fd, EpollLinks links) {
        super(fd);
        this.links = links;
    }

    /** Does nothing but have this class loaded: once no file is left it can't be read any more. */
    static void load() {}

    @Override
    public FileDescriptor fd() {
        return this;
    }

    @Override
    public void connect(InetSocketAddress target, @Nullable InetSocketAddress source, Owner owner) throws IOException {
        this.owner = owner;
        try {
            setTcpNoDelay(true);
            if (links.keepalive > 0) {
                EpollListening.keepAlive(this, links.keepalive);
            }
            if (source != null) {
                setIntOpt(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
                bind(source);
            }
            takePortsInTurn();
            connecting = !connect(target);
            register(connecting ? EpollIoOps.EPOLLOUT : EpollIoOps.EPOLLIN);
        } catch (IOException | RuntimeException e) {
            release();
            throw e;
        }
        if (!connecting) {
            owner.connected();
        }
    }

    private void takePortsInTurn() {
        if (links.portRange != EpollLinks.UNKNOWN) {
            try {
                setIntOpt(IPPROTO_IP, links.portRange, SYSTEMS_RANGE);
            } catch (IOException | ChannelException e) { // ENOPROTOOPT: an older kernel, which finds a port as ever
                links.portRange = EpollLinks.UNKNOWN;
            }
        }
    }

    @Override
    public void open(Owner owner) {
        this.owner = owner;
        if (links.loop.inEventLoop()) {
            begin(owner);
        } else {
            links.loop.execute(() -> begin(owner));
        }
    }

    private void begin(Owner owner) {
        try {
            register(EpollIoOps.EPOLLIN);
            owner.connected();
        } catch (IOException | RuntimeException e) {
            fail("accept", e);
        }
    }

    private void register(EpollIoOps interest) throws IOException {
        Future<IoRegistration> registered = links.loop.register(this);
        if (!registered.isSuccess()) {
            throw new IOException(registered.cause());
        }
        registration = registered.getNow();
        interest(interest);
    }

    private void interest(EpollIoOps interest) {
        if (registration != null) {
            registration.submit(interest);
        }
    }

    @Override
    public void handle(IoRegistration unused, IoEvent event) {
        if (!isOpen()) {
            return; // it was closed since the kernel reported this
        }
        if (connecting) {
            finish();
        } else if (owed > 0) {
            flush();
            if (owed == 0 && isOpen()) {
                interest(EpollIoOps.EPOLLIN);
            }
        } else if (owed == OWNERS) {
            owed = 0;
            interest(EpollIoOps.EPOLLIN);
            owner().writable();
        } else {
            read();
        }
    }

    private void finish() {
        try {
            if (finishConnect()) {
                connecting = false;
                interest(EpollIoOps.EPOLLIN);
                owner().connected();
            }
        } catch (IOException | RuntimeException e) {
            fail("connect", e);
        }
    }

    private void read() {
        try {
            int bytes = recvAddress(links.receiveAddress, 0, links.receiveBytes);
            if (bytes > 0) {
                owner().received(links.received(bytes));
            } else if (bytes < 0) {
                close();
            }
        } catch (IOException | RuntimeException e) {
            fail("receive", e);
        }
    }

    @Override
    public void send(int times) {
        if (!isOpen()) {
            return; // its descriptor may be another's by now
        }
        boolean waiting = owed > 0;
        owed += times * Wire.LENGTH;
        if (!waiting) {
            flush();
            if (owed > 0) {
                interest(EpollIoOps.EPOLLOUT);
            }
        }
    }

    @Override
    public int send(byte[] bytes, int from) {
        if (!isOpen()) {
            return 0;
        }
        try {
            int sent = sendAddress(links.copied(bytes, from), 0, Math.min(Links.SEND, bytes.length - from));
            if (from + sent < bytes.length) {
                owed = OWNERS;
                interest(EpollIoOps.EPOLLOUT);
            }
            return sent;
        } catch (IOException e) {
            fail("send", e);
            return 0;
        }
    }

    private void flush() {
        try {
            int begun = (Wire.LENGTH - owed % Wire.LENGTH) % Wire.LENGTH;
            owed -= sendAddress(links.messagesAddress, begun, begun + owed);
        } catch (IOException e) {
            fail("send", e);
        }
    }

    @Override
    public Optional<TcpInfo> tcpInfo() {
        if (!isOpen()) {
            return Optional.empty();
        }
        try {
            ByteBuffer info = ByteBuffer.allocate(TcpInfo.BYTES).order(ByteOrder.nativeOrder());
            getRawOpt(IPPROTO_TCP, TCP_INFO, info);
            return Optional.of(TcpInfo.of(info));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public boolean meetsItself() {
        InetSocketAddress local = localAddress();
        return local != null && local.equals(remoteAddress());
    }

    private Owner owner() {
        if (owner == null) {
            throw new IllegalStateException("a link without an owner is on no loop");
        }
        return owner;
    }

    private void fail(String where, Throwable cause) {
        if (release()) {
            owner().failed(where, cause);
        }
    }

    /** For the owner, and for the loop when it ends. */
    @Override
    public void close() {
        if (release() && owner != null) {
            owner.closed();
        }
    }

    /** The descriptor first: the kernel takes it out of the epoll set, which else would be a call of its own. */
    private boolean release() {
        boolean was = isOpen();
        owed = 0;
        try {
            super.close();
        } catch (IOException e) {
            // close(2) gives the descriptor free whatever it says
        }
        if (registration != null) {
            registration.cancel();
            registration = null;
        }
        return was;
    }
}
