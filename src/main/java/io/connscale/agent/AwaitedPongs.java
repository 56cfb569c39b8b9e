package io.connscale.agent;

import io.connscale.stats.Statistics.Unanswered;
import org.jspecify.annotations.Nullable;

/**
 * The timeout queue: connections whose Pong is missing, in the order in which their Pings left, as a chain through the
 * connections themselves. A Pong takes its connection out at once, so the chain is as long as there are Pings on their way.
 */
final class AwaitedPongs {
    private @Nullable RingNode oldest;
    private @Nullable RingNode newest;
    private int size;

    @Nullable
    RingNode oldest() {
        return oldest;
    }

    int size() {
        return size;
    }

    /**
     * Those that never had a Pong, and how long the oldest Ping has waited for its own.
     *
     * @param answered how many have had one, also of those that wait for none
     */
    Unanswered unanswered(long now, long answered) {
        long count = 0;
        long max = 0;
        long min = Long.MAX_VALUE;
        for (RingNode node = oldest; node != null; node = node.after) {
            if (!node.answered) {
                long age = now - node.since();
                count++;
                max = Math.max(max, age);
                min = Math.min(min, age);
            }
        }
        return new Unanswered(count, answered, max, count == 0 ? 0 : min, oldest == null ? 0 : now - oldest.left);
    }

    /** Ends those that have waited for {@code allowed} nanoseconds by {@code now}. */
    void timeOut(long now, long allowed) {
        for (RingNode node = oldest; node != null && node.left + allowed <= now; node = oldest) {
            remove(node);
            node.timedOut();
        }
    }

    void add(RingNode node, long left) {
        size++;
        node.awaiting = true;
        node.left = left;
        node.before = newest;
        if (newest == null) {
            oldest = node;
        } else {
            newest.after = node;
        }
        newest = node;
    }

    void remove(RingNode node) {
        if (!node.awaiting) {
            return;
        }
        node.awaiting = false;
        size--;
        RingNode before = node.before;
        RingNode after = node.after;
        if (before == null) {
            oldest = after;
        } else {
            before.after = after;
        }
        if (after == null) {
            newest = before;
        } else {
            after.before = before;
        }
        node.before = null;
        node.after = null;
    }
}
