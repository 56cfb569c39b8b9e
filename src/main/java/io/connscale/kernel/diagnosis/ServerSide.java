package io.connscale.kernel.diagnosis;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The server as it was found.
 *
 * @param running whether it listens, as far as it says; false also where its host does not answer
 * @param established accepted and not closed, now
 * @param pings answered since the order began
 * @param errors since the order began, by where and what
 * @param ports it listens on, or should
 * @param backlog that the kernel gave it
 * @param before the kernel's word when the order began
 * @param now the kernel's word now
 */
public record ServerSide(
        boolean running,
        long established,
        long pings,
        SortedMap<String, Long> errors,
        List<Integer> ports,
        int backlog,
        Facts before,
        Facts now) {
    public ServerSide {
        errors = Collections.unmodifiableSortedMap(new TreeMap<>(errors));
        ports = List.copyOf(ports);
    }

    long grown(Fact counter) {
        return now.grown(counter, before);
    }

    /** Whether its kernel has a listening socket on one of its ports, whoever has made it. */
    boolean listensSomewhere() {
        return ports.stream().anyMatch(port -> now.waiting(port) != Facts.UNKNOWN);
    }

    /** How many wait to be accepted on its ports; 0 where that is unknown. */
    public long waiting() {
        return ports.stream().mapToLong(port -> Math.max(0, now.waiting(port))).sum();
    }
}
