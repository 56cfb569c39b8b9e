package io.connscale.cluster;

import io.connscale.cluster.config.TargetConfig;
import io.connscale.control.AgentException;
import io.connscale.control.Server;
import io.connscale.control.ServerStatus;
import io.connscale.kernel.Facts;
import io.connscale.stats.Statistics;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

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
    public CompletableFuture<ServerStatus> start() {
        return CompletableFuture.failedFuture(notOurs("started"));
    }

    @Override
    public CompletableFuture<ServerStatus> stop() {
        return CompletableFuture.failedFuture(notOurs("stopped"));
    }

    private AgentException notOurs(String done) {
        return new AgentException(
                config.text() + " is not our server: it can't be " + done + " here",
                "with server: instead of target: in hosts.yaml connscale runs its own");
    }

    @Override
    public CompletableFuture<ServerStatus> status() {
        return CompletableFuture.completedFuture(ServerStatus.stopped(""));
    }

    /** What room it has is its own affair. */
    @Override
    public CompletableFuture<ServerStatus> makeRoom(long more) {
        return status();
    }

    @Override
    public CompletableFuture<Facts> facts(boolean handshakes) {
        return CompletableFuture.completedFuture(Facts.NONE);
    }

    @Override
    public CompletableFuture<Statistics> statistics() {
        return CompletableFuture.completedFuture(Statistics.NONE);
    }

    @Override
    public void close() {}
}
