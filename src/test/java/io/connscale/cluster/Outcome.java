package io.connscale.cluster;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.control.AgentException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** What became of a future, waited for within bounds. */
final class Outcome {
    private Outcome() {}

    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, SECONDS);
    }

    /** In words for the user, as an agent's futures have to fail. */
    static AgentException failure(CompletableFuture<?> future) throws Exception {
        try {
            throw new AssertionError("it worked: " + get(future));
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(AgentException.class);
            return AgentException.of(e);
        }
    }
}
