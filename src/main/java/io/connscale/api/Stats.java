package io.connscale.api;

import io.connscale.stats.Distribution;
import io.connscale.stats.Statistics;
import java.time.Duration;
import java.util.Map;

/**
 * What agents have counted and timed since they were started, added up exactly over hosts.
 *
 * @param established connections up now
 * @param attempted connects attempted; of agents that are lost that is unknown: theirs are not among these
 * @param failed connections that never came up
 * @param lost connections that ended unasked
 * @param pings Pings sent
 * @param pongs Pongs received
 * @param errors by operation and errno
 * @param connect from the call of connect to established
 * @param roundTrip from when a Ping was due to its Pong
 * @param roundTripSent from when a Ping left to its Pong: without what held the agent up
 */
public record Stats(
        long established,
        long attempted,
        long failed,
        long lost,
        long pings,
        long pongs,
        Map<String, Long> errors,
        Times connect,
        Times roundTrip,
        Times roundTripSent) {
    /**
     * Durations that were recorded, to 1 %. Of none, each is zero and {@code count} says so.
     *
     * @param count how many
     */
    public record Times(
            long count, Duration mean, Duration p50, Duration p90, Duration p99, Duration p999, Duration max) {
        private static Times of(Distribution micros) {
            return new Times(
                    micros.count(),
                    duration(Math.round(micros.mean())),
                    duration(micros.percentile(50)),
                    duration(micros.percentile(90)),
                    duration(micros.percentile(99)),
                    duration(micros.percentile(99.9)),
                    duration(micros.max()));
        }

        private static Duration duration(long micros) {
            return Duration.ofNanos(micros * 1000);
        }
    }

    static Stats of(Statistics all) {
        return new Stats(
                all.counts().established(),
                all.attempted(),
                all.counts().failed(),
                all.counts().lost(),
                all.counts().pings(),
                all.counts().pongs(),
                all.counts().errors(),
                Times.of(all.times().connect()),
                Times.of(all.times().roundTrip()),
                Times.of(all.times().roundTripSent()));
    }
}
