package io.connscale.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The socket under one connection, on one event loop, where all calls are made and all is told. It speaks one message, that
 * of its {@link Links}, or whatever bytes its owner gives it. What the kernel does not take at once is sent when it does, and until then nothing is read.
 */
public interface Link {
    /** Whom a link tells what happens to it. Once it is closed, whoever closed it, it has told so and tells nothing more. */
    interface Owner {
        /** Its socket is up, and now a handshake begins, which ends with {@link #connected()}. */
        default void securing() {}

        /** That handshake is done, after so many nanoseconds. */
        default void secured(long nanos) {}

        /** It is up. */
        void connected();

        /** The kernel takes more of what {@link Link#send(byte[], int)} did not get rid of. */
        default void writable() {}

        /** Bytes came. They lie in memory of the loop: good for the length of the call. */
        void received(ByteBuffer bytes);

        /** It ended without an error: the peer closed it, or its loop ends, or the owner itself has asked for it. */
        void closed();

        /**
         * It ended with an error.
         *
         * @param where {@code connect}, {@code accept}, {@code send}, {@code receive}, {@code tls handshake:} or {@code tls:}
         * @param cause {@link Errno} has its name
         */
        void failed(String where, Throwable cause);
    }

    /**
     * Begins to connect. Later failures are told to {@code owner}.
     *
     * @param source local address to come from, its port left to the kernel; null: the address too
     * @throws IOException where the kernel refuses at once; the link is closed then, and nothing was told
     */
    void connect(InetSocketAddress target, @Nullable InetSocketAddress source, Owner owner) throws IOException;

    /** Takes an accepted one into use; the one call that any thread may make. */
    void open(Owner owner);

    /** Sends the message {@code times} times, at most {@link Links#MAX_AT_ONCE}. Where that fails, the owner is told before this returns. */
    void send(int times);

    /**
     * Sends {@code bytes} from there on, as far as the kernel takes them; nobody changes them afterwards. What is left, the owner sends
     * when it hears {@link Owner#writable()}; until then nothing is read. Not beside {@link #send(int)}.
     *
     * @return how many were taken. Where it failed, the owner was told before this returns
     */
    int send(byte[] bytes, int from);

    /** What it waits for once its socket is up, as a reason begins that counts how it ended. */
    default String awaits() {
        return "receive";
    }

    /** Where it comes from; null where it is gone, or has no socket. */
    default @Nullable InetSocketAddress localAddress() {
        return null;
    }

    boolean isOpen();

    /** What the kernel knows of it, by one system call. Empty where the transport can't ask (nio), or it is gone. */
    Optional<TcpInfo> tcpInfo();

    /** Whether both its ends are the same socket. By two system calls. */
    default boolean meetsItself() {
        return false;
    }

    /** Nothing where it is closed. */
    void close();

    /**
     * What the kernel knows of one connection: {@code TCP_INFO}, tcp(7).
     *
     * @param rttMicros {@code tcpi_rtt}: the smoothed round-trip time
     * @param retransmits {@code tcpi_total_retrans}: segments sent again since the connection began
     * @param repeating {@code tcpi_retransmits}: how often what is not acknowledged now was sent again
     */
    record TcpInfo(long rttMicros, long retransmits, int repeating) {
        /** Offsets in {@code struct tcp_info} of linux/tcp.h, which only grows at its end. */
        private static final int REPEATING = 2;

        private static final int RTT = 68;

        private static final int TOTAL_RETRANS = 100;

        /** Of the structure, as far as it is read. */
        static final int BYTES = TOTAL_RETRANS + Integer.BYTES;

        /** @param info the beginning of the structure, in the machine's order of bytes */
        static TcpInfo of(ByteBuffer info) {
            return new TcpInfo(
                    Integer.toUnsignedLong(info.getInt(RTT)),
                    Integer.toUnsignedLong(info.getInt(TOTAL_RETRANS)),
                    Byte.toUnsignedInt(info.get(REPEATING)));
        }
    }
}
