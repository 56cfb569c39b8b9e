package io.connscale.cluster;

import io.connscale.control.AgentException;
import io.connscale.control.Message;
import io.connscale.control.Opened;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A request that waits for its answer, and who hears of its progress. */
record Pending(CompletableFuture<Message> answer, Consumer<Opened> progress) {
    /** {@code name} has answered, if only that it could not do it. */
    void answered(String name, Message said) {
        if (said instanceof Message.Failed failed) {
            answer.completeExceptionally(new AgentException(name + ": " + failed.message(), failed.hint()));
        } else {
            answer.complete(said);
        }
    }
}
