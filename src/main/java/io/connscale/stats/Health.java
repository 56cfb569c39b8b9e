package io.connscale.stats;

import io.connscale.stats.Statistics.Times;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whether a process of connscale was itself fit to measure: what was slow in it, or stolen from it, is in its round trips
 * and looks as if the server or the network had been slow. Pure; judges an interval, from {@link Statistics#since}.
 */
public final class Health {
    /** Microseconds: of a hundred turns of the event loops one may begin this late. */
    public static final long MAX_LAG_MICROS = 10_000;
    /** Microseconds: no turn may begin this late. That is where an agent itself takes itself for held up. */
    public static final long MAX_PAUSE_MICROS = 100_000;
    /** The part of its time that an event loop may be at work. */
    public static final double MAX_LOOP_BUSY = 0.9;
    /** The part of the time that may be spent on garbage collection. */
    public static final double MAX_COLLECTING = 0.05;
    /** The part of a machine's CPUs that may be at work. */
    public static final double MAX_MACHINE_BUSY = 0.95;
    /** The part of a machine's CPUs that other machines of the same host may have. */
    public static final double MAX_STOLEN = 0.05;

    private Health() {}

    /** What makes the numbers unreliable of {@code interval}, a clause each with value and bound; empty where nothing does. */
    public static List<String> unreliable(Statistics interval) {
        List<String> causes = new ArrayList<>();
        late(interval.times(), causes);
        ProcessLoad process = interval.process();
        if (process.loopBusy() > MAX_LOOP_BUSY) {
            causes.add("its event loops are busy for %s of the time (more than %s)"
                    .formatted(percent(process.loopBusy()), percent(MAX_LOOP_BUSY)));
        }
        if (process.collecting() > MAX_COLLECTING) {
            causes.add("it collects garbage for %s of the time (more than %s)"
                    .formatted(percent(process.collecting()), percent(MAX_COLLECTING)));
        }
        interval.machines().values().forEach(machine -> machine(machine, causes));
        return causes;
    }

    private static void late(Times times, List<String> causes) {
        Distribution lag = times.loopLag();
        if (lag.percentile(99) > MAX_LAG_MICROS) {
            causes.add("one in a hundred turns of its event loops begins %s late (more than %s)"
                    .formatted(millis(lag.percentile(99)), millis(MAX_LAG_MICROS)));
        } else if (lag.max() > MAX_PAUSE_MICROS) {
            causes.add("its event loops stood still for %s (more than %s)"
                    .formatted(millis(lag.max()), millis(MAX_PAUSE_MICROS)));
        } else if (leftLate(times) > MAX_PAUSE_MICROS) {
            causes.add("Pings left %s late (more than %s): it stood still shortly before"
                    .formatted(millis(leftLate(times)), millis(MAX_PAUSE_MICROS)));
        }
    }

    /**
     * Microseconds that some Ping left late, at least: the Pong that was longest in coming since its Ping was due took no longer since that left than
     * any. What held it up may lie before the interval in which it came.
     */
    private static long leftLate(Times times) {
        long sinceDue = times.roundTrip().max();
        return sinceDue
                - sinceDue / Distribution.PRECISION
                - times.roundTripSent().max();
    }

    private static void machine(MachineLoad machine, List<String> causes) {
        if (machine.stolen() > MAX_STOLEN) {
            causes.add("%s of its machine's CPU time went to other machines of the same host (more than %s)"
                    .formatted(percent(machine.stolen()), percent(MAX_STOLEN)));
        } else if (machine.busy() > MAX_MACHINE_BUSY) {
            causes.add("its machine's CPUs are busy for %s of the time (more than %s), %d threads run or wait"
                    .formatted(percent(machine.busy()), percent(MAX_MACHINE_BUSY), machine.runnable()));
        }
    }

    private static String percent(double part) {
        return String.format(Locale.ROOT, "%.0f %%", part * 100);
    }

    private static String millis(long micros) {
        return micros / 1000 + " ms";
    }
}
