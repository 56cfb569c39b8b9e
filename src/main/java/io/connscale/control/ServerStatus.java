package io.connscale.control;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The server at one moment. All counts are since it was started; a stopped server has none.
 *
 * @param running whether it listens
 * @param transport {@code epoll} or {@code nio}
 * @param listeners one for each port, in the order of the settings
 * @param established connections accepted and not yet closed
 * @param accepted connections ever accepted
 * @param pings Pings answered
 * @param errors by where and what, as {@code accept EMFILE}, {@code receive ECONNRESET}, {@code protocol error}
 */
public record ServerStatus(
        boolean running,
        String transport,
        List<Listener> listeners,
        long established,
        long accepted,
        long pings,
        SortedMap<String, Long> errors) {
    /** The reason under which a connection is counted that sent anything but Ping. */
    public static final String PROTOCOL_ERROR = "protocol error";

    /**
     * A listening socket.
     *
     * @param address as the settings say it
     * @param port the real one, also where any was asked for
     * @param backlogAsked connections that may wait to be accepted, as the settings say
     * @param backlogGiven what the kernel made of it
     */
    public record Listener(String address, int port, int backlogAsked, int backlogGiven) {}

    public ServerStatus {
        listeners = List.copyOf(listeners);
        errors = Collections.unmodifiableSortedMap(new TreeMap<>(errors));
    }

    public static ServerStatus stopped(String transport) {
        return new ServerStatus(false, transport, List.of(), 0, 0, 0, new TreeMap<>());
    }

    /** Connections closed because they sent anything but Ping. */
    public long protocolErrors() {
        return errors.getOrDefault(PROTOCOL_ERROR, 0L);
    }
}
