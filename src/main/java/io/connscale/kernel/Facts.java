package io.connscale.kernel;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
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
 */
public record Facts(
        SortedMap<String, Long> values,
        @Nullable List<AcceptQueue> listening,
        String machine,
        String network,
        String clock) {
    /** Nothing is known. */
    public static final Facts NONE = new Facts(new TreeMap<>(), null, "", "", "");

    public static final long UNKNOWN = -1;
    /** What a limit is that stops nothing. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    public Facts {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
        listening = listening == null ? null : List.copyOf(listening);
        Objects.requireNonNull(machine);
        Objects.requireNonNull(network);
        Objects.requireNonNull(clock);
    }

    /** {@value #UNKNOWN} where it could not be read. */
    public long get(Fact fact) {
        return values.getOrDefault(fact.kernelName(), UNKNOWN);
    }

    public boolean knows(Fact fact) {
        return values.containsKey(fact.kernelName());
    }

    /** These, and what was known {@code before} of limits that are unknown now: a process without a descriptor can't read them. */
    public Facts withLimitsOf(Facts before) {
        SortedMap<String, Long> known = new TreeMap<>(values);
        for (Fact fact : Fact.values()) {
            if (fact.kind() == Fact.Kind.LIMIT && before.knows(fact)) {
                known.putIfAbsent(fact.kernelName(), before.get(fact));
            }
        }
        return new Facts(known, listening, machine, network, clock);
    }

    /** Ephemeral ports for one (source, server address, server port), without the reserved ones; or unknown. */
    public long ports() {
        return knows(Fact.FIRST_PORT) && knows(Fact.LAST_PORT)
                ? get(Fact.LAST_PORT) - get(Fact.FIRST_PORT) + 1 - Math.max(0, get(Fact.RESERVED_PORTS))
                : UNKNOWN;
    }

    /** How much a counter has grown since {@code before}; {@value #UNKNOWN} where either moment does not know it. */
    public long grown(Fact counter, Facts before) {
        return knows(counter) && before.knows(counter) ? Math.max(0, get(counter) - before.get(counter)) : UNKNOWN;
    }

    /** The counters that have grown since {@code before}, and by how much. */
    public SortedMap<String, Long> since(Facts before) {
        SortedMap<String, Long> grown = new TreeMap<>();
        for (Fact fact : counters()) {
            long more = grown(fact, before);
            if (more > 0 && fact != Fact.UPTIME) {
                grown.put(fact.kernelName(), more);
            }
        }
        return grown;
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
