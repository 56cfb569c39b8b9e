package io.connscale.agent;

import io.connscale.control.Agent.Keep;
import io.connscale.control.Agent.OpenRequest;
import io.connscale.control.Agent.Opened;
import io.connscale.stats.Reasons;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An open request while it is carried out: a {@link Ramp} on each loop, and one answer when the last has finished. */
final class Opening {
    private static final long PROGRESS_MILLIS = 500;

    private final OpenRequest request;
    private final Consumer<Opened> progress;
    private final Reasons reasons;
    private final CompletableFuture<Opened> answer = new CompletableFuture<>();
    private final List<Ramp> ramps = new ArrayList<>();
    private final AtomicInteger running = new AtomicInteger();
    private Map<String, Long> before = Map.of();
    private long began;
    private @Nullable ScheduledFuture<?> reports;

    Opening(OpenRequest request, Consumer<Opened> progress, Reasons reasons) {
        this.request = request;
        this.progress = progress;
        this.reasons = reasons;
    }

    OpenRequest request() {
        return request;
    }

    CompletableFuture<Opened> answer() {
        return answer;
    }

    /** Once; the caller's lock keeps two orders from starting side by side. */
    void start(List<LoadLoop> loops, Endpoints endpoints, long first, RateLaw law) {
        before = reasons.counts();
        began = System.nanoTime();
        long[] shares = OpenRequest.shares(request.count(), loops.size());
        long number = first;
        for (int i = 0; i < shares.length && shares[i] > 0; i++) {
            Keep keep = request.keep();
            Keep part = keep == null ? null : keep.part((double) shares[i] / request.count());
            ramps.add(new Ramp(loops.get(i), endpoints, number, shares[i], law, part, this::oneFinished));
            number += shares[i];
        }
        running.set(ramps.size());
        reports = loops.get(0)
                .eventLoop()
                .scheduleAtFixedRate(this::report, PROGRESS_MILLIS, PROGRESS_MILLIS, TimeUnit.MILLISECONDS);
        for (int i = 0; i < ramps.size(); i++) {
            LoadLoop loop = loops.get(i);
            Ramp ramp = ramps.get(i);
            loop.eventLoop().execute(() -> loop.start(ramp));
        }
    }

    /** Ends it where it is; the future ends when each loop has. */
    CompletableFuture<Void> stop() {
        return CompletableFuture.allOf(ramps.stream()
                .map(ramp -> CompletableFuture.runAsync(ramp::stop, ramp.eventLoop()))
                .toArray(CompletableFuture[]::new));
    }

    private void report() {
        progress.accept(soFar());
    }

    /** Where connections are kept more come up and fail than are asked for: as many as these at most, the counts have all. */
    private Opened soFar() {
        long established = ramps.stream().mapToLong(Ramp::establishedSoFar).sum();
        long failed = ramps.stream().mapToLong(Ramp::failedSoFar).sum();
        long up = Math.min(request.count(), established);
        return new Opened(
                request.count(),
                up,
                Math.min(request.count() - up, failed),
                (System.nanoTime() - began) / 1e9,
                Reasons.difference(reasons.counts(), before));
    }

    private void oneFinished() {
        if (running.decrementAndGet() == 0) {
            if (reports != null) {
                reports.cancel(false);
            }
            answer.complete(soFar());
        }
    }

    /** It was stopped before it began. */
    void giveUp() {
        answer.complete(Opened.none(request.count()));
    }
}
