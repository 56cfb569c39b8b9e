package io.connscale.api;

import io.connscale.control.ServerStatus;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The server at one moment. All counts are since it was started; a stopped server has none.
 *
 * @param state {@code running} or {@code stopped}
 * @param transport {@code epoll} or {@code nio}
 * @param listeners one for each port
 * @param established connections accepted and not yet closed
 * @param accepted connections ever accepted
 * @param pings Pings answered
 * @param errors by operation and errno, as {@code accept EMFILE}
 * @param workers processes that it is
 * @param processes that share its ports; empty where it is one alone
 */
public record ServerState(
        String state,
        String transport,
        List<Listener> listeners,
        long established,
        long accepted,
        long pings,
        SortedMap<String, Long> errors,
        int workers,
        List<ServerProcess> processes) {
    private static final String RUNNING = "running";

    /**
     * A listening socket.
     *
     * @param port the real one, also where any was asked for
     * @param backlogAsked connections that may wait to be accepted, as {@code hosts.yaml} says
     * @param backlogGiven what the kernel made of it; null: unknown
     */
    public record Listener(
            String address,
            int port,
            int backlogAsked,
            @Nullable Integer backlogGiven) {}

    /**
     * A process of the server.
     *
     * @param pid on its machine
     * @param established connections that it holds
     * @param room how many more it has files for
     */
    public record ServerProcess(long pid, long established, long room) {}

    public ServerState {
        listeners = List.copyOf(listeners);
        processes = List.copyOf(processes);
    }

    static ServerState of(ServerStatus status) {
        return new ServerState(
                status.running() ? RUNNING : "stopped",
                status.transport(),
                status.listeners().stream()
                        .map(l -> new Listener(l.address(), l.port(), l.backlogAsked(), l.backlogGiven()))
                        .toList(),
                status.established(),
                status.accepted(),
                status.pings(),
                status.errors(),
                Math.max(1, status.processes().size()),
                status.processes().stream()
                        .map(p -> new ServerProcess(p.pid(), p.established(), p.room()))
                        .toList());
    }

    /** Whether it listens. */
    public boolean running() {
        return state.equals(RUNNING);
    }
}
