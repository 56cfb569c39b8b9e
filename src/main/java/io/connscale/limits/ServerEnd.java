package io.connscale.limits;

import io.connscale.kernel.AcceptQueue;
import io.connscale.kernel.Costs;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.ForeignServer;
import io.connscale.stats.Reasons;
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
 * @param pings answered since the open request began; {@link Facts#UNKNOWN} where one of its processes is not heard any more
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
     * @param targets the addresses that clients connect to, without ports
     * @param drops SYNs and last ACKs that its own sockets dropped since the open request began, since a queue was full;
     *     {@link Facts#UNKNOWN}
     * @param pids of its further processes
     * @param tls whether it is ours and speaks TLS
     */
    public record Listening(
            List<String> bound,
            List<Integer> ports,
            long backlogAsked,
            long backlog,
            List<String> targets,
            long drops,
            List<Long> pids,
            boolean tls) {
        public Listening {
            bound = List.copyOf(bound);
            ports = List.copyOf(ports);
            targets = List.copyOf(targets);
            pids = List.copyOf(pids);
        }

        private Listening since(Listening then) {
            boolean goesOn = drops != Facts.UNKNOWN && then.drops != Facts.UNKNOWN && drops >= then.drops;
            return new Listening(
                    bound, ports, backlogAsked, backlog, targets, goesOn ? drops - then.drops : drops, pids, tls);
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
                listening.since(then.listening),
                wanted,
                processes,
                established,
                pings < then.pings ? Facts.UNKNOWN : pings - then.pings,
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
        return read == null || read.bytesEach <= 0
                ? End.super.bytesEach() + (listening.tls ? Costs.TLS_IN_SERVER : 0)
                : Costs.SOCKET + read.bytesEach;
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

    /** Whether it is somebody else's. */
    boolean isTarget() {
        return state == State.TARGET;
    }

    /** As {@code hosts.yaml} calls one of its settings: {@code server.address}, {@code target.address}. */
    String setting(String name) {
        return (isTarget() ? "target." : "server.") + name;
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

    /** Those where it listens, or where it should: whoever made them. Empty where that is unknown. */
    private Optional<List<AcceptQueue>> sockets() {
        return Optional.ofNullable(now.listening())
                .map(all -> all.stream()
                        .filter(queue -> listening.ports.contains(queue.port()))
                        .filter(running() ? this::isBound : this::isTarget)
                        .toList());
    }

    private boolean isBound(AcceptQueue queue) {
        return listening.bound.stream().anyMatch(queue::isAt);
    }

    private boolean isTarget(AcceptQueue queue) {
        return listening.targets.stream().anyMatch(queue::takes);
    }

    /** Whether more sockets listen where it does than are its own: their owners are worth a look. */
    public boolean isCrowded() {
        return running()
                && sockets().orElse(List.of()).size() > listening.ports.size() * Math.max(1, listening.pids.size());
    }

    /** {@code another program (python3, pid 123)} that listens where this server does ({@code SO_REUSEPORT}), and is given a part of the connections. */
    Optional<String> neighbour() {
        return !running() || !now.knows(Fact.PID)
                ? Optional.empty()
                : sockets().orElse(List.of()).stream()
                        .filter(queue -> queue.pid().isPresent())
                        .filter(queue -> queue.pid().getAsLong() != now.get(Fact.PID)
                                && !listening.pids.contains(queue.pid().getAsLong()))
                        .findFirst()
                        .map(queue -> "another program (" + queue.owner() + ")");
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

    /** {@link Listening#drops()}. */
    long drops() {
        return listening.drops;
    }

    /** How many sockets it listens with, each with a queue of its own. */
    int queues() {
        return sockets().orElse(List.of()).size();
    }

    /** How many wait in the fullest of its queues; {@link Facts#UNKNOWN} where that is unknown, or nobody listens. */
    long fullest() {
        if (read != null) {
            return waiting(); // of all its queues: each by itself is not read
        }
        return sockets().orElse(List.of()).stream()
                .mapToLong(AcceptQueue::waiting)
                .max()
                .orElse(Facts.UNKNOWN);
    }

    /** Whether one of its queues is full: the kernel lets one more wait than the backlog (sk_acceptq_is_full). */
    boolean isFull() {
        return backlog() > 0 && fullest() > backlog();
    }

    /** {@code 9 wait, backlog 8}, {@code 9 wait in the fullest of its 20 queues, backlog 8}. */
    String queueText() {
        return (fullest() < 0
                        ? "how many wait is unknown"
                        : Words.number(fullest()) + " wait"
                                + (queues() > 1 ? " in the fullest of its " + queues() + " queues" : ""))
                + backlogText();
    }

    /** How many wait to be accepted in all of its queues; {@link Facts#UNKNOWN} where that is unknown, or nobody listens. */
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
