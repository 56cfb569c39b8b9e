package io.connscale.server;

import io.connscale.control.AgentException;
import io.connscale.control.Server;
import io.connscale.control.ServerSettings;
import io.connscale.control.ServerStatus;
import io.connscale.net.Transport;
import io.connscale.stats.Statistics;
import org.jspecify.annotations.Nullable;

/**
 * The Ping/Pong server: listens on all its ports or on none, and may be stopped and started again at once. The console
 * or {@code Main} owns it; every method may be called from any thread, but not from an event loop.
 */
public final class PingPongServer implements Server {
    private final ServerSettings settings;
    private final Transport transport;
    private volatile @Nullable Run run;

    /** Does nothing yet. */
    public PingPongServer(ServerSettings settings, Transport transport) {
        this.settings = settings;
        this.transport = transport;
    }

    /**
     * Listens on all ports; within seconds.
     *
     * @throws AgentException where it runs already, or a port can't be had: then it listens on none
     */
    @Override
    public synchronized void start() throws AgentException {
        if (run != null) {
            throw Refusals.running();
        }
        run = Run.start(settings, transport);
    }

    /** Closes the listening sockets and all connections; when it returns (within seconds) it may be started again. */
    @Override
    public synchronized void stop() {
        Run running = run;
        if (running != null) {
            running.stop();
            run = null;
        }
    }

    /** The server now. Cheap; never waits, not for a start or stop either. */
    @Override
    public ServerStatus status() {
        Run running = run;
        return running == null ? ServerStatus.stopped(transport.name()) : running.status();
    }

    /** Waits for the event loops to copy what they have recorded; not to be called from one. */
    @Override
    public Statistics statistics() throws AgentException, InterruptedException {
        Run running = run;
        return running == null ? Statistics.NONE : running.statistics();
    }

    /** Where others share its ports: from now on each gets new connections in proportion to its room, in joining order. */
    void setWeights(long[] rooms) {
        Run running = run;
        if (running != null) {
            running.setWeights(rooms);
        }
    }

    @Override
    public void close() {
        stop();
    }
}
