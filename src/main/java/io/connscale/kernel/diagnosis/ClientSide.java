package io.connscale.kernel.diagnosis;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One host as it was found.
 *
 * @param established now
 * @param pings sent since the order began
 * @param late Pings that were due since then and not sent
 * @param errors what failed and ended since then, by where and what
 * @param sources local addresses; empty: the kernel chose
 * @param targets the server's addresses as {@code host:port}
 * @param timeoutMillis how long a Pong may take
 * @param before the kernel's word when the order began
 * @param now the kernel's word now
 */
public record ClientSide(
        String host,
        long established,
        long pings,
        long late,
        SortedMap<String, Long> errors,
        List<String> sources,
        List<String> targets,
        long timeoutMillis,
        Facts before,
        Facts now) {
    private static final long MUCH = 100;

    public ClientSide {
        errors = Collections.unmodifiableSortedMap(new TreeMap<>(errors));
        sources = List.copyOf(sources);
        targets = List.copyOf(targets);
    }

    /** Without what never came up, and without what went with its process: that was told as its end. */
    ClientSide ofEnded() {
        SortedMap<String, Long> ended = new TreeMap<>(errors);
        ended.keySet().removeIf(reason -> reason.startsWith("connect ") || reason.endsWith(" lost"));
        return new ClientSide(host, established, pings, late, ended, sources, targets, timeoutMillis, before, now);
    }

    /** {@code receive timeout 3, receive closed 1}. */
    String seen() {
        return Words.errors(errors);
    }

    /** How often one of {@code reasons} was the end. */
    long count(String... reasons) {
        long sum = 0;
        for (String reason : reasons) {
            sum += errors.getOrDefault(reason, 0L);
        }
        return sum;
    }

    /** Whether the schedule was missed by so much that it can't be chance: a tenth of the Pings. */
    public boolean lateMuch() {
        return late >= MUCH && late * 10 >= pings;
    }

    long grown(Fact counter) {
        return now.grown(counter, before);
    }

    /** {@code 127.0.0.1:8989}, and how many more there are. */
    String target() {
        return targets.isEmpty()
                ? "the server"
                : targets.get(0) + (targets.size() > 1 ? " and " + (targets.size() - 1) + " more" : "");
    }
}
