package io.connscale.stats;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The counts of an agent at one moment; all but the first two only grow.
 *
 * @param established connections that are up now
 * @param connecting connections on their way up now
 * @param failed connections that never came up
 * @param lost connections that came up and ended without being asked to
 * @param stopped connections that came up and were ended because the user asked
 * @param pings Pings sent
 * @param pongs Pongs received
 * @param skipped Pings that were due and not sent because the Pong before was still missing
 * @param errors what failed and lost ones ended with: {@code "connect EMFILE" -> 3}
 * @param failures the part of {@code errors} that failed ones ended with; null where there are none
 */
public record Snapshot(
        long established,
        long connecting,
        long failed,
        long lost,
        long stopped,
        long pings,
        long pongs,
        long skipped,
        SortedMap<String, Long> errors,
        @Nullable SortedMap<String, Long> failures) {
    public static final Snapshot NONE = new Snapshot(0, 0, 0, 0, 0, 0, 0, 0, new TreeMap<>());

    public Snapshot {
        errors = Reasons.copy(errors);
        failures = failures == null || failures.isEmpty() ? null : Reasons.copy(failures);
    }

    /** Of who has had no failure. */
    public Snapshot(
            long established,
            long connecting,
            long failed,
            long lost,
            long stopped,
            long pings,
            long pongs,
            long skipped,
            SortedMap<String, Long> errors) {
        this(established, connecting, failed, lost, stopped, pings, pongs, skipped, errors, null);
    }

    /** {@link #failures}, or that there were none. */
    public SortedMap<String, Long> whyFailed() {
        return failures == null ? new TreeMap<>() : failures;
    }

    public Snapshot plus(Snapshot other) {
        return new Snapshot(
                established + other.established,
                connecting + other.connecting,
                failed + other.failed,
                lost + other.lost,
                stopped + other.stopped,
                pings + other.pings,
                pongs + other.pongs,
                skipped + other.skipped,
                Reasons.sum(errors, other.errors),
                Reasons.sum(whyFailed(), other.whyFailed()));
    }

    /** What was counted after {@code before}; what is up or coming up is that of now. */
    public Snapshot since(Snapshot before) {
        return new Snapshot(
                established,
                connecting,
                failed - before.failed,
                lost - before.lost,
                stopped - before.stopped,
                pings - before.pings,
                pongs - before.pongs,
                skipped - before.skipped,
                Reasons.difference(errors, before.errors),
                Reasons.difference(whyFailed(), before.whyFailed()));
    }

    /** Whether {@code other} says the same but for fewer than {@code pings} Pings and their Pongs. */
    public boolean isLike(Snapshot other, long pings) {
        return Math.abs(this.pings - other.pings) < pings && equals(other.withPings(this.pings, pongs));
    }

    private Snapshot withPings(long pings, long pongs) {
        return new Snapshot(established, connecting, failed, lost, stopped, pings, pongs, skipped, errors, failures);
    }

    /** The same with other reasons. */
    public Snapshot withErrors(SortedMap<String, Long> others) {
        return new Snapshot(established, connecting, failed, lost, stopped, pings, pongs, skipped, others, failures);
    }

    /** What is left of these counts when the process that held the connections is gone: what was up or coming up is lost. */
    public Snapshot afterLoss(String reason) {
        return new Snapshot(
                0,
                0,
                failed + connecting,
                lost + established,
                stopped,
                pings,
                pongs,
                skipped,
                with(errors, reason, established + connecting),
                with(whyFailed(), reason, connecting));
    }

    private static SortedMap<String, Long> with(SortedMap<String, Long> reasons, String reason, long n) {
        return n == 0 ? reasons : Reasons.sum(reasons, Map.of(reason, n));
    }
}
