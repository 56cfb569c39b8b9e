package io.connscale.kernel;

/**
 * The queue of one listening socket at one moment: connections that are established for their clients and not yet accepted.
 *
 * @param address where it listens, without the port
 * @param waiting how many wait: {@code Recv-Q} of {@code ss -lt}
 */
public record AcceptQueue(String address, int port, long waiting) {}
