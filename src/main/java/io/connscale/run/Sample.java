package io.connscale.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Both ends at one moment, and what happened since the sample before: a line of {@code samples.jsonl}. Names are those of
 * {@code stats -o json}. Null is unknown.
 *
 * @param at when it was taken
 * @param t seconds since the run began
 * @param seconds since the sample before; what is said per second, in percentiles, in CPUs and of counters covers that time; null in
 *     the first sample
 * @param difference what the hosts hold less what the server has accepted, read at almost the same moment, so that while connections
 *     come up it is not settled as {@code count}'s is; null where either end is unknown
 * @param states of every host of {@code hosts.yaml}: {@code stopped}, {@code starting}, {@code ready} or {@code lost}
 * @param server null where it does not run, does not answer, or is somebody else's
 * @param hosts those that have, or had, an agent
 * @param sum of the hosts; its percentiles are exact, not an average; null where there is no host, or one has not answered yet
 * @param machines by boot id, each once
 * @param limits how far each limit is used up; null where that was not read for this sample
 */
public record Sample(
        Instant at,
        double t,
        @Nullable Double seconds,
        @Nullable Long difference,
        Map<String, String> states,
        @Nullable End server,
        Map<String, End> hosts,
        @Nullable End sum,
        Map<String, Machine> machines,
        @Nullable List<Use> limits) {
    /** The state of a host whose agent is there and can say something. */
    public static final String READY = "ready";

    private static final double LATELY_SECONDS = 3;

    public Sample {
        states = ordered(states);
        hosts = ordered(hosts);
        machines = ordered(machines);
        limits = limits == null ? null : List.copyOf(limits);
    }

    /**
     * One end: the server, a host, or all hosts. Counts are since its agent (the server) was started, and but for the first two they only grow. Of a host
     * whose agent is gone (its state is not {@code ready}) the counts are known, as they were heard last, and nothing else is.
     *
     * @param age seconds since it said this: 0 where it was asked for this sample and answered in time
     * @param established connections that are up
     * @param connecting on their way up
     * @param failed never came up
     * @param lost came up and ended unasked
     * @param stopped ended because the user asked; at the server: all that have ended
     * @param attempted connects; at the server: connections accepted; null where an agent is gone
     * @param skipped Pings that were due and not sent since the Pong before was still missing
     * @param missed Pings whose connection ended before the Pong came; null where an agent is gone
     * @param errors by operation and errno
     * @param failures the part of {@code errors} of connections that never came up; null in a record that is older than this member
     * @param perSecond null where nothing new was heard since the sample before; of all hosts: where it was not of each that has an agent
     * @param micros of what happened since the sample before; the same
     * @param counters the kernel's, by its own names, that grew since they were last read, and by how much; null where they were not read
     * @param tcp null where its agent is gone, {@code process} too
     * @param unreliable what makes this end's numbers unreliable, a sentence each; of all hosts: those of each, with its name
     */
    public record End(
            double age,
            long established,
            long connecting,
            long failed,
            long lost,
            long stopped,
            @Nullable Long attempted,
            long pings,
            long pongs,
            long skipped,
            @Nullable Long missed,
            SortedMap<String, Long> errors,
            @Nullable SortedMap<String, Long> failures,
            @Nullable PerSecond perSecond,
            @Nullable Micros micros,
            @Nullable Tcp tcp,
            @Nullable ProcessUse process,
            @Nullable SortedMap<String, Long> counters,
            List<String> unreliable) {
        public End {
            errors = sorted(errors);
            failures = failures == null ? null : sorted(failures);
            counters = counters == null ? null : sorted(counters);
            unreliable = List.copyOf(unreliable);
        }

        private static SortedMap<String, Long> sorted(SortedMap<String, Long> map) {
            return Collections.unmodifiableSortedMap(new TreeMap<>(map));
        }

        /** Whether it has said this lately: what is older than three seconds is not what is so now. */
        public boolean lately() {
            return age <= LATELY_SECONDS;
        }

        /** CPUs in use by its processes; null where that is unknown. */
        public @Nullable Double cpus() {
            return process == null ? null : process.cpus;
        }

        /** Physical memory of its processes; null where that is unknown. */
        public @Nullable Long residentBytes() {
            return process == null ? null : process.residentBytes;
        }
    }

    /** Counts per second. */
    public record PerSecond(double attempted, double failed, double lost, double pings, double pongs) {}

    /** Durations in microseconds, as docs/STATISTICS.md names them; {@code tcpRtt} is what the kernel says now of some connections. */
    public record Micros(Times connect, Times roundTrip, Times roundTripSent, Times loopLag, Times tcpRtt) {}

    /** One distribution, in microseconds to two significant digits; all but the count are null where the count is 0. */
    public record Times(
            long count,
            @Nullable Long p50,
            @Nullable Long p90,
            @Nullable Long p99,
            @JsonProperty("p99.9") @Nullable Long p999,
            @Nullable Long max) {}

    /** {@code TCP_INFO} of some connections, now. */
    public record Tcp(long sampled, long retransmitting, long retransmits) {}

    /**
     * The processes of one end.
     *
     * @param cpus in use; null where nothing new was heard
     * @param loopBusy the part of the time that event loops were at work, 0 to 1; the same
     * @param collectionMillis of garbage collection since the sample before; the same
     * @param residentBytes physical memory; null where the kernel does not say
     */
    public record ProcessUse(
            int processes,
            @Nullable Double cpus,
            @Nullable Double loopBusy,
            @Nullable Long collectionMillis,
            long heapBytes,
            long directBytes,
            @Nullable Long residentBytes) {}

    /**
     * A machine that an agent or the server runs on.
     *
     * @param busy the part of its CPUs at work, 0 to 1; null where nothing new was heard
     * @param stolen the part that other virtual machines of its host had; the same
     * @param runnable threads that run or wait for a CPU
     */
    public record Machine(
            int cpus,
            @Nullable Double busy,
            @Nullable Double stolen,
            long runnable,
            @Nullable Long memoryBytes,
            @Nullable Long availableBytes) {}

    /**
     * How far one limit is used up, by {@code plan}'s arithmetic.
     *
     * @param limit its name, as {@code plan} says it
     * @param where the ends that share it, {@code server} for the server
     * @param held connections that those ends have
     * @param allows how many more it allows them; null where it could not be read
     * @param use {@code held / (held + allows)}, from 0 to 1: at 1 nothing more comes up; null where {@code allows} is
     */
    public record Use(
            String limit,
            List<String> where,
            long held,
            @Nullable Long allows,
            @Nullable Double use) {
        public Use {
            where = List.copyOf(where);
        }
    }

    private static <V> Map<String, V> ordered(Map<String, V> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
