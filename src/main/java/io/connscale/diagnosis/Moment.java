package io.connscale.diagnosis;

import io.connscale.control.ServerStatus;
import io.connscale.kernel.Facts;
import io.connscale.stats.Statistics;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What server and hosts had said last, at one moment. All counts are since an agent, or the server, began: what happened between two
 * moments is the difference.
 *
 * @param at the moment
 * @param nanos the same, {@link System#nanoTime()}
 * @param states of every host, by name
 * @param status of the server; null where it does not answer, or is somebody else's
 * @param server null where it does not run, has not answered yet, or is somebody else's
 * @param hosts those that have, or had, an agent, and have answered
 */
public record Moment(
        Instant at,
        long nanos,
        Map<String, String> states,
        @Nullable ServerStatus status,
        @Nullable Heard server,
        Map<String, Heard> hosts) {
    /**
     * What one end has said.
     *
     * @param nanos when it was asked for that, {@link System#nanoTime()}
     * @param factsNanos when it was asked for {@code facts}
     * @param facts what its kernel says; {@link Facts#NONE} where that is unknown
     */
    public record Heard(long nanos, Statistics statistics, long factsNanos, Facts facts) {}

    public Moment {
        states = Collections.unmodifiableMap(new LinkedHashMap<>(states));
        hosts = Collections.unmodifiableMap(new LinkedHashMap<>(hosts));
    }

    /** How old that is, in seconds; 0 where it was asked for at this moment. */
    public double age(Heard heard) {
        return Math.max(0, seconds(heard.nanos, nanos));
    }

    public static double seconds(long from, long to) {
        return (double) (to - from) / TimeUnit.SECONDS.toNanos(1);
    }
}
