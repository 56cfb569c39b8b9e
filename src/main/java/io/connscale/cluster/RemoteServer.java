package io.connscale.cluster;

import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.Message;
import io.connscale.control.Server;
import io.connscale.control.ServerSettings;
import io.connscale.control.ServerStatus;
import io.connscale.kernel.Facts;
import io.connscale.stats.Statistics;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The server in an agent on another host ({@code server: on: HOST}), over the channel that its agent has anyway. Starting it
 * starts the agent where there is none; with the agent it ends.
 */
public final class RemoteServer implements Server {
    private static final long ANSWER_SECONDS = 10;
    /** Copying the jar may take its time; a start that takes longer has failed by its own bounds before. */
    private static final long START_SECONDS = 900;

    private final Cluster cluster;
    private final String host;
    private final ServerSettings settings;
    private volatile @Nullable AgentException refused;
    private final long answerSeconds;

    /** Does nothing yet. */
    public RemoteServer(Cluster cluster, String host, ServerSettings settings) {
        this(cluster, host, settings, ANSWER_SECONDS);
    }

    RemoteServer(Cluster cluster, String host, ServerSettings settings, long answerSeconds) {
        this.cluster = cluster;
        this.host = host;
        this.settings = settings;
        this.answerSeconds = answerSeconds;
    }

    /** The name of the host that it runs on. */
    public String host() {
        return host;
    }

    @Override
    public void start() throws AgentException, InterruptedException {
        try {
            if (cluster.status(host).state() != State.READY) {
                within(START_SECONDS, cluster.start(host));
            }
            ask(id -> new Message.StartServer(id, settings));
            refused = null;
        } catch (AgentException e) {
            refused = runs() ? null : e;
            throw e;
        }
    }

    private boolean runs() throws InterruptedException {
        try {
            return status().running();
        } catch (AgentException e) {
            return false;
        }
    }

    @Override
    public Optional<AgentException> refusal() {
        return Optional.ofNullable(refused);
    }

    @Override
    public void stop() throws AgentException, InterruptedException {
        refused = null;
        if (isThere()) {
            ask(Message.StopServer::new);
        }
    }

    /** Without an agent there is no server: it is stopped. */
    @Override
    public ServerStatus status() throws AgentException, InterruptedException {
        return isThere() ? ask(Message.TakeServerStatus::new) : ServerStatus.stopped("");
    }

    /** Without an agent there nothing is known of its machine. */
    @Override
    public Facts facts(boolean handshakes) throws AgentException, InterruptedException {
        return isThere() ? within(answerSeconds, cluster.facts(host, handshakes)) : Facts.NONE;
    }

    @Override
    public Statistics statistics() throws AgentException, InterruptedException {
        return isThere()
                ? within(
                                answerSeconds,
                                cluster.ask(host, Message.TakeServerStatistics::new, Message.StatisticsTaken.class))
                        .statistics()
                : Statistics.NONE;
    }

    @Override
    public void makeRoom(long more) throws AgentException, InterruptedException {
        if (isThere()) {
            within(
                    START_SECONDS,
                    cluster.ask(host, id -> new Message.MakeRoom(id, more), Message.ServerStatusTaken.class));
        }
    }

    private boolean isThere() {
        return cluster.status(host).state() == State.READY;
    }

    private ServerStatus ask(Function<Long, Message> request) throws AgentException, InterruptedException {
        return within(answerSeconds, cluster.ask(host, request, Message.ServerStatusTaken.class))
                .status();
    }

    private <T> T within(long seconds, CompletableFuture<T> answer) throws AgentException, InterruptedException {
        return Answers.within(
                seconds,
                answer,
                () -> new AgentException("the server's host " + host + " does not answer", "hosts shows its state"));
    }

    /** Nothing to do: the agent, and the server in it, end with the cluster. */
    @Override
    public void close() {}
}
