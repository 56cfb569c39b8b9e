package io.connscale.control;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What another process answers, for who waits for it. */
public final class Answers {
    private Answers() {}

    /**
     * Waits for {@code seconds} at most.
     *
     * @param silent what to tell the user where no answer comes
     * @param hint and what to do then
     * @throws AgentException where none comes, or the answer is a failure: that one
     */
    public static <T> T within(long seconds, CompletableFuture<T> asked, String silent, String hint)
            throws AgentException, InterruptedException {
        try {
            return asked.get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw AgentException.of(e);
        } catch (TimeoutException e) {
            throw new AgentException(silent, hint);
        }
    }
}
