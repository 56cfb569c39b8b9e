package io.connscale.cluster;

import io.connscale.control.Quantity;
import io.connscale.stats.Reasons;
import io.connscale.stats.Snapshot;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Says when connections of one agent end unasked: at once the first time, then at most every {@value #QUIET} seconds with
 * what came together meanwhile. One thread, the watch's.
 */
final class Notices {
    private static final int QUIET = 5;

    private final String host;
    private Snapshot told = Snapshot.NONE;
    private int quiet;

    Notices(String host) {
        this.host = host;
    }

    /** Once a second, with the agent's own counts; a line where there is something to say. */
    Optional<String> tick(Snapshot now) {
        quiet = Math.max(0, quiet - 1);
        if (now.lost() <= told.lost() || quiet > 0) {
            return Optional.empty();
        }
        String line = host + "  " + connections(now.lost() - told.lost()) + " lost: "
                + reasons(Reasons.difference(now.errors(), told.errors()));
        told = now;
        quiet = QUIET;
        return Optional.of(line);
    }

    static String connections(long n) {
        return n == 1 ? "1 connection" : Quantity.text(n) + " connections";
    }

    private static String reasons(Map<String, Long> errors) {
        return errors.entrySet().stream()
                .filter(e -> !e.getKey().startsWith("connect ")) // that one never came up: failed, not lost
                .map(e -> e.getKey() + " " + Quantity.text(e.getValue()))
                .collect(Collectors.joining(", "));
    }
}
