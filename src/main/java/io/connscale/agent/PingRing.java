package io.connscale.agent;

import io.connscale.stats.Statistics.Unanswered;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The schedule of one event loop's Pings. The connections stand in a ring of {@value #SLOTS} slots in the order of their
 * phase; a pointer walks once round per interval and a connection's Ping is due when the pointer reaches its slot. So a
 * connection costs no timer, keeps its phase while others come and go, and a new interval only changes the pointer's pace.
 *
 * <p>Slots are given out by the golden ratio (Knuth, TAOCP 3, 6.4: multiplicative hashing): any run of connections opened
 * one after the other is spread evenly over the interval, so there are no bursts, and each sends its first Ping within
 * the first interval. Where there are many, a slot is given to up to eight, one after the other: they lie beside each other
 * in memory, the kernel's and this process's, and who takes them at random waits for memory at each.
 *
 * <p>One thread: the event loop's. Times are {@link System#nanoTime()}'s.
 */
final class PingRing {
    static final int SLOTS = 4096;
    private static final int SHIFT = 32 - 12;
    private static final int GOLDEN = 0x9E3779B9; // 2^32 / golden ratio

    /** Pings that leave at one time: waking for each would cost more than the Ping, and many more would be a burst. */
    private static final int AT_ONE_TIME = 20;

    /** Neighbouring slots that leave together to make so many: a five-hundredth of the interval is as even as anybody can see. */
    static final int MAX_TOGETHER = 8;

    /** Neighbours that share a slot, and in how large a ring there is one more of them. */
    private static final int MAX_NEIGHBOURS = 8;

    private static final int ONE_MORE_PER = 1024;

    private static final @Nullable RingNode[] EMPTY = new RingNode[0];

    private final @Nullable RingNode[][] slots = new RingNode[SLOTS][];
    private final int[] sizes = new int[SLOTS];
    private final BitSet occupied = new BitSet(SLOTS);
    private final AwaitedPongs awaited = new AwaitedPongs();

    private long interval;
    private long timeout;
    /** When the pointer is at slot 0 of the round it is in. */
    private long base;
    /** The first slot that the pointer has not reached; {@code SLOTS} at the end of a round. */
    private int next;
    /** How many neighbouring slots leave at one time, that of the first of them: a power of two. */
    private int together = MAX_TOGETHER;
    /** Slots given out so far: where the golden-ratio walk is. */
    private int walked;
    /** The slot that is being given out, and to how many more. */
    private int given;

    private int neighbours;

    private int size;
    /** Those of them that have had a Pong. */
    private int answered;

    private long skipped;
    /** Held up for whole rounds: so many nanoseconds, and up to which due time each slot's first Ping after that makes up for them. */
    private long heldUp;

    private long heldUpUntil;

    /**
     * @param phase where the golden-ratio walk begins; different for each ring, so that rings don't beat together
     * @param interval nanoseconds between two Pings of a connection
     * @param timeout nanoseconds that a Pong may take
     */
    PingRing(int phase, long interval, long timeout, long now) {
        this.walked = phase;
        this.interval = interval;
        this.timeout = timeout;
        this.base = now;
        this.heldUpUntil = now;
        Arrays.fill(slots, EMPTY);
    }

    int size() {
        return size;
    }

    /** Pings whose Pong may still come. */
    int awaited() {
        return awaited.size();
    }

    /** Those in the ring that have sent a Ping and never had a Pong; looks at each whose Pong is missing. */
    Unanswered unanswered(long now) {
        return awaited.unanswered(now, answered);
    }

    /** Pings that were due and could not be sent, since the Pong before was still missing or this process was held up. */
    long skipped() {
        return skipped;
    }

    /** Takes {@code node} in: its first Ping is due within one interval from {@code now}. */
    void add(RingNode node, long now) {
        turnTo(now); // or else a slot that the pointer should have passed would be due before the connection was there
        int slot = take();
        if (sizes[slot] == slots[slot].length) {
            slots[slot] = Arrays.copyOf(slots[slot], sizes[slot] + sizes[slot] / 2 + 2);
        }
        place(node, slot, sizes[slot]++);
        occupied.set(slot);
        size++;
        // Wider only at the end of a round: what is not due yet would be late otherwise.
        together = Math.min(together, fitting());
    }

    private int take() {
        if (neighbours == 0) {
            given = (walked++ * GOLDEN) >>> SHIFT;
            neighbours = Math.max(1, Math.min(size / ONE_MORE_PER, MAX_NEIGHBOURS));
        }
        neighbours--;
        return given;
    }

