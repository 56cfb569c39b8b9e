package io.connscale.diagnosis;

import io.connscale.cluster.Cluster;
import io.connscale.cluster.HostStatus;
import io.connscale.control.Server;
import io.connscale.control.ServerStatus;
import io.connscale.kernel.Facts;
import io.connscale.stats.Counted;
import io.connscale.stats.Statistics;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks server and hosts side by side, moment after moment. Who has not answered in time is told as last heard, and is not asked again
 * before it has answered: fifty slow agents never pile up requests. On one thread.
 */
public final class Moments {
    /** A question that is asked again and again: its answer on the way, and the last that came. */
    private static final class Question<T> {
        private final T unknown;
        private @Nullable CompletableFuture<T> asked;
        private long askedAt;
        private long heardAt;
        private T last;

        Question(T unknown) {
            this.unknown = unknown;
            this.last = unknown;
        }

        void ask(long now, Supplier<CompletableFuture<T>> question) {
            if (asked == null) {
                askedAt = now;
                asked = question.get();
            }
        }

        /** Waits for the answer until {@code end} at most. */
        void hear(long end) throws InterruptedException {
            CompletableFuture<T> answer = asked;
            if (answer == null) {
                return;
            }
            try {
                last = answer.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
                heardAt = askedAt;
                asked = null;
            } catch (TimeoutException e) {
                // slow: it keeps the question, and what it said last holds
            } catch (ExecutionException e) {
                asked = null; // it is being lost: its host's state, a notice, and the next moment tell
            }
        }

        boolean heard() {
            return heardAt != 0;
        }

        void forget() {
            heardAt = 0;
            last = unknown;
        }
    }

    /** One end. */
    private static final class Source {
        final Question<Counted> statistics = new Question<>(Counted.of(Statistics.NONE));
        final Question<Facts> facts = new Question<>(Facts.NONE);
        /** With what was known before: who listens is seldom asked, and an agent without a descriptor can read little. */
        private Facts known = Facts.NONE;

        Moment.Heard heard() {
            if (!facts.last.equals(Facts.NONE)) {
                known = facts.last.knowing(known);
            }
            return new Moment.Heard(statistics.heardAt, statistics.last, facts.heardAt, known);
        }

        void hear(long end) throws InterruptedException {
            statistics.hear(end);
            facts.hear(end);
        }
    }

    private final Cluster cluster;
    private final Server ourServer;
    private final Question<ServerStatus> status = new Question<>(ServerStatus.stopped(""));
    private final Source server = new Source();
    private final Map<String, Source> hosts = new LinkedHashMap<>();

    public Moments(Cluster cluster, Server server) {
        this.cluster = cluster;
        this.ourServer = server;
    }

    /**
     * The moment now.
     *
     * @param patience nanoseconds that it waits for answers
     * @param kernels how much the kernels are asked, too, which costs each end milliseconds of CPU; null: nothing
     */
    public Moment next(long patience, Facts.@Nullable Depth kernels) throws InterruptedException {
        Instant at = Instant.now();
        long now = System.nanoTime();
        boolean ours = ourServer.foreign().isEmpty();
        List<String> names = cluster.counting();
        hosts.keySet().retainAll(names);
        if (ours) {
            status.ask(now, ourServer::status);
            server.statistics.ask(now, () -> ourServer.statistics().thenApply(Counted::of));
            if (kernels != null) {
                server.facts.ask(now, () -> ourServer.facts(kernels));
            }
        }
        for (String name : names) {
            Source host = hosts.computeIfAbsent(name, unknown -> new Source());
            host.statistics.ask(now, () -> cluster.counted(name));
            if (kernels != null) {
                host.facts.ask(now, () -> cluster.facts(name, kernels));
            }
        }
        long end = now + patience;
        status.hear(end);
        server.hear(end);
        for (Source host : hosts.values()) {
            host.hear(end);
        }
        if (status.heard() && !status.last.running()) {
            server.statistics.forget(); // what the next one counts begins at 0
        }
        Map<String, Moment.Heard> heard = new LinkedHashMap<>();
        for (String name : names) {
            Source host = hosts.get(name);
            if (host != null && host.statistics.heard()) {
                heard.put(name, host.heard());
            }
        }
        return new Moment(
                at,
                now,
                states(),
                status.heard() ? status.last : null,
                server.statistics.heard() ? server.heard() : null,
                heard);
    }

    private Map<String, String> states() {
        Map<String, String> states = new LinkedHashMap<>();
        for (HostStatus host : cluster.statuses()) {
            states.put(host.name(), host.state().toString());
        }
        return states;
    }
}
