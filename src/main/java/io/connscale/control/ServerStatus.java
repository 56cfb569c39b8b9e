package io.connscale.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.connscale.stats.Reasons;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

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
 * @param processes the processes that share its ports, the first one among them; empty where it is one alone
 */
public record ServerStatus(
        boolean running,
        String transport,
        List<Listener> listeners,
        long established,
        long accepted,
        long pings,
        SortedMap<String, Long> errors,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<ServerProcess> processes) {
    /** The reason under which a connection is counted that sent anything but Ping. */
    public static final String PROTOCOL_ERROR = "protocol error";

    /**
     * A listening socket.
     *
     * @param address as the settings say it
     * @param port the real one, also where any was asked for
     * @param backlogAsked connections that may wait to be accepted, as the settings say
     * @param backlogGiven what the kernel made of it; null: unknown
     * @param drops SYNs and last ACKs that the sockets of this port have dropped since they listen; null: unknown
     */
    public record Listener(
            String address,
            int port,
            int backlogAsked,
            @Nullable Integer backlogGiven,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Long drops) {
        /** The same port of two processes. */
        Listener plus(Listener other) {
            Long sum = drops == null || other.drops == null ? null : (Long) (drops + other.drops);
            return new Listener(address, port, backlogAsked, backlogGiven, sum);
        }
    }

    /**
     * A process of the server.
     *
     * @param pid on its machine
     * @param established connections that it holds
     * @param room how many more it has files for
     * @param silentSeconds for which it has said nothing: what it counted last may no longer be so; null where that is no age
     */
    public record ServerProcess(
            long pid,
            long established,
            long room,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Integer silentSeconds) {}

    public ServerStatus {
        listeners = List.copyOf(listeners);
        processes = processes == null ? List.of() : List.copyOf(processes);
        errors = Reasons.copy(errors);
    }

    /** Of one process. */
    public ServerStatus(
            boolean running,
            String transport,
            List<Listener> listeners,
            long established,
            long accepted,
            long pings,
            SortedMap<String, Long> errors) {
        this(running, transport, listeners, established, accepted, pings, errors, List.of());
    }

    /** Two processes that share their ports, as one server; whose processes are to be told apart yet. */
    public ServerStatus plus(ServerStatus other) {
        return new ServerStatus(
                running,
                transport,
                sum(listeners, other.listeners),
                established + other.established,
                accepted + other.accepted,
                pings + other.pings,
                Reasons.sum(errors, other.errors));
    }

    /** In the same order, or none of one that is none. */
    private static List<Listener> sum(List<Listener> some, List<Listener> others) {
        if (some.size() != others.size()) {
            return some.isEmpty() ? others : some;
        }
        return IntStream.range(0, some.size())
                .mapToObj(i -> some.get(i).plus(others.get(i)))
                .toList();
    }

    public ServerStatus with(List<ServerProcess> processes) {
        return new ServerStatus(running, transport, listeners, established, accepted, pings, errors, processes);
    }

    /** What is left of these counts when the process is gone. */
    public ServerStatus afterLoss(String reason) {
        return new ServerStatus(
                running,
                transport,
                listeners,
                0,
                accepted,
                pings,
                established == 0 ? errors : Reasons.sum(errors, Map.of(reason, established)));
    }

    /** No process, and one thing that went wrong. */
    public static ServerStatus with(String reason) {
        return new ServerStatus(false, "", List.of(), 0, 0, 0, new TreeMap<>(Map.of(reason, 1L)));
    }

    public static ServerStatus stopped(String transport) {
        return new ServerStatus(false, transport, List.of(), 0, 0, 0, new TreeMap<>());
    }

    /** Why these counts may no longer be so: one of its processes that has said nothing for a while; empty where all answer. */
    public Optional<String> stale() {
        return processes.stream()
                .filter(process -> process.silentSeconds != null)
                .findFirst()
                .map(process -> "process " + process.pid + " of the server has said nothing for "
                        + process.silentSeconds + " s");
    }

    /** Connections closed because they sent anything but Ping. */
    public long protocolErrors() {
        return errors.getOrDefault(PROTOCOL_ERROR, 0L);
    }
}
