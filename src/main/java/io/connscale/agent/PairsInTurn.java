package io.connscale.agent;

import java.util.BitSet;
import java.util.concurrent.TimeUnit;

/**
 * Which (source, target) pair the next connection of an order takes: in turn, without those that have no port left. A
 * connect without a free port looks through the whole port range in the kernel before it fails (2 ms for 28,232 ports), so
 * that each pair is let fail once and then left alone. One event loop; each order begins with all pairs.
 */
final class PairsInTurn {
    static final int NONE = -1;
    /** A port is free again this long after its connection was closed where {@code tcp_tw_reuse} allows it. */
    private static final long SOON = TimeUnit.SECONDS.toNanos(1);
    /** Longest stay of a closed connection in TIME_WAIT ({@code TCP_TIMEWAIT_LEN} in Linux's net/tcp.h). */
    private static final long LATER = TimeUnit.SECONDS.toNanos(60);

    private final int count;
    private final BitSet exhausted = new BitSet(); // as long as the highest one that is
    private int next;
    private int left;
    private String errno = "";
    private boolean freed;
    private long forgotten;

    /**
     * @param count pairs, at least one
     * @param first number of the first connection, any: where the turn begins
     */
    PairsInTurn(int count, long first, long now) {
        this.count = count;
        this.next = Math.floorMod(first, count);
        this.left = count;
        this.forgotten = now;
    }

    /** The next pair with ports left, as far as is known; {@link #NONE} where there is none. */
    int take(long now) {
        if (left < count && now - forgotten > (freed ? SOON : LATER)) {
            forget(now);
        }
        if (left == 0) {
            return NONE;
        }
        int pair = exhausted.nextClearBit(next);
        if (pair >= count) {
            pair = exhausted.nextClearBit(0);
        }
        next = (pair + 1) % count;
        return pair;
    }

    private void forget(long now) {
        exhausted.clear();
        left = count;
        freed = false;
        forgotten = now;
    }

    /** {@code pair} has no port left, said {@code errno}. */
    void exhausted(int pair, String errno) {
        if (!exhausted.get(pair)) {
            exhausted.set(pair);
            left--;
        }
        this.errno = errno;
    }

    /** What the last pair without ports said. */
    String errno() {
        return errno;
    }

    /** A connection of some pair has ended: its port is soon free again. */
    void freed() {
        freed = true;
    }
}