    private int fitting() {
        int max = AT_ONE_TIME * SLOTS / Math.max(1, size);
        return Math.max(1, Math.min(MAX_TOGETHER, Integer.highestOneBit(max)));
    }

    private void place(RingNode node, int slot, int index) {
        slots[slot][index] = node;
        node.slot = slot;
        node.index = index;
    }

    /** Takes {@code node} out, wherever it is; nothing where it is not in. */
    void remove(RingNode node) {
        int slot = node.slot;
        if (slot < 0) {
            return;
        }
        awaited.remove(node);
        int last = --sizes[slot];
        RingNode moved = slots[slot][last];
        if (moved != null) {
            place(moved, slot, node.index);
        }
        slots[slot][last] = null;
        node.slot = -1;
        occupied.set(slot, last > 0);
        size--;
        answered -= node.answered ? 1 : 0;
    }

    /** The Pong of {@code node} came: its Ping is answered. */
    void answered(RingNode node) {
        answered += node.answered ? 0 : 1;
        node.answered = true;
        awaited.remove(node);
    }

    /** Nanoseconds between two Pings of a connection. */
    long interval() {
        return interval;
    }

    /** From {@code now} on a Ping each {@code interval}: the pointer stays where it is and changes its pace. */
    void interval(long interval, long now) {
        turnTo(now);
        double part = (double) (now - base) / this.interval;
        this.interval = interval;
        this.base = now - (long) (part * interval);
    }

    /** Holds for the Pings that are on their way, too. */
    void timeout(long timeout) {
        this.timeout = timeout;
    }

    /** When {@link #advance} has something to do, or {@code Long.MAX_VALUE} where nothing is in. */
    long due() {
        if (size == 0) {
            return Long.MAX_VALUE;
        }
        int slot = occupied.nextSetBit(next);
        long ping = slot >= 0 ? dueOf(slot) : dueOf(occupied.nextSetBit(0)) + interval;
        RingNode oldest = awaited.oldest();
        return oldest == null ? ping : Math.min(ping, oldest.left + timeout);
    }

    private long dueOf(int slot) {
        return base + (slot & -together) * interval / SLOTS; // below 4096 * a day in ns: no overflow
    }

    /**
     * How long an answer may take, ns.
     *
     * @param heldUp true where this process itself was late: answers may lie unread in the kernel, so that only what has
     *     waited twice as long as it may is ended now
     */
    long allowed(boolean heldUp) {
        return heldUp ? 2 * timeout : timeout;
    }

    /**
     * Ends what has waited too long and sends what is due.
     *
     * @param heldUp as for {@link #allowed}
     */
    void advance(long now, boolean heldUp) {
        awaited.timeOut(now, allowed(heldUp));
        turnTo(now);
    }

    /** Moves the pointer to {@code now}, sending what is due on the way. */
    private void turnTo(long now) {
        skipMissedRounds(now);
        while (true) {
            int slot = occupied.nextSetBit(next);
            if (slot >= 0 && dueOf(slot) <= now) {
                next = slot + 1;
                send(slot, dueOf(slot), now);
            } else if (slot < 0 && base + interval <= now) {
                next = 0;
                base += interval;
                together = fitting();
            } else {
                break;
            }
        }
        int reached = (int) Math.min(SLOTS, (now - base) * SLOTS / interval);
        next = Math.max(next, Math.min(SLOTS, (reached & -together) + together));
    }

    /** Held up for longer than a round, or empty for long: a connection is sent one Ping, not all that it missed. */
    private void skipMissedRounds(long now) {
        long rounds = (now - base) / interval - 1;
        if (rounds > 0) {
            heldUp = rounds * interval;
            base += heldUp;
            heldUpUntil =
                    base + interval + next * interval / SLOTS; // then the slots before the pointer have had theirs, too
            skipped += rounds * size;
        }
    }

    /** The Pong's time counts from {@code now}, not from when the Ping was due: where we were late, the server was not. */
    private void send(int slot, long due, long now) {
        @Nullable RingNode[] nodes = slots[slot];
        long first = due - heldUpUntil < 0 ? due - heldUp : due;
        // Backwards: a node that ends itself is replaced by the last one, which has been looked at already.
        for (int i = sizes[slot] - 1; i >= 0; i--) {
            RingNode node = nodes[i];
            if (node == null) {
                continue;
            }
            if (node.awaiting) {
                skipped++;
                continue;
            }
            node.due = first - node.since() < 0 ? due : first;
            node.left = now;
            if (node.ping() && node.slot >= 0) {
                awaited.add(node, node.left);
            }
        }
    }
}
