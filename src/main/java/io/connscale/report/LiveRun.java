package io.connscale.report;

import io.connscale.control.Json;
import io.connscale.run.Event;
import io.connscale.run.Run;
import io.connscale.run.RunInfo;
import io.connscale.run.Sample;
import io.connscale.stats.Distribution;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The run that goes on: told of it by one thread, read by many. Each reader of the page has a queue of its own; one that does not keep up is
 * dropped, and nobody waits for it.
 */
final class LiveRun {
    /** Messages that wait for a reader: seconds. */
    static final int MAX_WAITING = 10;
    /** Percentiles of the whole run move slowly: every so many samples. */
    private static final int CURVES_EVERY = 5;

    /** A browser that looks. Its thread takes from {@code messages}. */
    static final class Reader {
        final BlockingQueue<String> messages = new ArrayBlockingQueue<>(MAX_WAITING);
        private final Runnable drop;
        private boolean dropped;

        /** @param drop ends what hangs in writing to it; from any thread, without waiting */
        Reader(Runnable drop) {
            this.drop = drop;
        }
    }

    private final List<Reader> readers = new ArrayList<>();
    private final Map<String, Distribution> times = new LinkedHashMap<>();
    private @Nullable PageData data;
    /** With the limits that were read last. */
    private @Nullable Sample last;

    private boolean newInfo;
    private boolean newEvents;
    private long samples;

    /** What was recorded of it so far; from now on it is told sample by sample. */
    synchronized void begin(Run soFar, Map<String, Distribution> timesSoFar) {
        PageData begun = PageData.live(soFar.info());
        soFar.events().forEach(begun::add);
        last = null;
        for (Sample sample : soFar.samples()) {
            begun.add(sample);
            last = withLimits(sample, last);
        }
        times.clear();
        times.putAll(timesSoFar);
        begun.times(times);
        data = begun;
        send(Json.line(begun.whole()));
    }

    synchronized void info(RunInfo info) {
        if (data != null) {
            data.info(info);
            newInfo = true;
        }
    }

    synchronized void event(Event event) {
        if (data != null) {
            data.add(event);
            newEvents = true;
        }
    }

    synchronized void sample(Sample sample, Map<String, Distribution> durations) {
        PageData told = data;
        if (told == null) {
            return;
        }
        durations.forEach((name, more) -> times.merge(name, more, Distribution::plus));
        last = withLimits(sample, last);
        boolean joined = told.add(sample);
        boolean curves = samples++ % CURVES_EVERY == 0;
        if (curves) {
            told.times(times);
        }
        if (!readers.isEmpty()) {
            send(Json.line(joined ? told.whole() : told.news(newInfo, newEvents, curves)));
            newInfo = false;
            newEvents = false;
        }
    }

    /** Limits are not read for each sample: what was read last still holds, so that no scrape lacks them. */
    private static Sample withLimits(Sample sample, @Nullable Sample before) {
        return sample.limits() != null || before == null
                ? sample
                : new Sample(
                        sample.at(),
                        sample.t(),
                        sample.seconds(),
                        sample.difference(),
                        sample.states(),
                        sample.server(),
                        sample.hosts(),
                        sample.sum(),
                        sample.machines(),
                        before.limits());
    }

    private void send(String message) {
        for (Reader reader : readers) {
            if (!reader.dropped && !reader.messages.offer(message)) {
                reader.dropped = true; // it counts until its thread has ended, which removes it
                reader.drop.run();
            }
        }
    }

    /** From now on it is told of the run, all of it first. Whether there is room: no more than {@code max} look at a time. */
    synchronized boolean add(Reader reader, int max) {
        if (readers.size() >= max) {
            return false;
        }
        readers.add(reader);
        if (data != null) {
            reader.messages.add(Json.line(data.whole()));
        }
        return true;
    }

    /** It has ended: it is not told any more, and not dropped. */
    synchronized void remove(Reader reader) {
        readers.remove(reader);
    }

    /** The last sample in OpenMetrics. */
    byte[] metrics() {
        Sample sample;
        Map<String, Distribution> all;
        synchronized (this) {
            sample = last;
            all = new LinkedHashMap<>(times);
        }
        return Metrics.of(sample, all);
    }
}
