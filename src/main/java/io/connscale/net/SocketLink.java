package io.connscale.net;

import io.connscale.net.Link.TcpInfo;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A socket of the kernel's that is its own link, without a channel and its pipeline, which cost ten times the memory. How
 * the kernel is asked to receive and to send is the subclass's.
 */
abstract class SocketLink extends Socket implements Link {
    /** ip(7), linux/in.h: a bound source address takes its port in connect, for one (source, target) pair. Linux 4.2. */
    private static final int IPPROTO_IP = 0;

    private static final int IP_BIND_ADDRESS_NO_PORT = 24;
    /** From 0 to 65,535: bounds outside the system's range count for nothing. */
    private static final int SYSTEMS_RANGE = 0xFFFF << 16;
    /** tcp(7), linux/tcp.h. */
    private static final int IPPROTO_TCP = 6;

    private static final int TCP_INFO = 11;

    private @Nullable Owner owner;
    /** Bytes of messages that the kernel has not taken. */
    int owed;

    private boolean connecting;

    SocketLink(int fd) {
        super(fd);
    }

    abstract SocketLinks links();

    /** Waits until it can be written to: it is connected then, or takes more. */
    abstract void awaitWritable() throws IOException;

    /** From now on reads. */
    abstract void awaitReadable() throws IOException;

    /** Closes the socket; false where it was closed. */
    abstract boolean release();

    final boolean connecting() {
        return connecting;
    }

    @Override
    public final void connect(InetSocketAddress target, @Nullable InetSocketAddress source, Owner owner)
            throws IOException {
        this.owner = owner;
        try {
            setTcpNoDelay(true);
            if (links().keepalive > 0) {
                EpollListening.keepAlive(this, links().keepalive);
            }
            if (source != null) {
                setIntOpt(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
                bind(source);
            }
            takePortsInTurn();
            connecting = !connect(target) && !isUpAlready(target);
            if (connecting) {
                awaitWritable();
            } else {
                awaitReadable();
            }
        } catch (IOException | RuntimeException e) {
            release();
            throw e;
        }
        if (!connecting) {
            owner.connected();
        }
    }

    /**
     * Over loopback the handshake is over when connect(2) returns, which says EINPROGRESS all the same; asked again it tells. That spares
     * to wait for it: two calls and an event.
     */
    private boolean isUpAlready(InetSocketAddress target) throws IOException {
        return target.getAddress().isLoopbackAddress() && connect(target);
    }

    private void takePortsInTurn() {
        if (links().portRange != SocketLinks.UNKNOWN) {
            try {
                setIntOpt(IPPROTO_IP, links().portRange, SYSTEMS_RANGE);
            } catch (IOException | ChannelException e) { // ENOPROTOOPT: an older kernel, which finds a port as ever
                links().portRange = SocketLinks.UNKNOWN;
            }
        }
    }

    @Override
    public final void open(Owner owner) {
        this.owner = owner;
        if (links().loop.inEventLoop()) {
            begin(owner);
        } else {
            links().loop.execute(() -> begin(owner));
        }
    }

    private void begin(Owner owner) {
        try {
            awaitReadable();
            owner.connected();
        } catch (IOException | RuntimeException e) {
            fail("accept", e);
        }
    }

    /** Its connect has come to an end. */
    final void finish() {
        try {
            if (finishConnect()) {
                connecting = false;
                awaitReadable();
                owner().connected();
            }
        } catch (IOException | RuntimeException e) {
            fail("connect", e);
        }
    }

    /** Of messages that are owed, the first may have been begun: so many of its bytes are gone. */
    final int begun() {
        return (Wire.LENGTH - owed % Wire.LENGTH) % Wire.LENGTH;
    }

    @Override
    public final Optional<TcpInfo> tcpInfo() {
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
    public final boolean meetsItself() {
        InetSocketAddress local = localAddress();
        return local != null && local.equals(remoteAddress());
    }

    final Owner owner() {
        if (owner == null) {
            throw new IllegalStateException("a link without an owner is on no loop");
        }
        return owner;
    }

    final void fail(String where, Throwable cause) {
        if (release()) {
            owner().failed(where, cause);
        }
    }

    /** close(2), which gives the descriptor free whatever it says. */
    final void closeDescriptor() {
        try {
            super.close();
        } catch (IOException e) {
            // it is free
        }
    }

    /** For the owner, and for the loop when it ends. */
    @Override
    public final void close() {
        if (release() && owner != null) {
            owner.closed();
        }
    }
}
