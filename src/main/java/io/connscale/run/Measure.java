package io.connscale.run;

import io.connscale.control.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A value of a sample, by its name in {@code -o json}: {@code established} of all hosts, {@code server.established},
 * {@code hosts.client1.lost}, {@code errors.connect EMFILE}, {@code perSecond.pongs}, {@code cpus}, {@code roundTrip.p99}; {@code micros},
 * {@code process} and {@code sum} may be left out. Pure.
 *
 * @param path of its members, from the sample down
 */
public record Measure(List<String> path) {
    /** What may stand between without being named. */
    private static final List<String> LEFT_OUT = List.of("sum", "micros", "process");
    /** Where a member that is missing is 0. */
    private static final Set<String> COUNTS = Set.of("errors", "counters");

    private static final Set<String> ONLY_GROW =
            Set.of("failed", "lost", "stopped", "attempted", "pings", "pongs", "skipped", "missed");
    /** What covers the time between two samples. */
    private static final Set<String> OF_AN_INTERVAL =
            Set.of("perSecond", "counters", "cpus", "loopBusy", "collectionMillis", "busy", "stolen");

    public Measure {
        path = List.copyOf(path);
    }

    /**
     * The measure that has this name in {@code sample}; empty where there is none.
     *
     * @param sample from {@link #members}
     */
    public static Optional<Measure> named(String name, Map<?, ?> sample) {
        return path(name, sample).map(Measure::new);
    }

    /** A sample as it is in JSON. */
    public static Map<?, ?> members(Sample sample) {
        return Json.read(Json.line(sample), Map.class);
    }

    private static Optional<List<String>> path(String name, Map<?, ?> in) {
        if (in.containsKey(name)) {
            return in.get(name) instanceof Map || in.get(name) instanceof List
                    ? Optional.empty()
                    : Optional.of(List.of(name));
        }
        for (Map.Entry<?, ?> member : in.entrySet()) {
            String key = String.valueOf(member.getKey());
            if (name.startsWith(key + ".")) {
                String rest = name.substring(key.length() + 1);
                if (COUNTS.contains(key)) {
                    return Optional.of(List.of(key, rest));
                }
                Optional<List<String>> below = below(key, rest, member.getValue());
                if (below.isPresent()) {
                    return below;
                }
            }
        }
        for (String between : LEFT_OUT) {
            Optional<List<String>> below = below(between, name, in.get(between));
            if (below.isPresent()) {
                return below;
            }
        }
        return Optional.empty();
    }

    private static Optional<List<String>> below(String key, String rest, @Nullable Object in) {
        return in instanceof Map<?, ?> map
                ? path(rest, map).map(found -> {
                    List<String> path = new java.util.ArrayList<>(List.of(key));
                    path.addAll(found);
                    return path;
                })
                : Optional.empty();
    }

    /** Its value there; null where it is unknown. A count of what has not happened is 0. */
    public @Nullable Double in(Map<?, ?> sample) {
        Object at = sample;
        for (int i = 0; i < path.size(); i++) {
            if (!(at instanceof Map<?, ?> map)) {
                return null;
            }
            Object next = map.get(path.get(i));
            if (next == null && i > 0 && COUNTS.contains(path.get(i - 1))) {
                return 0.0;
            }
            at = next;
        }
        return at instanceof Number number ? (Double) number.doubleValue() : null;
    }

    /** Whether it is in microseconds. */
    public boolean isTime() {
        return path.contains("micros") && !last().equals("count");
    }

    /** Whether it is of the time between two samples, without which it is unknown. */
    public boolean isOfAnInterval() {
        return path.stream().anyMatch(OF_AN_INTERVAL::contains);
    }

    /** Whether it is a count that only grows. */
    public boolean onlyGrows() {
        return !isOfAnInterval() && (ONLY_GROW.contains(last()) || path.contains("errors"));
    }

    /** Whether it is of the durations that were recorded in a time. */
    public boolean isOfDurations() {
        return path.contains("micros");
    }

    private String last() {
        return path.get(path.size() - 1);
    }
}
