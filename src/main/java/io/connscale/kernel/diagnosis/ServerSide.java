package io.connscale.kernel.diagnosis;

import io.connscale.kernel.AcceptQueue;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The server as it was found.
 *
 * @param established accepted and not closed, now
 * @param pings answered since the open request began
 * @param errors since then, by where and what
 * @param bound the addresses that it listens on; empty where it does not
 * @param ports it listens on, or should
 * @param backlog that the kernel gave it; 0: unknown
 * @param before the kernel's word when the request began
 * @param now the kernel's word now, of the machine that the clients' connections go to; nothing where that is not the one that was asked
 */
public record ServerSide(
        State state,
        long established,
        long pings,
        SortedMap<String, Long> errors,
        List<String> bound,
        List<Integer> ports,
        int backlog,
        Facts before,
        Facts now) {
    /** What it says of itself. */
    public enum State {
        RUNNING,
        STOPPED,
        /** Its host does not answer. */
        SILENT
    }

    public ServerSide {
        Objects.requireNonNull(state);
        errors = Collections.unmodifiableSortedMap(new TreeMap<>(errors));
        bound = List.copyOf(bound);
        ports = List.copyOf(ports);
    }

    boolean running() {
        return state == State.RUNNING;
    }

    long grown(Fact counter) {
        return now.grown(counter, before);
    }

    /** The listening sockets of its ports, whoever made them; empty where that is unknown. */
    private Optional<List<AcceptQueue>> sockets() {
        List<AcceptQueue> all = new ArrayList<>();
        for (int port : ports) {
            Optional<List<AcceptQueue>> here = now.listening(port);
            if (here.isEmpty()) {
                return Optional.empty();
            }
            all.addAll(here.get());
        }
        return Optional.of(all);
    }

    /** Whether its kernel has a listening socket on one of its ports; empty where that is unknown. */
    Optional<Boolean> listensSomewhere() {
        return sockets().map(all -> !all.isEmpty());
    }

    /** Whether it is known that another program listens where this server should, which is not running. */
    boolean foreign() {
        return state == State.STOPPED && listensSomewhere().orElse(false);
    }

    /** Who listens on its ports, as {@code python3, pid 123}; empty where that is unknown. */
    Optional<String> owner() {
        return sockets().orElse(List.of()).stream()
                .map(AcceptQueue::owner)
                .filter(Objects::nonNull)
                .findFirst();
    }

    /** How many wait to be accepted on its ports; {@link Facts#UNKNOWN} where that is unknown, or nobody listens. */
    public long waiting() {
        return sockets()
                .filter(all -> !all.isEmpty())
                .map(all -> all.stream().mapToLong(AcceptQueue::waiting).sum())
                .orElse(Facts.UNKNOWN);
    }

    /** Accepted connections whose peer leaves something unanswered; {@link Facts#UNKNOWN} where that is unknown, or was not asked. */
    long suspect() {
        List<AcceptQueue> all = sockets().orElse(List.of());
        return all.isEmpty() || all.stream().anyMatch(queue -> queue.suspect() == null)
                ? Facts.UNKNOWN
                : all.stream()
                        .map(AcceptQueue::suspect)
                        .mapToLong(n -> n == null ? 0 : n)
                        .sum();
    }
}
