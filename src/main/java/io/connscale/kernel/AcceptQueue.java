package io.connscale.kernel;

import org.jspecify.annotations.Nullable;

/**
 * One listening socket at one moment, and the queue of connections that are established for their clients and not yet accepted.
 *
 * @param address where it listens, without the port
 * @param waiting how many wait: {@code Recv-Q} of {@code ss -lt}
 * @param owner the process that listens, as {@code python3, pid 123}; null: unknown, or not asked for
 * @param suspect accepted connections of this port whose peer has left something unanswered: a segment was sent again, or a
 *     keep-alive probe; null: unknown, or not asked for. Counted at one of the sockets that share a port
 */
public record AcceptQueue(
        String address,
        int port,
        long waiting,
        @Nullable String owner,
        @Nullable Long suspect) {
    public AcceptQueue(String address, int port, long waiting) {
        this(address, port, waiting, null, null);
    }
}
