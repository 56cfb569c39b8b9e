package io.connscale.diagnosis;

import io.connscale.control.ServerStatus;
import io.connscale.kernel.Facts;
import io.connscale.stats.Counted;
import io.connscale.stats.Statistics;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What server and hosts had said last, at one moment. All counts are since an agent, or the server, began: what happened between two
 * moments is the difference, unless another agent has begun between them ({@link Counted#since}).
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
     * @param counted all that it has counted, and which agent says so
     * @param factsNanos when it was asked for {@code facts}
     * @param facts what its kernel says; {@link Facts#NONE} where that is unknown
     */
    public record Heard(long nanos, Counted counted, long factsNanos, Facts facts) {
        /** Of who has no agent that is another's successor: the server. */
        public Heard(long nanos, Statistics statistics, long factsNanos, Facts facts) {
            this(nanos, Counted.of(statistics), factsNanos, facts);
        }

        /** All that it has counted. */
        public Statistics statistics() {
            return counted.statistics();
        }

        private Heard knowing(@Nullable Heard before) {
            return before == null || facts.equals(Facts.NONE)
                    ? this
                    : new Heard(nanos, counted, factsNanos, facts.knowing(before.facts));
        }
    }

    public Moment {
        states = Collections.unmodifiableMap(new LinkedHashMap<>(states));
        hosts = Collections.unmodifiableMap(new LinkedHashMap<>(hosts));
    }

    /** This, with what kernels had said at an earlier one and could not be read again: an agent without a descriptor can read little. */
    public Moment knowing(@Nullable Moment before) {
        if (before == null) {
            return this;
        }
        Map<String, Heard> knowing = new LinkedHashMap<>();
        hosts.forEach((name, heard) -> knowing.put(name, heard.knowing(before.hosts.get(name))));
        return new Moment(at, nanos, states, status, server == null ? null : server.knowing(before.server), knowing);
    }

    /** How old that is, in seconds; 0 where it was asked for at this moment. */
    public double age(Heard heard) {
        return Math.max(0, seconds(heard.nanos, nanos));
    }

    public static double seconds(long from, long to) {
        return (double) (to - from) / TimeUnit.SECONDS.toNanos(1);
    }
}
