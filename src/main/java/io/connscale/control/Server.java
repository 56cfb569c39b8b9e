package io.connscale.control;

import io.connscale.kernel.Facts;
import io.connscale.kernel.FactsReader;
import io.connscale.stats.Statistics;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The Ping/Pong server, wherever it runs: {@code server.PingPongServer} in this process, {@code cluster.RemoteServer} in an
 * agent on another host.
 *
 * <p>No method blocks, but for {@link #close}; any thread may call. A future that fails does so with an {@link AgentException}.
 */
public interface Server extends AutoCloseable {
    /** For what a server that lives answers at once. */
    long ANSWER_SECONDS = 30;

    /** For a start, a stop, and room for more: agents and processes are started for them, or a million connections closed. */
    long START_SECONDS = 900;

    /**
     * Listens on all ports; how it is then. Fails where it runs already, or a port can't be had: then it listens on none. Whoever
     * cancels the answer ends the start.
     */
    CompletableFuture<ServerStatus> start();

    /** Those that it listens on when it is started, 0 being any free one; none where it is not ours. */
    default List<Integer> ports() {
        return List.of();
    }

    /** Has it listen on these from its next start on; nothing where it is not ours. */
    default void listenOn(List<Integer> ports) {}

    /** Why it does not run though it was to: what its last start failed with. Empty where it runs, was stopped, or never started. */
    default Optional<AgentException> refusal() {
        return Optional.empty();
    }

    /** What it is where it is somebody else's: not ours to start, and its status, that of a stopped one, says nothing of it. Empty for ours. */
    default Optional<String> foreign() {
        return Optional.empty();
    }

    /** Prepares to read it where it is somebody else's and the file says where it runs; nothing otherwise. */
    default CompletableFuture<Void> attach() {
        return CompletableFuture.completedFuture(null);
    }

    /** The host where it is read where it is somebody else's; empty where it is read nowhere. */
    default Optional<String> readOn() {
        return Optional.empty();
    }

    /** What is read of it where it is somebody else's; fails with the reason where nothing is, as always for ours. */
    default CompletableFuture<TargetReading> reading() {
        return CompletableFuture.failedFuture(new AgentException("the server is ours", "server status shows it"));
    }

    /** Closes its ports and all its connections; nothing where it does not run. A start that is under way is ended. */
    CompletableFuture<ServerStatus> stop();

    /** The server now. */
    CompletableFuture<ServerStatus> status();

    /**
     * What the kernel says where the server runs: of this process, unless told otherwise. Where no thread is left, which is when it is wanted most, who
     * asks reads it.
     */
    default CompletableFuture<Facts> facts(Facts.Depth depth) {
        try {
            CompletableFuture<Facts> read = new CompletableFuture<>();
            Threads.start("server-facts", () -> Threads.complete(read, () -> new FactsReader().read(depth)));
            return read;
        } catch (OutOfMemoryError e) {
            return CompletableFuture.completedFuture(new FactsReader().read(depth));
        }
    }

    /** All that is known of its work since it was started, and of its process, histograms too. */
    CompletableFuture<Statistics> statistics();

    /**
     * Sees to it that so many more connections have file descriptors, where further processes may share its ports; how it is then.
     * Does what it can; what there is no room for then fails with the kernel's reason. Takes seconds for each ten processes or so.
     */
    CompletableFuture<ServerStatus> makeRoom(long more);

    /** Ends it, as far as it is this process's to end. Returns within seconds. */
    @Override
    void close();
}
