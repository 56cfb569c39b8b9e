package io.connscale.run;

/** Writes a run's record. */
public final class Recorder {
    static final String INFO = "run.json";
    static final String SAMPLES = "samples.jsonl";
    static final String EVENTS = "events.jsonl";
    static final String TIMES = "times.hlog";

    private Recorder() {}
}
