package io.connscale.command;

import io.connscale.console.Answer;
import io.connscale.console.Live;
import io.connscale.control.TargetReading;
import io.connscale.control.Threads;
import io.connscale.limits.Verdict;
import io.connscale.stats.Statistics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Server and hosts, asked side by side. Who has not answered within half a tick is shown as last heard, and is not asked again
 * before it has answered: fifty slow agents never pile up requests.
 */
final class WatchedCluster implements WatchCommand.Watched {
    /** One that is asked: its answer on the way, and the last two that came. */
    private static final class Source {
        private @Nullable CompletableFuture<Statistics> asked;

        private long askedAt;
        private long heardAt;
        private double seconds;
        private Statistics before = Statistics.NONE;
        private Statistics now = Statistics.NONE;

        /** Takes the answer that has come. */
        void hear(Statistics said) {
            before = heardAt == 0 ? said : now;
            seconds = heardAt == 0 ? 0 : (double) (askedAt - heardAt) / TimeUnit.SECONDS.toNanos(1);
            now = said;
            heardAt = askedAt;
        }
    }

    private static final long LAST_ANSWER_SECONDS = 10;

    private final CommandContext context;
    private final long patience;
    private final Source server = new Source();
    private final Target target = new Target();
    private final Map<String, Source> hosts = new LinkedHashMap<>();
    private final WatchPicture picture = new WatchPicture();
    private final Findings findings;
    private List<StatsRow> rows = List.of();

    WatchedCluster(CommandContext context, Duration every) {
        this.context = context;
        this.findings = new Findings(context);
        this.patience = every.toNanos() / 2;
    }

    @Override
    public void look(Live live) throws InterruptedException {
        List<String> names = context.scale().counting();
        hosts.keySet().retainAll(names);
        boolean foreign = context.scale().target().isPresent();
        if (foreign) {
            target.ask(context.scale()::targetReading);
        } else {
            ask(server, context.scale()::serverStatistics);
        }
        names.forEach(name -> ask(
                hosts.computeIfAbsent(name, unknown -> new Source()),
                () -> context.scale().statistics(name)));
        long end = System.nanoTime() + patience;
        hear(server, end);
        for (Source host : hosts.values()) {
            hear(host, end);
        }
        rows = rows();
        if (foreign) {
            picture.target(target.hear(end, rows));
        }
        picture.add(rows);
        findings.look(rows);
        live.draw(picture.lines(live.columns(), live.rows(), live.unicode()), picture.plain());
    }

    private static void ask(Source source, Supplier<CompletableFuture<Statistics>> question) {
        if (source.asked == null) {
            source.askedAt = System.nanoTime();
            source.asked = question.get();
        }
    }

    private static void hear(Source source, long end) throws InterruptedException {
        CompletableFuture<Statistics> asked = source.asked;
        if (asked == null) {
            return;
        }
        try {
            source.hear(asked.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS));
            source.asked = null;
        } catch (TimeoutException e) {
            // slow: it keeps the question, and its last answer stays on the screen
        } catch (ExecutionException e) {
            source.asked = null; // it is being lost: its host's state, a notice, and the next look tell
        }
    }

    private List<StatsRow> rows() {
        List<StatsRow.OfHost> heard = new ArrayList<>();
        hosts.forEach((name, host) -> {
            if (host.heardAt != 0) {
                heard.add(StatsRow.host(name, host.before, host.now, host.seconds, false));
            }
        });
        return StatsRow.rows(
                server.heardAt == 0 ? null : StatsRow.server(server.before, server.now, server.seconds, false), heard);
    }

    /** Whoever was slow is waited for. */
    @Override
    public Answer answer() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LAST_ANSWER_SECONDS);
        hear(server, end);
        for (Source host : hosts.values()) {
            hear(host, end);
        }
        rows = rows();
        StatsCommand.Foreign foreign =
                context.scale().target().isPresent() ? new StatsCommand.Foreign(target.hear(end, rows)) : null;
        return StatsCommand.answer(rows, false, foreign, context.shell().columns());
    }

    /** Somebody else's server: its answer on the way, and the last one that came. */
    private static final class Target {
        private @Nullable CompletableFuture<TargetReading> asked;
        private long askedAt;
        private @Nullable TargetReading before;
        private @Nullable TargetText heard;
        private long heardAt;

        void ask(Supplier<CompletableFuture<TargetReading>> question) {
            if (asked == null) {
                askedAt = System.nanoTime();
                asked = question.get();
            }
        }

        /** Null: it is not read. */
        @Nullable
        TargetText hear(long end, List<StatsRow> rows) throws InterruptedException {
            CompletableFuture<TargetReading> coming = asked;
            if (coming == null) {
                return heard;
            }
            try {
                TargetReading now = coming.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
                long pongs = rows.stream()
                        .filter(StatsRow.OfHost.class::isInstance)
                        .mapToLong(row -> row.all().counts().pongs())
                        .sum();
                double seconds = (double) (askedAt - heardAt) / TimeUnit.SECONDS.toNanos(1);
                heard = TargetText.of(now, before, seconds, pongs);
                before = now;
                heardAt = askedAt;
                asked = null;
            } catch (TimeoutException e) {
                return heard; // it keeps the question
            } catch (ExecutionException e) {
                heard = null;
                asked = null;
            }
            return heard;
        }
    }

    @Override
    public void close() {
        findings.close();
    }

    /**
     * Says what stops connections while it does, as a notice: whoever watches an order in the background is not to wait for its
     * end. Asked only where a look found more failed or unaccepted ones than the last time, and on a thread of its own, since asking
     * both ends takes a while. Why connections end that were up is said without that, by {@link io.connscale.diagnosis.DisconnectReporter}.
     */
    private static final class Findings implements AutoCloseable {
        private final CommandContext context;
        private final ExecutorService asker = Threads.queue("watch-findings", 1);
        private CompletableFuture<Void> asked = CompletableFuture.completedFuture(null);
        private long failed;
        private long unaccepted;

        Findings(CommandContext context) {
            this.context = context;
        }

        /** A tick: what was heard of server and hosts. One question at a time; what arises meanwhile is asked at the next tick. */
        void look(List<StatsRow> rows) {
            List<StatsRow> hosts =
                    rows.stream().filter(StatsRow.OfHost.class::isInstance).toList();
            long failedNow =
                    hosts.stream().mapToLong(row -> row.all().counts().failed()).sum();
            long unacceptedNow = Math.max(0, difference(hosts, rows));
            if (asked.isDone() && (failedNow > failed || unacceptedNow > unaccepted)) {
                failed = failedNow;
                asked = CompletableFuture.runAsync(this::tell, asker);
            }
            unaccepted = unacceptedNow;
        }

        /** What hosts hold more than the server, without what may be on its way: as many as the tick has begun. */
        private static long difference(List<StatsRow> hosts, List<StatsRow> rows) {
            long server = rows.stream()
                    .filter(StatsRow.OfServer.class::isInstance)
                    .mapToLong(row -> row.all().counts().established())
                    .sum();
            return hosts.stream()
                    .mapToLong(
                            row -> row.all().counts().established() - row.last().attempted())
                    .reduce(-server, Long::sum);
        }

        private void tell() {
            try {
                context.diagnostics().news().map(Verdict::text).ifPresent(context.shell()::notice);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // watch has ended
            }
        }

        @Override
        public void close() {
            asker.shutdownNow();
        }
    }
}
