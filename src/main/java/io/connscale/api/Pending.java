package io.connscale.api;

import io.connscale.control.Answers;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What several hosts are doing side by side; it goes on whether or not somebody waits for it. Any thread. */
public final class Pending<T> {
    /**
     * What each host answered, or why it did not: one host that fails takes nothing from the others.
     *
     * @param done by host's name, in the order in which they were named
     * @param failed the same
     */
    public record Result<T>(Map<String, T> done, Map<String, ConnscaleException> failed) {
        public Result {
            done = Collections.unmodifiableMap(new LinkedHashMap<>(done));
            failed = Collections.unmodifiableMap(new LinkedHashMap<>(failed));
        }

        static <T> Result<T> of(Answers.Each<T> answers) {
            Map<String, ConnscaleException> failed = new LinkedHashMap<>();
            answers.failed().forEach((host, why) -> failed.put(host, ConnscaleException.of(why)));
            return new Result<>(answers.done(), failed);
        }

        /** Of the one host that was asked. */
        T only() {
            for (ConnscaleException why : failed.values()) {
                throw why;
            }
            return done.values().iterator().next();
        }
    }

    private final Map<String, CompletableFuture<T>> asked;
    private final CompletableFuture<Void> all;
    private final long end;

    /** @param max whoever has not answered after it has failed */
    Pending(Map<String, CompletableFuture<T>> asked, Duration max) {
        this.asked = asked;
        this.all = CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new));
        this.end = System.nanoTime() + max.toNanos();
    }

    /** The hosts that have neither done it nor failed. */
    public List<String> underWay() {
        return asked.entrySet().stream()
                .filter(host -> !host.getValue().isDone())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Waits for so long at most; whether there is nothing left to wait for. */
    public boolean await(Duration atMost) throws InterruptedException {
        long left = Math.min(atMost.toNanos(), end - System.nanoTime());
        try {
            all.get(Math.max(0, left), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return System.nanoTime() - end >= 0;
        } catch (ExecutionException e) {
            return true; // the result says of each host why
        }
    }

    /** Waits until each host has done it or failed. */
    public Result<T> result() throws InterruptedException {
        return Result.of(Answers.each(asked, end));
    }

    /** What has come by now; nobody is waited for. */
    public Result<T> soFar() throws InterruptedException {
        Map<String, CompletableFuture<T>> over = new LinkedHashMap<>(asked);
        over.values().removeIf(answer -> !answer.isDone());
        return Result.of(Answers.each(over, System.nanoTime()));
    }
}
