package io.connscale.control;

import io.connscale.kernel.Facts;
import io.connscale.kernel.FactsReader;
import io.connscale.stats.Statistics;
import java.util.Optional;

/**
 * The Ping/Pong server, wherever it runs: {@code server.PingPongServer} in this process, {@code cluster.RemoteServer} in an
 * agent on another host. Any thread may call; nothing takes longer than seconds.
 */
public interface Server extends AutoCloseable {
    /**
     * Listens on all ports.
     *
     * @throws AgentException where it runs already, or a port can't be had: then it listens on none
     */
    void start() throws AgentException, InterruptedException;

    /** Why it does not run though it was to: what its last start failed with. Empty where it runs, was stopped, or never started. */
    default Optional<AgentException> refusal() {
        return Optional.empty();
    }

    /** What it is where it is somebody else's: not ours to start, and its status, that of a stopped one, says nothing of it. Empty for ours. */
    default Optional<String> foreign() {
        return Optional.empty();
    }

    /** Closes its ports and all its connections; nothing where it does not run. */
    void stop() throws AgentException, InterruptedException;

    /**
     * The server now.
     *
     * @throws AgentException where its host does not answer
     */
    ServerStatus status() throws AgentException, InterruptedException;

    /**
     * What the kernel says where the server runs: of this process, unless told otherwise.
     *
     * @param handshakes whether those that are not finished are counted too, which takes longer
     * @throws AgentException where its host does not answer
     */
    default Facts facts(boolean handshakes) throws AgentException, InterruptedException {
        return new FactsReader().read(handshakes);
    }

    /**
     * All that is known of its work since it was started, and of its process, histograms too.
     *
     * @throws AgentException where its host does not answer
     */
    Statistics statistics() throws AgentException, InterruptedException;

    /**
     * Sees to it that so many more connections have files, where further processes may share its ports. Does what it can;
     * what there is no room for then fails with the kernel's reason. Takes seconds for each ten processes or so.
     */
    default void makeRoom(long more) throws AgentException, InterruptedException {}

    /** Ends it, as far as it is this process's to end. */
    @Override
    void close();
}
