package io.connscale.server;

import io.connscale.control.AgentException;
import io.connscale.control.AgentStarter;
import io.connscale.control.Server;
import io.connscale.control.ServerSettings;
import io.connscale.control.ServerStatus;
import io.connscale.net.Transport;
import io.connscale.stats.Statistics;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The server that is in this process, and in others beside it where there are to be more connections than one process has
 * files for. Any thread may call, but no event loop.
 */
public final class MultiProcessServer implements Server {
    private final ServerSettings settings;
    private final Transport transport;
    private final AgentStarter starter;
    private final Consumer<String> notices;
    private volatile @Nullable ServerProcesses group;
    private volatile @Nullable AgentException refused;

    /**
     * Does nothing yet.
     *
     * @param starter starts the further processes
     * @param notices hears what the user should know at once; must not block
     */
    public MultiProcessServer(
            ServerSettings settings, Transport transport, AgentStarter starter, Consumer<String> notices) {
        this.settings = settings;
        this.transport = transport;
        this.starter = starter;
        this.notices = notices;
    }

    @Override
    public synchronized void start() throws AgentException, InterruptedException {
        if (group != null) {
            throw Refusals.running();
        }
        refused = null;
        ServerProcesses started = new ServerProcesses(settings, transport, starter, notices);
        try {
            started.start(transport);
            group = started;
        } catch (AgentException e) {
            refused = e;
            throw e;
        } finally {
            if (group == null) { // a port is taken, or Ctrl-C while processes start: nothing stays
                started.stop();
            }
        }
    }

    @Override
    public Optional<AgentException> refusal() {
        return Optional.ofNullable(refused);
    }

    @Override
    public synchronized void stop() {
        ServerProcesses running = group;
        group = null;
        refused = null;
        if (running != null) {
            running.stop();
        }
    }

    @Override
    public ServerStatus status() {
        ServerProcesses running = group;
        return running == null ? ServerStatus.stopped(transport.name()) : running.status();
    }

    @Override
    public Statistics statistics() throws AgentException, InterruptedException {
        ServerProcesses running = group;
        return running == null ? Statistics.NONE : running.statistics();
    }

    @Override
    public void makeRoom(long more) throws InterruptedException {
        ServerProcesses running = group;
        if (running != null) {
            running.makeRoom(more);
        }
    }

    @Override
    public void close() {
        stop();
    }
}
