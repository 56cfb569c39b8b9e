package io.connscale.limits;

import io.connscale.kernel.Facts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * Ends that share something: a machine, a network namespace, a control group, a user.
 *
 * @param ends at least one
 */
record Place(List<End> ends) {
    Place {
        ends = List.copyOf(ends);
    }

    /**
     * The places of these ends, in the order of the ends.
     *
     * @param id equal for ends of one place; empty where an end is in none
     */
    static List<Place> by(List<End> ends, Function<End, Optional<String>> id) {
        Map<String, List<End>> groups = new LinkedHashMap<>();
        ends.forEach(end -> id.apply(end)
                .ifPresent(
                        of -> groups.computeIfAbsent(of, k -> new ArrayList<>()).add(end)));
        return groups.values().stream().map(Place::new).toList();
    }

    static List<Place> machines(List<End> ends) {
        return by(ends, end -> Optional.of(end.machine()));
    }

    static List<Place> networks(List<End> ends) {
        return by(ends, end -> Optional.of(end.network()));
    }

    /** How many more connections are asked for here: where the server is, it has every connection of all ends. */
    long wanted() {
        long ofServer = ends.stream()
                .filter(ServerEnd.class::isInstance)
                .mapToLong(End::wanted)
                .sum();
        return ofServer > 0 ? ofServer : sockets();
    }

    /** The same, counting a connection twice where both its ends are here. */
    long sockets() {
        return ends.stream().mapToLong(End::wanted).sum();
    }

    /** The least that one of the ends tells; unknown where none does. */
    long least(ToLongFunction<End> told) {
        return ends.stream()
                .mapToLong(told)
                .filter(value -> value != Facts.UNKNOWN)
                .min()
                .orElse(Facts.UNKNOWN);
    }

    /** The first that knows; the first of all where none does. Others may have a part of {@code /proc} hidden from them. */
    End knowing(Predicate<End> knows) {
        return ends.stream().filter(knows).findFirst().orElse(first());
    }

    /** For what is the same for all of them. */
    End first() {
        return ends.get(0);
    }
}
