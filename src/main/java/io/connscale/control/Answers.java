package io.connscale.control;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** What another process answers, for who waits for it. */
public final class Answers {
    private Answers() {}

    /**
     * Waits for {@code seconds} at most.
     *
     * @param silent what to throw where no answer comes, made only then
     * @throws AgentException where none comes, or the answer is a failure: that one
     */
    public static <T> T within(long seconds, CompletableFuture<T> asked, Supplier<AgentException> silent)
            throws AgentException, InterruptedException {
        try {
            return asked.get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw AgentException.of(e);
        } catch (TimeoutException e) {
            throw silent.get();
        }
    }

    /**
     * What each of many answered, or why it did not: one that fails takes nothing from the others.
     *
     * @param done by name, in the order of the question
     * @param failed the same
     */
    public record Each<T>(Map<String, T> done, Map<String, AgentException> failed) {}

    /**
     * Waits for all of them until {@code end} ({@link System#nanoTime()}); who has not answered then has failed.
     *
     * @param asked by host's name
     */
    public static <T> Each<T> each(Map<String, CompletableFuture<T>> asked, long end) throws InterruptedException {
        Map<String, T> done = new LinkedHashMap<>();
        Map<String, AgentException> failed = new LinkedHashMap<>();
        for (Map.Entry<String, CompletableFuture<T>> one : asked.entrySet()) {
            String name = one.getKey();
            try {
                done.put(name, one.getValue().get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS));
            } catch (ExecutionException | CancellationException e) {
                failed.put(name, AgentException.of(e));
            } catch (TimeoutException e) {
                failed.put(name, new AgentException(name + " does not answer", "hosts shows its state; stop " + name));
            }
        }
        return new Each<>(done, failed);
    }
}
