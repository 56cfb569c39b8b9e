package io.connscale.cluster;

import io.connscale.cluster.HostStatus.State;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.Message;
import io.connscale.control.Server;
import io.connscale.control.ServerSettings;
import io.connscale.control.ServerStatus;
import io.connscale.kernel.Facts;
import io.connscale.stats.Statistics;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The server in an agent on another host ({@code server: on: HOST}), over the channel that its agent has anyway. Starting it
 * starts the agent where there is none; with the agent it ends. Without an agent there is no server: it is stopped, and nothing is
 * known of its machine.
 */
public final class RemoteServer implements Server {
    /** Within which a host that lives answers, seconds. */
    private static final long PROMPT_SECONDS = 10;

    private final Cluster cluster;
    private final String host;
    private volatile ServerSettings settings;
    private volatile @Nullable AgentException refused;
    private final long promptSeconds;

    /** Does nothing yet. */
    public RemoteServer(Cluster cluster, String host, ServerSettings settings) {
        this(cluster, host, settings, PROMPT_SECONDS);
    }

    RemoteServer(Cluster cluster, String host, ServerSettings settings, long promptSeconds) {
        this.cluster = cluster;
        this.host = host;
        this.settings = settings;
        this.promptSeconds = promptSeconds;
    }

    /** The name of the host that it runs on. */
    public String host() {
        return host;
    }

    @Override
    public CompletableFuture<ServerStatus> start() {
        CompletableFuture<?> agent =
                isThere() ? CompletableFuture.completedFuture(null) : bounded(START_SECONDS, cluster.start(host));
        return agent.thenCompose(there -> ask(START_SECONDS, id -> new Message.StartServer(id, settings)))
                .thenApply(started -> {
                    refused = null;
                    return started;
                })
                .exceptionallyCompose(this::refused);
    }

    /** It may run all the same: then nothing was refused. */
    private CompletableFuture<ServerStatus> refused(Throwable failure) {
        AgentException why = AgentException.of(failure);
        return status().handle((status, silent) -> silent == null && status.running())
                .thenCompose(runs -> {
                    refused = runs ? null : why;
                    return CompletableFuture.failedFuture(why);
                });
    }

    @Override
    public List<Integer> ports() {
        return settings.ports();
    }

    @Override
    public void listenOn(List<Integer> ports) {
        settings = settings.withPorts(ports);
    }

    @Override
    public Optional<AgentException> refusal() {
        return Optional.ofNullable(refused);
    }

    @Override
    public CompletableFuture<ServerStatus> stop() {
        refused = null;
        return whereThere(() -> ask(START_SECONDS, Message.StopServer::new), ServerStatus.stopped(""));
    }

    @Override
    public CompletableFuture<ServerStatus> status() {
        return whereThere(() -> ask(promptSeconds, Message.TakeServerStatus::new), ServerStatus.stopped(""));
    }

    @Override
    public CompletableFuture<Facts> facts(Facts.Depth depth) {
        return whereThere(() -> bounded(promptSeconds, cluster.facts(host, depth)), Facts.NONE);
    }

    @Override
    public CompletableFuture<Statistics> statistics() {
        return whereThere(
                () -> bounded(
                                promptSeconds,
                                cluster.ask(host, Message.TakeServerStatistics::new, Message.StatisticsTaken.class))
                        .thenApply(Message.StatisticsTaken::statistics),
                Statistics.NONE);
    }

    @Override
    public CompletableFuture<ServerStatus> makeRoom(long more) {
        return whereThere(() -> ask(START_SECONDS, id -> new Message.MakeRoom(id, more)), ServerStatus.stopped(""));
    }

    private boolean isThere() {
        return cluster.status(host).state() == State.READY;
    }

    private <T> CompletableFuture<T> whereThere(Supplier<CompletableFuture<T>> question, T otherwise) {
        return isThere() ? question.get() : CompletableFuture.completedFuture(otherwise);
    }

    private CompletableFuture<ServerStatus> ask(long seconds, Function<Long, Message> request) {
        return bounded(seconds, cluster.ask(host, request, Message.ServerStatusTaken.class))
                .thenApply(Message.ServerStatusTaken::status);
    }

    private <T> CompletableFuture<T> bounded(long seconds, CompletableFuture<T> answer) {
        return Answers.bounded(
                seconds,
                answer,
                () -> new AgentException("the server's host " + host + " does not answer", "hosts shows its state"));
    }

    /** Nothing to do: the agent, and the server in it, end with the cluster. */
    @Override
    public void close() {}
}
