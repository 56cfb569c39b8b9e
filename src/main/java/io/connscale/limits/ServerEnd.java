package io.connscale.limits;

import io.connscale.kernel.AcceptQueue;
import io.connscale.kernel.Costs;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.ForeignServer;
import io.connscale.stats.Reasons;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The server as it was found.
 *
 * @param place the host that it runs on; {@link #HERE}: the console's machine
 * @param established accepted and not closed, now
 * @param pings answered since the open request began
 * @param errors since then, by where and what
 * @param now the kernel's word now, of the machine that the clients' connections go to; nothing where that is not the one that was asked
 * @param read what is read of somebody else's server; null where it is ours, or is not read
 */
public record ServerEnd(
        State state,
        String place,
        Listening listening,
        long wanted,
        Processes processes,
        long established,
        long pings,
        SortedMap<String, Long> errors,
        Facts before,
        Facts now,
        @Nullable Read read)
        implements End {
    /**
     * Somebody else's server, read where it runs.
     *
     * @param before when the open request began
     * @param bytesEach resident memory that a connection was found to add there; {@link Facts#UNKNOWN}
     */
    public record Read(ForeignServer before, ForeignServer now, long bytesEach) {
        /** Those that it is accepted by, not those that wait for that; {@link Facts#UNKNOWN}. */
        long accepted() {
            Long accepted = now.accepted();
            return accepted == null ? Facts.UNKNOWN : accepted;
        }
    }

    /** Ours, or not read. */
    public ServerEnd(
            State state,
            String place,
            Listening listening,
            long wanted,
            Processes processes,
            long established,
            long pings,
            SortedMap<String, Long> errors,
            Facts before,
            Facts now) {
        this(state, place, listening, wanted, processes, established, pings, errors, before, now, null);
    }

    /** No host is called so. */
    public static final String HERE = "the console's machine";

    /** What it says of itself. */
    public enum State {
        RUNNING,
        STOPPED,
        /** Its host does not answer. */
        SILENT,
        /** Somebody else's, which says nothing of itself. */
        TARGET
    }

    /**
     * Where it listens.
     *
     * @param bound the addresses; empty where it does not listen
     * @param ports it listens on, or should
     * @param backlogAsked connections that may wait to be accepted, as the settings say; {@link Facts#UNKNOWN} where it does not run
     * @param backlog that the kernel gave it; {@link Facts#UNKNOWN}
     */
    public record Listening(List<String> bound, List<Integer> ports, long backlogAsked, long backlog) {
        public Listening {
            bound = List.copyOf(bound);
            ports = List.copyOf(ports);
        }
    }

    public ServerEnd {
        Objects.requireNonNull(state);
        errors = Collections.unmodifiableSortedMap(new TreeMap<>(errors));
    }

    /** The same, seen from {@code then} on. */
    public ServerEnd since(ServerEnd then) {
        return new ServerEnd(
                state,
                place,
                listening,
                wanted,
                processes,
                established,
                pings - then.pings,
                Reasons.difference(errors, then.errors),
                then.now,
                now.withLimitsOf(then.now),
                read == null || then.read == null ? read : new Read(then.read.now, read.now, read.bytesEach));
    }

    /** The same, of which that is read. */
    ServerEnd with(@Nullable Read read) {
        return new ServerEnd(state, place, listening, wanted, processes, established, pings, errors, before, now, read);
    }

    @Override
    public long bytesEach() {
        return read == null || read.bytesEach <= 0 ? End.super.bytesEach() : Costs.SOCKET + read.bytesEach;
    }

    /** A foreign process is taken as it is; ours raise the soft limit to the hard one. */
    @Override
    public long maxFiles() {
        return read == null ? End.super.maxFiles() : now.get(Fact.SOFT_FILES);
    }

    @Override
    public String name() {
        return "server";
    }

    @Override
    public String process() {
        return "the server";
    }

    boolean running() {
        return state == State.RUNNING;
    }

    /** Whether anything is known of the machine that clients connect to. */
    boolean known() {
        return !now.equals(Facts.NONE);
    }

    long backlog() {
        return listening.backlog;
    }

    /** {@code , backlog 8}; empty where it is unknown. */
    String backlogText() {
        return backlog() > 0 ? ", backlog " + Words.number(backlog()) : "";
    }

    /** {@code the server stopped accepting at 183: }. */
    String stoppedAccepting() {
        return "the server stopped accepting at " + Words.number(established) + ": ";
    }

    long count(String reason) {
        return errors.getOrDefault(reason, 0L);
    }

    /** The listening sockets of its ports, whoever made them; empty where that is unknown. */
    private Optional<List<AcceptQueue>> sockets() {
        List<AcceptQueue> all = new ArrayList<>();
        for (int port : listening.ports) {
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

    /** {@code another program (python3, pid 123)}, which listens on its ports. */
    String foreigner() {
        return sockets().orElse(List.of()).stream()
                .map(AcceptQueue::owner)
                .filter(Objects::nonNull)
                .findFirst()
                .map(owner -> "another program (" + owner + ")")
                .orElse("another program");
    }

    /** How many wait to be accepted on its ports; {@link Facts#UNKNOWN} where that is unknown, or nobody listens. */
    public long waiting() {
        if (read != null) {
            Long waiting = read.now.waiting();
            return waiting == null ? Facts.UNKNOWN : waiting;
        }
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
