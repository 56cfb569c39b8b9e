package io.connscale.stats;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All that an agent or the server knows of its work so far, and of the process and machine that it runs on. Add up over event
 * loops, workers, hosts and processes with {@link #plus}; what happened in a time is the difference of two, {@link #since}.
 *
 * @param counts connections by state and end, Pings and Pongs; of a server: its connections, and its Pings answered
 * @param attempted connects attempted; at a server: connections accepted
 * @param missed Pings whose connection ended before the Pong came
 * @param unanswered an agent's, now
 * @param machines by what tells them apart: agents on one machine share one
 * @param unexpected the first bytes of answers that were no Pong, cleaned; different ones, {@value #MAX_UNEXPECTED} at most. Where
 *     they are no whole answer: {@value #BEGAN} and the bytes; where they are a Pong again: {@value #MORE_PONGS}
 */
public record Statistics(
        Snapshot counts,
        long attempted,
        long missed,
        Unanswered unanswered,
        Times times,
        TcpSample tcp,
        ProcessLoad process,
        SortedMap<String, MachineLoad> machines,
        List<String> unexpected) {
    public static final int MAX_UNEXPECTED = 3;

    public static final String BEGAN = "began to answer: ";
    public static final String MORE_PONGS = "more than one Pong for a Ping";

    public static final Statistics NONE = new Statistics(
            Snapshot.NONE, 0, 0, Unanswered.NONE, Times.NONE, TcpSample.NONE, ProcessLoad.NONE, new TreeMap<>());

    public Statistics {
        Objects.requireNonNull(unanswered);
        machines = Collections.unmodifiableSortedMap(new TreeMap<>(machines));
        unexpected = unexpected == null
                ? List.of()
                : unexpected.stream().distinct().limit(MAX_UNEXPECTED).toList();
    }

    /** Of who has had no unexpected answer. */
    public Statistics(
            Snapshot counts,
            long attempted,
            long missed,
            Unanswered unanswered,
            Times times,
            TcpSample tcp,
            ProcessLoad process,
            SortedMap<String, MachineLoad> machines) {
        this(counts, attempted, missed, unanswered, times, tcp, process, machines, List.of());
    }

    /** The same with other counts. */
    public Statistics with(Snapshot other) {
        return new Statistics(other, attempted, missed, unanswered, times, tcp, process, machines, unexpected);
    }

    /** Counts alone: all that is known of an agent that is gone. */
    public static Statistics of(Snapshot counts) {
        return new Statistics(
                counts, 0, 0, Unanswered.NONE, Times.NONE, TcpSample.NONE, ProcessLoad.NONE, new TreeMap<>());
    }

    /** Whether there is no process that could know more: nothing but the counts says anything. */
    public boolean countsAlone() {
        return process.equals(ProcessLoad.NONE);
    }

    /** Connections that failed before there was a process for them: attempted all the same. */
    public static Statistics failed(long n, SortedMap<String, Long> errors) {
        Snapshot counts = new Snapshot(0, 0, n, 0, 0, 0, 0, 0, errors, errors);
        return new Statistics(
                counts, n, 0, Unanswered.NONE, Times.NONE, TcpSample.NONE, ProcessLoad.NONE, new TreeMap<>());
    }

    /** A process and its machine, which has done nothing. */
    public static Statistics of(ProcessLoad process, Map<String, MachineLoad> machines) {
        return new Statistics(
                Snapshot.NONE, 0, 0, Unanswered.NONE, Times.NONE, TcpSample.NONE, process, new TreeMap<>(machines));
    }

    /** What is left of it when its process is gone: all that only grows, and {@code counts}, which were heard last. */
    public Statistics afterLoss(Snapshot counts, String reason) {
        return new Statistics(
                counts.afterLoss(reason),
                attempted,
                missed,
                Unanswered.NONE,
                times,
                TcpSample.NONE,
                process.afterLoss(),
                new TreeMap<>(),
                unexpected);
    }

    public Statistics plus(Statistics other) {
        SortedMap<String, MachineLoad> all = new TreeMap<>(machines);
        other.machines.forEach((name, machine) -> all.merge(name, machine, MachineLoad::orLater));
        return new Statistics(
                counts.plus(other.counts),
                attempted + other.attempted,
                missed + other.missed,
                unanswered.plus(other.unanswered),
                times.plus(other.times),
                tcp.plus(other.tcp),
                process.plus(other.process),
                all,
                Stream.concat(unexpected.stream(), other.unexpected.stream()).toList());
    }

    /**
     * How long a packet takes to the other end and back, in milliseconds, as far as something shows it: the median of the kernel's
     * own round-trip times, and the fastest of {@code connects}, each of which needs one round trip. Neither waits for the other end's
     * process. The less of both, since either may be slow for another reason; -1 where nothing shows it.
     */
    public double roundTripMillis(Distribution connects) {
        double kernel = tcp.sampled() == 0 ? Double.MAX_VALUE : tcp.rtt().percentile(50);
        double connect = connects.count() == 0 ? Double.MAX_VALUE : connects.percentile(0);
        double min = Math.min(kernel, connect);
        return min == Double.MAX_VALUE ? -1 : min / 1000;
    }

    /** What happened after {@code before}; states, sizes and samples are those of now. */
    public Statistics since(Statistics before) {
        if (countsAlone()) {
            return of(counts.since(before.counts)); // it is gone, and the rest of what it knew with it
        }
        if (process.upNanos() < before.process.upNanos()) {
            return this; // another process in its place
        }
        SortedMap<String, MachineLoad> grown = new TreeMap<>();
        machines.forEach((name, machine) -> {
            MachineLoad then = before.machines.get(name);
            grown.put(name, then == null ? machine : machine.since(then));
        });
        return new Statistics(
                counts.since(before.counts),
                attempted - before.attempted,
                missed - before.missed,
                unanswered,
                times.since(before.times),
                tcp.since(before.tcp),
                process.since(before.process),
                grown,
                unexpected);
    }

    /**
     * Connections that are established, have sent a Ping and never had a Pong: for all that their client knows, nobody has accepted
     * them. Those that are too young for their first Ping are not among them. Ages count from when each was established.
     *
     * @param count how many
     * @param answered the others that have had a Pong: whoever sent it has accepted them
     * @param oldestNanos age of the oldest, ns; 0 where there is none
     * @param youngestNanos age of the youngest, ns; 0 where there is none
     * @param waitingNanos how long the oldest Ping of any connection has waited for its Pong, ns; 0 where none waits
     */
    public record Unanswered(long count, long answered, long oldestNanos, long youngestNanos, long waitingNanos) {
        public static final Unanswered NONE = new Unanswered(0, 0, 0, 0, 0);

        public Unanswered plus(Unanswered other) {
            if (count == 0 || other.count == 0) {
                Unanswered one = count == 0 ? other : this;
                return new Unanswered(
                        one.count,
                        answered + other.answered,
                        one.oldestNanos,
                        one.youngestNanos,
                        Math.max(waitingNanos, other.waitingNanos));
            }
            return new Unanswered(
                    count + other.count,
                    answered + other.answered,
                    Math.max(oldestNanos, other.oldestNanos),
                    Math.min(youngestNanos, other.youngestNanos),
                    Math.max(waitingNanos, other.waitingNanos));
        }
    }

    /**
     * The durations that an agent or a server has recorded since it began, each a {@link Distribution}.
     *
     * @param connect from the call of connect to established
     * @param roundTrip from when a Ping should have left by the schedule to its Pong: what a user of a loaded system waits
     * @param roundTripSent from when the Ping really left to its Pong: what network and server need
     * @param lifetime of connections that have ended, from established on
     * @param loopLag how much later than planned the turns of the event loops began
     * @param handshake from a connection's socket being up to its TLS; null where there was none
     */
    public record Times(
            Distribution connect,
            Distribution roundTrip,
            Distribution roundTripSent,
            Distribution lifetime,
            Distribution loopLag,
            @Nullable Distribution handshake) {
        public static final Times NONE = new Times(
                Distribution.NONE, Distribution.NONE, Distribution.NONE, Distribution.NONE, Distribution.NONE);

        /** Without TLS. */
        public Times(
                Distribution connect,
                Distribution roundTrip,
                Distribution roundTripSent,
                Distribution lifetime,
                Distribution loopLag) {
            this(connect, roundTrip, roundTripSent, lifetime, loopLag, null);
        }

        private static @Nullable Distribution some(Distribution all) {
            return all.count() == 0 ? null : all;
        }

        /** {@link #handshake}, or that there was none. */
        public Distribution handshakes() {
            return handshake == null ? Distribution.NONE : handshake;
        }

        public Times plus(Times other) {
            return new Times(
                    connect.plus(other.connect),
                    roundTrip.plus(other.roundTrip),
                    roundTripSent.plus(other.roundTripSent),
                    lifetime.plus(other.lifetime),
                    loopLag.plus(other.loopLag),
                    some(handshakes().plus(other.handshakes())));
        }

        /** What was recorded after {@code before}. */
        public Times since(Times before) {
            return new Times(
                    connect.since(before.connect),
                    roundTrip.since(before.roundTrip),
                    roundTripSent.since(before.roundTripSent),
                    lifetime.since(before.lifetime),
                    loopLag.since(before.loopLag),
                    some(handshakes().since(before.handshakes())));
        }
    }
}
