package io.connscale.control;

import io.connscale.kernel.ForeignServer;
import org.jspecify.annotations.Nullable;

/**
 * What an agent has read of somebody else's server where it runs: now, and before it had connections.
 *
 * @param host whose agent reads it
 * @param first of this run of it, with the fewest connections: what it costs without them
 * @param pongsAtFirst answers that the hosts had had from it by then
 * @param restarts how often another process has been found in its place since this program reads it
 */
public record TargetReading(String host, ForeignServer first, long pongsAtFirst, ForeignServer now, int restarts) {
    /** How many more connections it has now than at first; null where that is unknown. */
    public @Nullable Long more() {
        return difference(now.established(), first.established());
    }

    /** Resident memory that a connection has added, all processes together; null where that is unknown, or there are no more. */
    public @Nullable Long bytesEach() {
        return each(difference(now.residentBytes(), first.residentBytes()));
    }

    /** Descriptors that a connection takes: two at a proxy; null as above. */
    public @Nullable Double filesEach() {
        Long more = more();
        Long files = difference(now.files(), first.files());
        return more == null || files == null || more <= 0 ? null : (Double) ((double) files / more);
    }

    private @Nullable Long each(@Nullable Long all) {
        Long more = more();
        return all == null || more == null || more <= 0 ? null : (Long) Math.round((double) all / more);
    }

    /**
     * CPU time of the server for each of its answers since {@code then}, in microseconds; what connecting takes is part of it. Null
     * where that is unknown, or there was none.
     *
     * @param pongs answers meanwhile
     */
    public static @Nullable Double microsEach(ForeignServer then, ForeignServer now, long pongs) {
        Long cpu = cpuSince(then, now);
        return cpu == null || pongs <= 0 ? null : (Double) (cpu / 1e3 / pongs);
    }

    /** The same since it had the fewest connections. */
    public @Nullable Double microsEach(long pongs) {
        return microsEach(first, now, pongs - pongsAtFirst);
    }

    /** CPU time that it has used since {@code then}, in nanoseconds; null where that is unknown, or it is another run of it. */
    public static @Nullable Long cpuSince(ForeignServer then, ForeignServer now) {
        Long used = now.isRunOf(then) ? difference(now.cpuNanos(), then.cpuNanos()) : null;
        return used == null || used < 0 ? null : used; // a child took along what it had used
    }

    private static @Nullable Long difference(@Nullable Long now, @Nullable Long then) {
        return now == null || then == null ? null : (Long) (now - then);
    }
}
