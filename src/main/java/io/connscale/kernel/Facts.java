package io.connscale.kernel;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel of a machine told one of its processes at one moment. What could not be read is left out; it is unknown,
 * never an error.
 *
 * @param values by {@link Fact#kernelName()}
 * @param listening the listening sockets of this network namespace, IPv4 and IPv6; null: unknown
 * @param machine equal for processes of one machine that has not been restarted between; empty: unknown
 * @param network equal for processes of one network namespace of a machine, which share its counters; empty: unknown
 * @param clock what the machine tells the time by; empty: unknown
 * @param groups the control groups whose limits {@code values} has, by resource: {@value #MEMORY_GROUP},
 *     {@value #MEMORY_HIGH_GROUP}, {@value #PIDS_GROUP}, {@value #CPU_GROUP}; and the process's own as {@value #OOM_GROUP}
 * @param routes from the sources to the targets that were asked about; null where nobody asked
 * @param quotas of CPU that hold for this process: its control group's, and those of the groups around it
 */
public record Facts(
        SortedMap<String, Long> values,
        @Nullable List<AcceptQueue> listening,
        String machine,
        String network,
        String clock,
        SortedMap<String, Group> groups,
        @Nullable Routes routes,
        List<Quota> quotas) {
    public static final String MEMORY_GROUP = "memory";
    public static final String MEMORY_HIGH_GROUP = "memory.high";
    /** The one that {@link Fact#OOM_KILLS} counts for. */
    public static final String OOM_GROUP = "memory.oom_kill";

    public static final String PIDS_GROUP = "pids";
    public static final String CPU_GROUP = "cpu";

    /** Nothing is known. */
    public static final Facts NONE = new Facts(new TreeMap<>(), null, "", "", "");

    /** How much is read: each has what the one before has, too. */
    public enum Depth {
        /** All but the tables of sockets, of which Linux searches each for milliseconds whatever is in it. */
        VALUES,
        /** The listening sockets. */
        LISTENERS,
        /** Handshakes that are not finished, suspect connections, and who listens: up to seconds with many sockets. */
        SOCKETS
    }

    public static final long UNKNOWN = -1;
    /** What a limit is that stops nothing. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    /**
     * A control group.
     *
     * @param path below the mount, as the process sees it
     * @param id equal for processes of one machine that mean the same group, whatever path they see
     */
    public record Group(String path, String id) {
        public Group {
            Objects.requireNonNull(path);
            Objects.requireNonNull(id);
        }
    }

    /**
     * CPU that a control group may have, and how often that was used up: then all threads in it, and in the groups below, stand
     * still until the next period.
     *
     * @param microsPerSecond of CPU
     * @param periods in which the group ran
     * @param throttled of these the ones in which it was stopped
     * @param throttledNanos that it was stopped for, added up over the CPUs
     */
    public record Quota(Group group, long microsPerSecond, long periods, long throttled, long throttledNanos) {
        /** What was counted after {@code before}, the same group's. */
        public Quota since(Quota before) {
            return new Quota(
                    group,
                    microsPerSecond,
                    Math.max(0, periods - before.periods),
                    Math.max(0, throttled - before.throttled),
                    Math.max(0, throttledNanos - before.throttledNanos));
        }
    }

    public Facts {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
        listening = listening == null ? null : List.copyOf(listening);
        Objects.requireNonNull(machine);
        Objects.requireNonNull(network);
        Objects.requireNonNull(clock);
        SortedMap<String, Group> known = groups == null ? new TreeMap<>() : new TreeMap<>(groups); // of an older agent
        groups = Collections.unmodifiableSortedMap(known);
        quotas = quotas == null ? List.of() : List.copyOf(quotas); // likewise
    }

    /** Without control groups, and nobody asked about routes. */
    public Facts(
            SortedMap<String, Long> values,
            @Nullable List<AcceptQueue> listening,
            String machine,
            String network,
            String clock) {
        this(values, listening, machine, network, clock, new TreeMap<>(), null);
    }

    /** Without a quota. */
    public Facts(
            SortedMap<String, Long> values,
            @Nullable List<AcceptQueue> listening,
            String machine,
            String network,
            String clock,
            SortedMap<String, Group> groups,
            @Nullable Routes routes) {
        this(values, listening, machine, network, clock, groups, routes, List.of());
    }

    /** These, and what is known of some routes. */
    public Facts with(Routes asked) {
        return new Facts(values, listening, machine, network, clock, groups, asked, quotas);
    }

    /** These, and one that the kernel does not know. */
    public Facts with(Fact fact, long value) {
        SortedMap<String, Long> more = new TreeMap<>(values);
        more.put(fact.kernelName(), value);
        return new Facts(more, listening, machine, network, clock, groups, routes, quotas);
    }

    /** The same, where it is so; it is absent where it is not. */
    public Facts with(Fact fact, boolean so) {
        return so ? with(fact, 1) : this;
    }

    /** These, of a process in these control groups. */
    Facts with(Map<String, Long> read, Cgroup of) {
        return new Facts(new TreeMap<>(read), listening, machine, network, clock, of.groups(), routes, of.quotas());
    }

    /** These, and all that was known {@code before} and could not be read again, or was not: limits and machine, and who listens. */
    public Facts knowing(Facts before) {
        Facts known = withLimitsOf(before);
        return new Facts(
                known.values,
                listening == null ? before.listening : listening,
                known.machine,
                known.network,
                known.clock,
                known.groups,
                routes,
                quotas);
    }

    /** {@code control group /docker/abc}; without a path where that is unknown. */
    public String group(String resource) {
        Group group = groups.get(resource);
        return group == null ? "control group" : "control group " + group.path();
    }

    /**
     * The limits that every Linux has and that could not be read here: a container may hide parts of {@code /proc}
     * ({@code subset=pid}). An unknown limit may stop connections as well as a known one.
     */
    public List<Fact> unread() {
        return Fact.ALWAYS_THERE.stream().filter(fact -> !knows(fact)).toList();
    }

    /** {@value #UNKNOWN} where it could not be read. */
    public long get(Fact fact) {
        return values.getOrDefault(fact.kernelName(), UNKNOWN);
    }

    public boolean knows(Fact fact) {
        return values.containsKey(fact.kernelName());
    }

    /** These, and what was known {@code before} of limits and machine that is unknown now: a process without a descriptor can't read it. */
    public Facts withLimitsOf(Facts before) {
        SortedMap<String, Long> known = new TreeMap<>(values);
        for (Fact fact : Fact.values()) {
            if (fact.kind() == Fact.Kind.LIMIT && before.knows(fact)) {
                known.putIfAbsent(fact.kernelName(), before.get(fact));
            }
        }
        return new Facts(
                known,
                listening,
                machine.isEmpty() ? before.machine : machine,
                network.isEmpty() ? before.network : network,
                clock.isEmpty() ? before.clock : clock,
                groups.isEmpty() ? before.groups : groups,
                routes,
                quotas);
    }

    /** Ephemeral ports for one (source, server address, server port), without the reserved ones; or unknown. */
    public long ports() {
        return Limits.ports(get(Fact.FIRST_PORT), get(Fact.LAST_PORT), get(Fact.RESERVED_PORTS));
    }

    /** How much a counter has grown since {@code before}; {@value #UNKNOWN} where either moment does not know it. */
    public long grown(Fact counter, Facts before) {
        return knows(counter) && before.knows(counter) ? Math.max(0, get(counter) - before.get(counter)) : UNKNOWN;
    }

    /** The counters that have grown since {@code before}, and by how much; without those of time, which always grow. */
    public SortedMap<String, Long> since(Facts before) {
        SortedMap<String, Long> grown = new TreeMap<>();
        for (Fact fact : counters()) {
            long more = grown(fact, before);
            if (more > 0 && !Fact.TIMES.contains(fact)) {
                grown.put(fact.kernelName(), more);
            }
        }
        return grown;
    }

    /** Each quota as it was counted since {@code before}; those that are not known then are left out. */
    public List<Quota> quotasSince(Facts before) {
        return quotas.stream()
                .flatMap(now -> before.quotas.stream()
                        .filter(then -> then.group.equals(now.group))
                        .map(now::since))
                .toList();
    }

    private static Set<Fact> counters() {
        Set<Fact> counters = EnumSet.allOf(Fact.class);
        counters.removeIf(fact -> fact.kind() != Fact.Kind.COUNTER);
        return counters;
    }

    /** The listening sockets of {@code port}, whatever the address: none where nobody listens there, empty where that is unknown. */
    public Optional<List<AcceptQueue>> listening(int port) {
        return Optional.ofNullable(listening)
                .map(all -> all.stream().filter(queue -> queue.port() == port).toList());
    }

    /** Connections that wait to be accepted on {@code port}; unknown also where nobody listens there. */
    public long waiting(int port) {
        return listening(port).orElse(List.of()).stream()
                .mapToLong(AcceptQueue::waiting)
                .reduce(Long::sum)
                .orElse(UNKNOWN);
    }
}
