package io.connscale.cluster;

import io.connscale.cluster.config.TargetConfig;
import io.connscale.cluster.config.TargetConfig.Runs;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.Message;
import io.connscale.control.Server;
import io.connscale.control.ServerStatus;
import io.connscale.control.TargetReading;
import io.connscale.kernel.Facts;
import io.connscale.kernel.ForeignServer;
import io.connscale.stats.Statistics;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Somebody else's server ({@code target:}): nothing of it is started. Where the file says on which host it runs, that host's agent
 * reads it; otherwise nothing is read. Any thread.
 */
public final class TargetServer implements Server {
    /** Within which a host that lives answers, seconds: it may have a million sockets to count. */
    private static final long PROMPT_SECONDS = 10;

    private final TargetConfig config;
    private final Cluster cluster;

    /** The last that was read, with the first of this run; null: none yet. */
    private @Nullable TargetReading last;

    public TargetServer(TargetConfig config, Cluster cluster) {
        this.config = config;
        this.cluster = cluster;
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

    /** Has the host's agent started that reads it, and read it once, before it has connections of ours. */
    @Override
    public CompletableFuture<Void> attach() {
        Optional<Runs> runs = config.runs();
        if (runs.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return cluster.start(runs.get().on()).thenCompose(ready -> reading()).thenApply(read -> null);
    }

    @Override
    public Optional<String> readOn() {
        return config.runs().map(Runs::on);
    }

    @Override
    public CompletableFuture<TargetReading> reading() {
        if (config.runs().isEmpty()) {
            return CompletableFuture.failedFuture(new AgentException(
                    "hosts.yaml does not say where it runs", "runs: {on: HOST} below target: says it"));
        }
        Runs runs = config.runs().get();
        OptionalLong pid = runs.pid();
        CompletableFuture<ForeignServer> asked = cluster.ask(
                        runs.on(),
                        id -> new Message.TakeForeignServer(
                                id,
                                config.listens(),
                                pid.isPresent() ? (Long) pid.getAsLong() : null,
                                runs.process().orElse(null)),
                        Message.ForeignServerTaken.class)
                .thenApply(Message.ForeignServerTaken::server);
        return Answers.bounded(
                        PROMPT_SECONDS,
                        asked,
                        () -> new AgentException(
                                runs.on() + ", where " + config.text() + " runs, does not answer",
                                "hosts shows its state"))
                .thenApply(now -> taken(runs.on(), now));
    }

    private synchronized TargetReading taken(String host, ForeignServer now) {
        TargetReading before = last;
        boolean again = before != null && now.isRunOf(before.first());
        boolean isFirst = before == null
                || (!again && now.found())
                || (again && isLess(now.established(), before.first().established()));
        int restarts = before == null ? 0 : before.restarts();
        boolean restarted = before != null && before.first().found() && now.found() && !again;
        TargetReading reading = new TargetReading(
                host,
                isFirst || before == null ? now : before.first(),
                isFirst || before == null ? pongs() : before.pongsAtFirst(),
                now,
                restarted ? restarts + 1 : restarts);
        last = reading;
        return reading;
    }

    private static boolean isLess(@Nullable Long now, @Nullable Long then) {
        return now != null && (then == null || now < then);
    }

    /** As the hosts have said last: while there are no connections there are none that they have not. */
    private long pongs() {
        return cluster.statuses().stream()
                .mapToLong(host -> host.counts().pongs())
                .sum();
    }

    /** They are part of what is read of it. */
    @Override
    public CompletableFuture<Facts> facts(Facts.Depth depth) {
        return CompletableFuture.completedFuture(Facts.NONE);
    }

    @Override
    public CompletableFuture<Statistics> statistics() {
        return CompletableFuture.completedFuture(Statistics.NONE);
    }

    @Override
    public void close() {}
}
