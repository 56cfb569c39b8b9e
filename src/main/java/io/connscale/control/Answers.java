package io.connscale.control;

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
}
