package io.connscale.diagnosis;

import io.connscale.cluster.Cluster;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.Server;
import io.connscale.control.TargetReading;
import io.connscale.stats.Counted;
import io.connscale.stats.Statistics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The statistics of some hosts, and of the server, read at one moment.
 *
 * @param nanos the moment, {@link System#nanoTime()}
 * @param server null where it was not asked, does not run, does not answer, or is somebody else's
 * @param target somebody else's, as it is read where it runs; null where it is ours, was not asked, or is not read
 * @param silent why the server did not answer, or why somebody else's could not be read; null where it did, or was not to be
 */
public record Readings(
        long nanos,
        @Nullable Statistics server,
        @Nullable TargetReading target,
        @Nullable AgentException silent,
        Answers.Each<Counted> hosts) {
    /** Longer than any agent needs that is still there; one that is silent is given up sooner. */
    private static final long SECONDS = 30;

    /** Of these hosts alone. */
    public static Readings ofHosts(Cluster cluster, List<String> names) throws InterruptedException {
        return new Readings(System.nanoTime(), null, null, null, answers(Answers.ask(names, cluster::counted)));
    }

    /** Of these hosts and of the server. */
    public static Readings ofBothEnds(Cluster cluster, Server server, List<String> names) throws InterruptedException {
        long now = System.nanoTime();
        Map<String, CompletableFuture<Counted>> asked = Answers.ask(names, cluster::counted);
        if (server.foreign().isPresent()) {
            return ofForeign(now, server, asked);
        }
        try {
            boolean running =
                    Answers.within(Server.ANSWER_SECONDS, server.status()).running();
            Statistics ofServer = running ? Answers.within(Server.ANSWER_SECONDS, server.statistics()) : null;
            return new Readings(now, ofServer, null, null, answers(asked));
        } catch (AgentException e) {
            return new Readings(now, null, null, e, answers(asked));
        }
    }

    /** That it is not read is no failure where it need not be. */
    private static Readings ofForeign(long now, Server server, Map<String, CompletableFuture<Counted>> asked)
            throws InterruptedException {
        if (server.readOn().isEmpty()) {
            return new Readings(now, null, null, null, answers(asked));
        }
        Answers.Each<TargetReading> read = Answers.each(
                Map.of(Ends.WHERE_IT_RUNS, server.reading()), System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS));
        return new Readings(
                now, null, read.done().get(Ends.WHERE_IT_RUNS), read.failed().get(Ends.WHERE_IT_RUNS), answers(asked));
    }

    /** Answers that the hosts have had, all together; null where one of them does not say. */
    public @Nullable Long pongs() {
        return hosts.failed().isEmpty()
                ? (Long) hosts.done().values().stream()
                        .mapToLong(one -> one.statistics().counts().pongs())
                        .sum()
                : null;
    }

    private static Answers.Each<Counted> answers(Map<String, CompletableFuture<Counted>> asked)
            throws InterruptedException {
        return Answers.each(asked, System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS));
    }

    public double secondsSince(Readings before) {
        return (double) (nanos - before.nanos) / TimeUnit.SECONDS.toNanos(1);
    }
}
