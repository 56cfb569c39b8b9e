package io.connscale.agent;

import java.util.concurrent.TimeUnit;

/**
 * How fast connections may begin where the server can't take them at the rate that was asked for. A full accept queue drops
 * SYNs without a word; each is repeated after a second (RFC 6298), and more of them only fill the queue again. So the rate
 * falls below what is answered when SYNs are lost, and then grows slowly. An unlimited rate begins low and grows fast.
 *
 * <p>Lost is a SYN that is unanswered while later ones are answered (as in RACK, RFC 8985), or that was answered only after
 * its repetition. Few lost ones are the network's and change nothing. Arithmetic only, the time is given. One event loop.
 */
final class Throttle {
    /** Connections a second, in one event loop: the least it falls to, what unlimited begins with and ends at. */
    static final double MIN = 100;

    static final double FIRST = 10_000;
    static final double MAX = 1_000_000;

    private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(50);
    /** Overtaken by this much a SYN is lost and not just slower. */
    private static final long OVERTAKEN = TimeUnit.MILLISECONDS.toNanos(5);
    /** So slow only a repeated SYN is: the first repetition comes after 1 s. */
    private static final long REPEATED = TimeUnit.MILLISECONDS.toNanos(900);
    /** Of the SYNs some may get lost: a few, and one in so many. */
    private static final int FEW = 4;

    private static final int TOLERATED = 50;

    private static final double FALL = 0.7;
    /** Once the connects on their way are all lost ones, little is answered for a second: that says nothing about the server. */
    private static final double MAX_FALL = 0.5;

    private static final double GROWTH = 1.5;
    private static final double REGROWTH = 1.03;

    private double wanted;
    private double allowed;
    private double growth = GROWTH;
    private long fell;
    private boolean heldBack;

    private long began; // the period
    private int answered;
    private long beganBefore;
    private int answeredBefore;
    private int lost;
    /** Begin of the youngest connect that was answered, and up to which begin it is known who is lost. */
    private long youngest;

    private long judged;

    /** @param wanted connections a second; infinite where unlimited */
    Throttle(double wanted, long now) {
        this.wanted = Math.min(wanted, MAX);
        this.allowed = Double.isInfinite(wanted) ? FIRST : wanted;
        this.began = now;
        this.fell = now - PERIOD;
        this.beganBefore = now - PERIOD;
        this.youngest = now;
        this.judged = now;
    }

    /** Connections a second that may begin now. */
    double perSecond() {
        return allowed;
    }

    /** Another rate is asked for from now on; what the server takes is not known better for that. */
    void wanted(double perSecond) {
        boolean free = allowed >= wanted;
        wanted = Math.min(perSecond, MAX);
        allowed = free ? wanted : Math.min(allowed, wanted);
    }

    /** More would have begun now if the rate allowed it. */
    void heldBack() {
        heldBack = true;
    }

    /** The connect that began at {@code began} was answered now, well or not. */
    void answered(long began, long now) {
        answered++;
        youngest = Math.max(youngest, began);
        if (now - began > REPEATED && began >= judged) {
            lost++;
        }
    }

    /**
     * Looks at what has become of the connects: at losses at once, at the rest when a period is over.
     *
     * @param unanswered the connects on their way, oldest first
     * @return whether the rate is another one now
     */
    boolean adapt(AwaitedPongs unanswered, long now) {
        double before = allowed;
        countLost(unanswered);
        boolean losing = lost > FEW && lost * TOLERATED > answered + answeredBefore;
        if (losing && now - fell >= PERIOD) {
            fall(now);
            begin(now);
        } else if (now - began >= PERIOD) {
            if (heldBack) {
                allowed = Math.min(wanted, growth * allowed);
            }
            begin(now);
        }
        return allowed != before;
    }

    /** Below what was answered since the period before began. */
    private void fall(long now) {
        double taken = (answered + answeredBefore) / ((now - beganBefore) / 1e9);
        allowed = Math.max(allowed * MAX_FALL, FALL * Math.min(allowed, taken));
        allowed = Math.min(wanted, Math.max(MIN, allowed));
        growth = REGROWTH;
        fell = now;
        judged = now; // what has begun until now began at the old rate
    }

    private void begin(long now) {
        beganBefore = began;
        answeredBefore = answered;
        began = now;
        answered = 0;
        lost = 0;
        heldBack = false;
    }

    private void countLost(AwaitedPongs unanswered) {
        long overtaken = youngest - OVERTAKEN;
        for (RingNode node = unanswered.oldest(); node != null && node.left < overtaken; node = node.after) {
            if (node.left >= judged) {
                lost++;
            }
        }
        judged = Math.max(judged, overtaken);
    }
}
