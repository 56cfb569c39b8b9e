package io.connscale.stats;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

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
        SortedMap<String, Long> errors) {
    public static final Snapshot NONE = new Snapshot(0, 0, 0, 0, 0, 0, 0, 0, new TreeMap<>());

    public Snapshot {
        errors = Reasons.copy(errors);
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
                Reasons.sum(errors, other.errors));
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
                Reasons.difference(errors, before.errors));
    }

    /** Whether {@code other} says the same but for fewer than {@code pings} Pings and their Pongs. */
    public boolean isLike(Snapshot other, long pings) {
        return Math.abs(this.pings - other.pings) < pings && equals(other.withPings(this.pings, pongs));
    }

    private Snapshot withPings(long pings, long pongs) {
        return new Snapshot(established, connecting, failed, lost, stopped, pings, pongs, skipped, errors);
    }

    /** The same with other reasons. */
    public Snapshot withErrors(SortedMap<String, Long> others) {
        return new Snapshot(established, connecting, failed, lost, stopped, pings, pongs, skipped, others);
    }

    /** What is left of these counts when the process that held the connections is gone: what was up or coming up is lost. */
    public Snapshot afterLoss(String reason) {
        SortedMap<String, Long> ended =
                established + connecting == 0 ? errors : Reasons.sum(errors, Map.of(reason, established + connecting));
        return new Snapshot(0, 0, failed + connecting, lost + established, stopped, pings, pongs, skipped, ended);
    }
}
