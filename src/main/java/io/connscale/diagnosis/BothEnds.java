package io.connscale.diagnosis;

import io.connscale.cluster.Cluster;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.Server;
import io.connscale.control.ServerStatus;
import io.connscale.control.TargetReading;
import io.connscale.stats.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What hosts and server count at one moment, and whether that can be compared.
 *
 * @param atServer established there; null where it did not answer, does not run, or is not read
 * @param silent why it did not; null where it did
 * @param incomparable why the ends need not agree; empty where they should
 */
public record BothEnds(
        @Nullable Long atServer,
        @Nullable AgentException silent,
        Answers.Each<Snapshot> hosts,
        Optional<String> incomparable) {
    /** Longer than any agent needs that is still there; one that is silent is given up sooner. */
    private static final long SECONDS = 30;
    /** A connection is there for its client before it is for the server: both ends are asked again for this long until they agree. */
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long AGAIN_MILLIS = 20;

    /** Asks both ends, for up to a second again and again until they agree where they should. */
    public static BothEnds settled(Cluster cluster, Server server, List<String> names) throws InterruptedException {
        long end = System.nanoTime() + SETTLE_NANOS;
        BothEnds ends = ask(cluster, server, names);
        while (ends.differ() && System.nanoTime() < end) {
            Thread.sleep(AGAIN_MILLIS);
            ends = ask(cluster, server, names);
        }
        return ends;
    }

    private static BothEnds ask(Cluster cluster, Server server, List<String> names) throws InterruptedException {
        Map<String, CompletableFuture<Snapshot>> asked = Answers.ask(names, cluster::counts);
        if (server.foreign().isPresent()) {
            return foreign(cluster, server, asked);
        }
        CompletableFuture<ServerStatus> atServer = server.status();
        try { // all at the same moment: each may have to ask a hundred processes
            ServerStatus status = Answers.within(SECONDS, atServer);
            Answers.Each<Snapshot> hosts = answers(asked);
            return new BothEnds(
                    status.running() ? (Long) status.established() : null,
                    null,
                    hosts,
                    incomparable(cluster, server, status, hosts));
        } catch (AgentException e) {
            return new BothEnds(null, e, answers(asked), Optional.of("the server does not answer"));
        }
    }

    /** Somebody else's server counts nothing for us, but the kernel does where it runs. */
    private static BothEnds foreign(Cluster cluster, Server server, Map<String, CompletableFuture<Snapshot>> asked)
            throws InterruptedException {
        String notRead = "the other end, " + server.foreign().orElse("") + ", is not read";
        try {
            TargetReading reading = Answers.within(SECONDS, server.reading());
            Answers.Each<Snapshot> hosts = answers(asked);
            Long atServer = reading.now().established();
            return new BothEnds(
                    atServer,
                    null,
                    hosts,
                    atServer == null
                            ? Optional.of(notRead + ": "
                                    + String.join("; ", reading.now().unread()))
                            : missing(cluster, hosts));
        } catch (AgentException e) {
            return new BothEnds(null, null, answers(asked), Optional.of(notRead));
        }
    }

    private static Optional<String> missing(Cluster cluster, Answers.Each<Snapshot> hosts) {
        List<String> missing = cluster.counting().stream()
                .filter(name -> !hosts.done().containsKey(name))
                .toList();
        if (missing.isEmpty()) {
            return Optional.empty();
        }
        String verb = !hosts.failed().isEmpty()
                ? " did not answer"
                : missing.size() == 1 ? " was not asked" : " were not asked";
        return Optional.of(String.join(", ", missing) + verb);
    }

    private static Answers.Each<Snapshot> answers(Map<String, CompletableFuture<Snapshot>> asked)
            throws InterruptedException {
        return Answers.each(asked, System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS));
    }

    private static Optional<String> incomparable(
            Cluster cluster, Server server, ServerStatus status, Answers.Each<Snapshot> hosts) {
        if (!status.running()) {
            return Optional.of(server.refusal()
                    .map(why -> "the server did not start: " + why.message())
                    .orElse("the server here does not run"));
        }
        Optional<String> missing = missing(cluster, hosts);
        if (missing.isPresent()) {
            return missing;
        }
        boolean elsewhere = status.accepted() == 0
                && hosts.done().values().stream().anyMatch(host -> host.established() > 0 && host.pongs() > 0);
        return elsewhere
                ? Optional.of("another server answers the hosts' Pings, the one here has accepted no connection")
                : Optional.empty();
    }

    /** What the hosts hold that answered. */
    public long established() {
        return hosts.done().values().stream().mapToLong(Snapshot::established).sum();
    }

    /** What the hosts hold less what the server has accepted; null where that says nothing. */
    public @Nullable Long difference() {
        return atServer == null || incomparable.isPresent() ? null : (Long) (established() - atServer);
    }

    public boolean differ() {
        Long difference = difference();
        return difference != null && difference != 0;
    }
}
