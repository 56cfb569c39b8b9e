package io.connscale.control;

import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Opens and holds connections, here or elsewhere: the one idea that the rest is built on. {@code agent.LoadAgent} does it in
 * this process, {@code cluster.RemoteAgent} over a control channel.
 *
 * <p>No method blocks. A future that fails does so with an {@link AgentException}.
 */
public interface Agent extends AutoCloseable {
    /** From now on these settings, for running connections too. */
    CompletableFuture<Void> configure(Settings settings);

    /**
     * Opens connections; an agent carries out its open requests one after the other. Ends when each is established or
     * failed, or {@link #stopOpening()} came.
     *
     * @param progress hears how far it is several times a second, on any thread; must not block
     */
    CompletableFuture<Opened> open(OpenRequest request, Consumer<Opened> progress);

    /**
     * Ends this one open request where it is, as {@link #stopOpening()} does, and no other.
     *
     * @param opening what {@link #open} gave for it
     */
    CompletableFuture<Void> stopOpening(CompletableFuture<Opened> opening);

    /** Done as soon as each open request is that was given so far. */
    default CompletableFuture<Void> allOpened() {
        return CompletableFuture.completedFuture(null);
    }

    /** Ends all open requests where they are: what is established stays, what is connecting is closed. */
    CompletableFuture<Void> stopOpening();

    /** Closes the {@code count} oldest established connections, or as many as there are. */
    CompletableFuture<Closed> close(long count);

    /** The counts now. */
    CompletableFuture<Snapshot> snapshot();

    /** All that is known of its work and its process, histograms too; for who asks for it, not each second by itself. */
    CompletableFuture<Statistics> statistics();

    /** Ends the agent and its connections. Returns within seconds. */
    @Override
    void close();
}
