package io.connscale.net;

import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;

/** The links of one event loop: makes them, and has the memory that they share. {@link Transport} gives it. */
public interface Links {
    /** Bytes of the receive buffer: many messages at once for a peer that sends many, and still little. */
    int RECEIVE = 256;
    /** The same, for links whose peers say more than a word. */
    int RECEIVE_MUCH = 16 << 10;
    /** Of a {@link Link#send(byte[], int)}, at most so many bytes are taken at once. */
    int SEND = 8 << 10;
    /** Messages of one {@link Link#send}: the answer to a full receive buffer. */
    int MAX_AT_ONCE = RECEIVE / Wire.LENGTH;

    EventLoop eventLoop();

    /**
     * A socket to connect to {@code target} with.
     *
     * @throws io.netty.channel.ChannelException where the system gives no socket (EMFILE); its name is in {@link Errno}
     */
    Link newLink(InetSocketAddress target);

    /**
     * When that came of which an owner is being told, {@link System#nanoTime()}: by the kernel's time where it tells one with the bytes,
     * else it is being read now.
     */
    default long arrived() {
        return System.nanoTime();
    }

    /** Whether sockets of links that were closed are still open: they need a few turns of the loop. */
    default boolean areClosing() {
        return false;
    }

    /** Those whose sockets lie lowest. */
    default Links sockets() {
        return this;
    }

    /** A link of these over an accepted one of {@link #sockets()}. */
    default Link over(Link socket) {
        return socket;
    }
}
