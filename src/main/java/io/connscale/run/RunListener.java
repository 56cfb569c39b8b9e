package io.connscale.run;

import io.connscale.stats.Distribution;
import java.util.Map;

/** Hears of the run that is being recorded what is written of it, on the thread that writes: it must not wait. */
public interface RunListener {
    /**
     * Comes first.
     *
     * @param soFar all that was recorded of it before
     * @param times how long what took in it, by host and what: {@code client1.connect}
     */
    void begun(Run soFar, Map<String, Distribution> times);

    /** What it was made with has changed. */
    void info(RunInfo info);

    /**
     * The next sample.
     *
     * @param durations how long what took since the one before, by host and what
     */
    void sample(Sample sample, Map<String, Distribution> durations);

    /** Something has happened. */
    void event(Event event);
}
