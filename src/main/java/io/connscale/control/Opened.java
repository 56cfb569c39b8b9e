package io.connscale.control;

import io.connscale.stats.Reasons;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far an open request has come, or how it ended.
 *
 * @param requested how many were asked for
 * @param established how many of them came up, whether or not they still are
 * @param failed how many of them never came up; with {@code established} less than {@code requested} where the request is
 *     under way or was stopped
 * @param seconds from the first connect to the last one's end, or until now
 * @param errors what ended on this agent in that time, by where and what
 */
public record Opened(long requested, long established, long failed, double seconds, SortedMap<String, Long> errors) {
    public Opened {
        errors = Collections.unmodifiableSortedMap(new TreeMap<>(errors));
    }

    public static Opened none(long requested) {
        return new Opened(requested, 0, 0, 0, new TreeMap<>());
    }

    /** How many were neither established nor failed: still to come, or never tried because the request was stopped. */
    public long remaining() {
        return requested - established - failed;
    }

    /** Two requests that ran side by side, as one. */
    public Opened plus(Opened other) {
        return new Opened(
                requested + other.requested,
                established + other.established,
                failed + other.failed,
                Math.max(seconds, other.seconds),
                Reasons.sum(errors, other.errors));
    }
}
