package io.connscale.api;

import java.util.Map;
import java.util.Optional;

/**
 * How an open request ended.
 *
 * @param requested connections asked for
 * @param established of them came up
 * @param failed of them never came up
 * @param seconds from the first connect to the end of the last one
 * @param errors by operation and errno, as {@code connect EADDRNOTAVAIL}
 * @param verdict why not all came up; empty where all did
 */
public record Opened(
        long requested,
        long established,
        long failed,
        double seconds,
        Map<String, Long> errors,
        Optional<Verdict> verdict) {
    static Opened of(io.connscale.control.Opened opened, Optional<io.connscale.limits.Verdict> verdict) {
        return new Opened(
                opened.requested(),
                opened.established(),
                opened.failed(),
                opened.seconds(),
                opened.errors(),
                verdict.map(Verdict::of));
    }
}
