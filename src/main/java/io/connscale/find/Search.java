package io.connscale.find;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A search for the largest number that holds: tries what {@link Bracket} says, stays at the number that it comes to, and does the whole again
 * as often as is asked for, from nothing each time. One thread runs it; any may ask how far it is.
 *
 * @param <W> why a number did not hold
 */
public final class Search<W> {
    /** Far more than any takes: {@link Bracket} needs some three for each doubling of the numbers. */
    private static final int MAX_STEPS = 300;

    /**
     * What is searched.
     *
     * @param <W> why a number did not hold
     */
    public interface Trial<W> {
        /** Goes to {@code n}, up or down from wherever it is, and looks whether that holds. */
        Step<W> go(long n) throws InterruptedException;

        /** Stays at {@code n}, where it is, for the time that it is to hold. */
        Step<W> hold(long n) throws InterruptedException;

        /** Goes to nothing, for the search to begin anew. */
        void reset() throws InterruptedException;
    }

    /**
     * How a try went.
     *
     * @param n what was tried
     * @param well how many of them were well: {@code n} where it held
     * @param wellHolds whether so many are there now, and hold
     * @param why it did not hold; null: it did
     */
    public record Step<W>(
            long n, long well, boolean wellHolds, @Nullable W why) {
        public static <W> Step<W> held(long n) {
            return new Step<>(n, n, true, null);
        }

        public boolean holds() {
            return why == null;
        }
    }

    /** Why a search is over. */
    public enum End {
        /** Not yet, or it was interrupted. */
        OPEN,
        /** Both bounds are as near as was asked for. */
        WIDTH,
        /** Nothing above it may be tried. */
        MAX,
        /** There was no time for more. */
        TIME
    }

    /**
     * One of the searches that were asked for.
     *
     * @param maximum the largest that held; 0: none did
     * @param above the smallest that failed; 0: none did
     * @param why that failed
     * @param stayed whether {@code maximum} held for the whole time
     * @param steps tries that it took
     */
    public record Run<W>(long maximum, long above, @Nullable W why, boolean stayed, int steps, End end) {}

    private final Trial<W> trial;
    private final double width;
    private final long max;
    private final int repeat;
    private final BooleanSupplier timeUp;
    private final List<Run<W>> runs = new ArrayList<>();
    private @Nullable Run<W> now;

    /**
     * @param max the largest that is tried
     * @param width as {@link Bracket} has it
     * @param repeat how often it is searched, at least 1
     * @param timeUp whether no further step may begin
     */
    public Search(Trial<W> trial, long max, double width, int repeat, BooleanSupplier timeUp) {
        this.trial = trial;
        this.max = max;
        this.width = width;
        this.repeat = repeat;
        this.timeUp = timeUp;
    }

    /**
     * Searches until it is known, or time is up.
     *
     * @param first what is tried first
     * @param predicted 0: not known
     */
    public List<Run<W>> run(long first, long predicted) throws InterruptedException {
        Run<W> found = one(new Bracket(first, predicted, max, width));
        for (int i = 1; i < repeat && found.end() != End.TIME && found.maximum() > 0; i++) {
            trial.reset();
            long again = found.maximum();
            found = one(new Bracket(again, again, max, width)); // from there on, up or down
        }
        return soFar();
    }

    /** Those that are over, and the one that goes on, where it has found something. */
    public synchronized List<Run<W>> soFar() {
        List<Run<W>> all = new ArrayList<>(runs);
        if (now != null) {
            all.add(now);
        }
        return all;
    }

    private synchronized void so(Run<W> run) {
        now = run;
    }

    private synchronized Run<W> over(Run<W> run) {
        now = null;
        runs.add(run);
        return run;
    }

    private Run<W> one(Bracket bracket) throws InterruptedException {
        W why = null;
        long at = -1; // where the trial is, and holds
        boolean broken = false;
        for (int steps = 0; steps < MAX_STEPS; steps++) {
            long best = bracket.lower();
            long above = bracket.upper().orElse(0);
            so(new Run<>(best, above, why, false, steps, End.OPEN));
            OptionalLong next = bracket.next();
            boolean known = next.isEmpty();
            if (timeUp.getAsBoolean() || (known && best == 0)) {
                return over(new Run<>(best, above, why, false, steps, known ? End.WIDTH : End.TIME));
            }
            if (broken && best == 0) {
                trial.reset();
            }
            boolean stays = known && at == best;
            long n = broken && best > 0 ? best : next.orElse(best); // back to what held before anything else
            Step<W> step = stays ? trial.hold(n) : trial.go(n);
            broken = !step.wellHolds();
            at = broken ? -1 : step.well();
            if (!broken) {
                bracket.held(step.well());
            }
            if (!step.holds()) {
                if (above == 0 || n < above) {
                    why = step.why();
                }
                bracket.failed(n, step.well());
            } else if (stays) {
                return over(new Run<>(best, above, why, true, steps + 1, above == 0 ? End.MAX : End.WIDTH));
            }
        }
        // It does not settle.
        return over(new Run<>(bracket.lower(), bracket.upper().orElse(0), why, false, MAX_STEPS, End.TIME));
    }
}
