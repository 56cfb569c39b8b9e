package io.connscale.api;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Whether the connections of one host still grow while it opens more, judged by the progress that its agent reports twice a
 * second. Any thread.
 */
final class Growth {
    /** Why it does not. */
    enum Stop {
        /** Connections fail and none comes up: a limit was reached. */
        LIMIT,
        /** None comes up and none fails. */
        STANDSTILL
    }

    /** Longer than the pause between two connections at the lowest rate, 1/s, and than the repetition of a SYN, after 1 s. */
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final long STANDSTILL_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** Without a word of progress yet: an agent that starts processes first says none meanwhile. */
    private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(30);
    /** The same is not said again for so long, even where a connection came up between. */
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final LongSupplier nanos;
    private Opened.Host last;
    private long failedBefore;
    private long grownAt;
    private long changedAt;
    private long saidAt;
    private boolean stopped;

    /** @param requested connections in all */
    Growth(LongSupplier nanos, long requested) {
        this.nanos = nanos;
        this.last = Opened.Host.none(requested);
        this.grownAt = nanos.getAsLong();
        this.changedAt = grownAt;
        this.saidAt = grownAt - QUIET_NANOS;
    }

    /** How far it is now. Why it has stopped growing, said once each time that it has. */
    synchronized Optional<Stop> heard(Opened.Host soFar) {
        long now = nanos.getAsLong();
        if (soFar.established() > last.established() || last.seconds() <= 0) {
            grownAt = now;
            failedBefore = soFar.failed();
            stopped = false;
        }
        if (soFar.established() != last.established() || soFar.failed() != last.failed() || last.seconds() <= 0) {
            changedAt = now;
        }
        last = soFar;
        return said(now);
    }

    /**
     * The same where nothing was heard: an agent that has stopped telling is none that grows.
     *
     * @param waits whether others are to be opened first
     */
    synchronized Optional<Stop> unheard(boolean waits) {
        long now = nanos.getAsLong();
        if (waits) {
            grownAt = now;
            changedAt = now;
        }
        return said(now);
    }

    private Optional<Stop> said(long now) {
        Optional<Stop> why = judged(now).filter(stop -> !stopped && now - saidAt >= QUIET_NANOS);
        if (why.isPresent()) {
            stopped = true;
            saidAt = now;
        }
        return why;
    }

    private Optional<Stop> judged(long now) {
        if (last.remaining() <= 0) {
            return Optional.empty();
        }
        if (last.failed() > failedBefore && now - grownAt >= LIMIT_NANOS) {
            return Optional.of(Stop.LIMIT);
        }
        long patience = last.seconds() <= 0 ? SILENT_NANOS : STANDSTILL_NANOS;
        return now - changedAt >= patience ? Optional.of(Stop.STANDSTILL) : Optional.empty();
    }

    /** For how many seconds none has come up; 0 where it still grows. */
    synchronized long stoppedSeconds() {
        return stopped ? TimeUnit.NANOSECONDS.toSeconds(nanos.getAsLong() - grownAt) : 0;
    }
}
