package io.connscale.diagnosis;

import io.connscale.cluster.config.HostConfig;
import io.connscale.cluster.config.HostConfig.ClientConfig;
import io.connscale.cluster.config.Launch;
import io.connscale.cluster.config.Workers;
import io.connscale.control.AgentException;
import io.connscale.control.ServerStatus;
import io.connscale.control.TargetReading;
import io.connscale.kernel.Facts;
import io.connscale.kernel.Known;
import io.connscale.limits.ServerEnd;
import io.connscale.stats.ProcessLoad;
import io.connscale.stats.Reasons;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import io.connscale.stats.Statistics.Times;
import io.connscale.stats.Statistics.Unanswered;
import io.connscale.stats.TcpSample;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One host and a server that say what a test has them say; null: they do not answer. */
final class FakeEnds implements Ends {
    static final String HOST = "client1";

    @Nullable
    Snapshot counts = Snapshot.NONE;

    /** Null: the counts, of a process. */
    @Nullable
    Statistics statistics;

    Times times = Times.NONE;

    /** It has no time to say its statistics. */
    boolean mute;

    @Nullable
    Facts facts = Known.nothing();

    @Nullable
    ServerStatus server = running(0);

    @Nullable
    Facts serverFacts = Known.nothing();

    /** What they say when they are asked thoroughly; null: the same. */
    @Nullable
    Facts thorough;

    /** Somebody else's, in place of ours. */
    Optional<String> foreign = Optional.empty();

    /** What is read of that one. */
    CompletableFuture<Optional<TargetReading>> reading = CompletableFuture.completedFuture(Optional.empty());

    /** Why ours did not start. */
    Optional<AgentException> refusal = Optional.empty();

    /** What of the host has said nothing for long. */
    Optional<String> stale = Optional.empty();

    List<String> counting = List.of(HOST);

    /** Runs each time before the server is asked. */
    Runnable beforeServer = () -> {};

    /** How often a host was asked what its kernel says. */
    int asked;

    static ServerStatus running(long established) {
        return new ServerStatus(
                true,
                "epoll",
                List.of(new ServerStatus.Listener("127.0.0.1", 8989, 8, 8, null)),
                established,
                established,
                0,
                new TreeMap<>());
    }

    /** So many are up now, and these ended besides those before. */
    void ended(long established, Map<String, Long> errors) {
        Snapshot before = counts == null ? Snapshot.NONE : counts;
        long lost = errors.values().stream().mapToLong(Long::longValue).sum();
        counts =
                new Snapshot(established, 0, 0, before.lost() + lost, 0, 0, 0, 0, Reasons.sum(before.errors(), errors));
    }

    @Override
    public List<String> ready() {
        return List.of(HOST);
    }

    @Override
    public List<String> counting() {
        return counting;
    }

    @Override
    public HostConfig config(String host) {
        return new HostConfig(
                host, new Launch.Local(), ClientConfig.DEFAULT, List.of(), List.of(), Optional.empty(), Workers.AUTO);
    }

    @Override
    public List<String> targets() {
        return List.of("127.0.0.1:8989");
    }

    @Override
    public CompletableFuture<Snapshot> counts(String host) {
        return answer(counts);
    }

    @Override
    public CompletableFuture<Statistics> statistics(String host) {
        if (mute || counts == null) {
            return answer(null);
        }
        Statistics own = new Statistics(
                counts,
                0,
                0,
                Unanswered.NONE,
                times,
                TcpSample.NONE,
                new ProcessLoad(1, 1, 0, 0, 0, 0, 0, 0, 0, 0),
                new TreeMap<>());
        return answer(statistics == null ? own : statistics);
    }

    @Override
    public int processes(String host) {
        return 1;
    }

    @Override
    public CompletableFuture<Facts> facts(String host, boolean planning) {
        asked++;
        return answer(facts);
    }

    @Override
    public Workers serverWorkers() {
        return Workers.AUTO;
    }

    @Override
    public String serverPlace() {
        return ServerEnd.HERE;
    }

    @Override
    public CompletableFuture<ServerStatus> serverStatus() {
        beforeServer.run();
        return answer(server);
    }

    @Override
    public CompletableFuture<Facts> serverFacts(Facts.Depth wanted) {
        return answer(wanted == Facts.Depth.SOCKETS && thorough != null ? thorough : serverFacts);
    }

    @Override
    public Optional<String> foreign() {
        return foreign;
    }

    @Override
    public CompletableFuture<Optional<TargetReading>> reading() {
        return reading;
    }

    @Override
    public Optional<AgentException> refusal() {
        return refusal;
    }

    @Override
    public Optional<String> stale(String host) {
        return stale;
    }

    private static <T> CompletableFuture<T> answer(@Nullable T said) {
        return said == null ? new CompletableFuture<>() : CompletableFuture.completedFuture(said);
    }
}
