package io.connscale.cluster;

import io.connscale.cluster.config.TargetConfig;
import io.connscale.control.AgentException;
import io.connscale.control.Server;
import io.connscale.control.ServerStatus;
import io.connscale.kernel.Facts;
import io.connscale.stats.Statistics;
import java.util.Optional;

/** Somebody else's server ({@code target:}): nothing is started, and of its end nothing is read. Immutable. */
public final class TargetServer implements Server {
    private final TargetConfig config;

    public TargetServer(TargetConfig config) {
        this.config = config;
    }

    @Override
    public Optional<String> foreign() {
        return Optional.of(config.text());
    }

    @Override
    public void start() throws AgentException {
        throw notOurs("started");
    }

    @Override
    public void stop() throws AgentException {
        throw notOurs("stopped");
    }

    private AgentException notOurs(String done) {
        return new AgentException(
                config.text() + " is not our server: it can't be " + done + " here",
                "with server: instead of target: in hosts.yaml connscale runs its own");
    }

    @Override
    public ServerStatus status() {
        return ServerStatus.stopped("");
    }

    @Override
    public Facts facts(boolean handshakes) {
        return Facts.NONE;
    }

    @Override
    public Statistics statistics() {
        return Statistics.NONE;
    }

    @Override
    public void close() {}
}
