package io.connscale.net;

import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.OptionalLong;
import java.util.function.Function;

/** A socket that listens on one event loop, where it tells its owner of what comes. {@link Transport#listen} makes it. */
public interface Listening {
    /** Accepted in one go: between two goes the loop answers every Ping that has come, and meanwhile the queue fills. */
    int AT_ONCE = 256;
    /** How long the accept queue is left alone after an error: an EMFILE stays until a file is closed. */
    long PAUSE_MILLIS = 200;

    /**
     * How it listens.
     *
     * @param backlog connections that wait to be accepted; the kernel gives {@code net.core.somaxconn} at most
     * @param shared whether other sockets may listen on its address that allow it too ({@code SO_REUSEPORT} of socket(7))
     * @param keepalive seconds that the peer of an accepted connection may be silent before its kernel is asked whether it is
     *     still there; one that answers nothing for as long again ends with {@code ETIMEDOUT}. 0: never asked
     */
    record Manner(int backlog, boolean shared, int keepalive) {
        /** Keep-alive probes that may go unanswered. */
        static final int PROBES = 3;

        /** Without keep-alive. */
        public Manner(int backlog, boolean shared) {
            this(backlog, shared, 0);
        }
    }

    /** Whom it tells, on its loop. */
    interface Owner {
        /**
         * A connection was accepted, and is on no loop yet. {@code TCP_NODELAY} is set.
         *
         * @param link gives its link, on the loop of links that are of the same transport. Not an interface of ours: once no
         *     file is left, its class can't be read any more
         */
        void accepted(Function<Links, Link> link);

        /** Accepting failed, and is left alone for {@value #PAUSE_MILLIS} ms; {@link Errno} has the name of {@code cause}. */
        void failed(Throwable cause);
    }

    /** Where it listens: with the port that the kernel chose, where it was 0. */
    InetSocketAddress address();

    /**
     * From now on the sockets that share its address get new connections in proportion to {@code rooms}: {@link PortGroup}.
     *
     * @param rooms of each, in the order in which they began to listen; nothing is changed where there is none at all
     * @return false where that can't be had here: then all get the same
     */
    boolean setWeights(long[] rooms);

    /**
     * SYNs and last ACKs that this socket has dropped since it listens, since a queue of its own was full; empty where the kernel does
     * not tell it of one socket. Any thread.
     */
    OptionalLong drops();

    boolean isOpen();

    /** Any thread; done when nothing more is told. Connections that nobody has accepted are reset. */
    Future<?> shut();
}
