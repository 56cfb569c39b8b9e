package io.connscale.command;

import io.connscale.api.Interval;
import io.connscale.api.Samples;
import io.connscale.console.Answer;
import io.connscale.console.Live;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.AgentException;
import io.connscale.control.Json;
import io.connscale.control.TargetReading;
import io.connscale.control.Threads;
import io.connscale.diagnosis.Moment;
import io.connscale.limits.Verdict;
import io.connscale.run.Sample;
import io.connscale.stats.Statistics;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Server and hosts, moment after moment. Who is slow is shown as last heard. */
final class WatchedCluster implements WatchCommand.Watched {
    /** Moments that wait to be drawn; a screen that is held up (Ctrl-S) misses older ones. */
    private static final int MAX_WAITING = 16;

    private static final long LAST_ANSWER_SECONDS = 10;
    /** Drawn so much before the next moment is due, so that a key is heard and no moment is missed. */
    private static final long EARLY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final CommandContext context;
    private final Samples samples;
    private final BlockingQueue<Moment> moments = new ArrayBlockingQueue<>(MAX_WAITING);
    private final Samples.Subscription subscription;
    private final WatchPicture picture = new WatchPicture();
    private final Target target = new Target();
    private final Findings findings;
    private final Map<String, StatsRow.OfHost> hosts = new LinkedHashMap<>();
    private StatsRow.@Nullable OfServer server;
    private List<StatsRow> rows = List.of();
    private @Nullable Moment last;
    private @Nullable Instant began;

    WatchedCluster(CommandContext context, Duration every) {
        this.context = context;
        this.findings = new Findings(context);
        this.samples = context.scale().samples(every);
        this.subscription = samples.listen(this::heard);
    }

    /** On the thread that samples. */
    private void heard(Moment moment) {
        while (!moments.offer(moment)) {
            moments.poll();
        }
    }

    @Override
    public long look(Live live, WatchCommand.@Nullable Ticks ticks) throws InterruptedException {
        long every = samples.every().toNanos();
        Moment now = moments.poll(every * 2, TimeUnit.NANOSECONDS);
        long heard = System.nanoTime();
        if (now == null) { // the machine is overloaded: the picture stays
            return heard;
        }
        if (ticks != null) {
            ticks.print(tick(now), Table.of(TICK, List.of(tick(now))));
        }
        rows = rows(now);
        if (context.scale().target().isPresent()) {
            target.look(context.scale()::targetReading, rows);
            picture.target(target.heard, target.why);
        }
        picture.add(rows);
        findings.look(rows);
        live.draw(picture.lines(live.columns(), live.rows(), live.unicode()), picture.plain());
        return heard + Math.max(0, every - EARLY_NANOS);
    }

    private Sample tick(Moment now) {
        Instant first = began == null ? now.at() : began;
        began = first;
        return new Interval(last, now).sample(first, null);
    }

    private List<StatsRow> rows(Moment now) {
        Moment before = last;
        last = now;
        hosts.keySet().retainAll(now.hosts().keySet());
        now.hosts().forEach((name, heard) -> {
            Moment.Heard then = before == null ? heard : before.hosts().getOrDefault(name, heard);
            if (then.nanos() != heard.nanos() || !hosts.containsKey(name)) {
                hosts.put(name, StatsRow.host(name, then.counted(), heard.counted(), seconds(then, heard), false));
            }
        });
        Moment.Heard heard = now.server();
        if (heard == null) {
            server = now.status() == null ? null : StatsRow.server(Statistics.NONE, Statistics.NONE, 0, false);
        } else {
            Moment.Heard before1 = before == null ? null : before.server();
            Moment.Heard then = before1 == null ? heard : before1;
            if (then.nanos() != heard.nanos() || server == null) {
                server = StatsRow.server(then.statistics(), heard.statistics(), seconds(then, heard), false);
            }
        }
        return StatsRow.rows(
                server,
                now.hosts().keySet().stream().map(hosts::get).toList()); // in the file's order, whoever was heard first
    }

    private static double seconds(Moment.Heard then, Moment.Heard now) {
        return Moment.seconds(then.nanos(), now.nanos());
    }

    /** Whoever was slow is waited for. */
    @Override
    public Answer answer() throws InterruptedException {
        if (last == null || !isWhole(last)) {
            rows = rows(context.scale().moments().next(TimeUnit.SECONDS.toNanos(LAST_ANSWER_SECONDS), null));
        }
        StatsCommand.Foreign foreign =
                context.scale().target().isPresent() ? new StatsCommand.Foreign(target.heard, target.why) : null;
        return StatsCommand.answer(rows, false, foreign, context.shell().columns());
    }

    /** Somebody else's server, where it is read: what came last, a moment old. It is never waited for. */
    private static final class Target {
        private @Nullable CompletableFuture<TargetReading> asked;
        private long askedAt;
        private @Nullable TargetReading before;
        private long beforeAt;
        /** Null: not read, or not yet. */
        private @Nullable TargetText heard;
        /** Why it is not read; null: it is, or not yet. */
        private @Nullable AgentException why;

        void look(Supplier<CompletableFuture<TargetReading>> question, List<StatsRow> rows) {
            if (asked != null && !asked.isDone()) {
                return;
            }
            if (asked != null) {
                hear(asked, rows);
            }
            askedAt = System.nanoTime();
            asked = question.get();
        }

        /** What was read before is past where it can't be read any more. */
        private void hear(CompletableFuture<TargetReading> answer, List<StatsRow> rows) {
            try {
                TargetReading now = answer.join();
                long pongs = rows.stream()
                        .filter(StatsRow.OfHost.class::isInstance)
                        .mapToLong(row -> row.all().counts().pongs())
                        .sum();
                heard = TargetText.of(now, before, Moment.seconds(beforeAt, askedAt), pongs);
                why = null;
                before = now;
                beforeAt = askedAt;
            } catch (CompletionException | CancellationException e) {
                heard = null;
                why = AgentException.of(e);
                before = null;
            }
        }
    }

    private boolean isWhole(Moment moment) {
        return moment.hosts().keySet().containsAll(context.scale().counting())
                && moment.hosts().values().stream().allMatch(heard -> moment.age(heard) == 0)
                && (moment.server() != null || context.scale().target().isPresent());
    }

    @Override
    public void close() {
        subscription.close();
        findings.close();
    }

    /** A tick as a line of CSV; empty is unknown. */
    private static final List<Column<Sample>> TICK = List.of(
            new Column<>("at", sample -> Json.text(sample.at())),
            new Column<>("t", Sample::t),
            new Column<>("server", sample -> known(sample.server(), Sample.End::established)),
            new Column<>("established", sample -> known(sample.sum(), Sample.End::established)),
            new Column<>("connecting", sample -> known(sample.sum(), Sample.End::connecting)),
            new Column<>("failed", sample -> known(sample.sum(), Sample.End::failed)),
            new Column<>("lost", sample -> known(sample.sum(), Sample.End::lost)),
            new Column<>("attempts_per_second", sample -> rate(sample, Sample.PerSecond::attempted)),
            new Column<>("pongs_per_second", sample -> rate(sample, Sample.PerSecond::pongs)),
            new Column<>("connect_p99_us", sample -> micros(sample, Sample.Micros::connect, Sample.Times::p99)),
            new Column<>("round_trip_p50_us", sample -> micros(sample, Sample.Micros::roundTrip, Sample.Times::p50)),
            new Column<>("round_trip_p99_us", sample -> micros(sample, Sample.Micros::roundTrip, Sample.Times::p99)),
            new Column<>("round_trip_max_us", sample -> micros(sample, Sample.Micros::roundTrip, Sample.Times::max)),
            new Column<>("cpus", sample -> known(sample.sum(), Sample.End::cpus)));

    private static Object known(Sample.@Nullable End end, Function<Sample.End, @Nullable Object> value) {
        Object known = end == null ? null : value.apply(end);
        return known == null ? "" : known;
    }

    private static Object rate(Sample sample, Function<Sample.PerSecond, Double> rate) {
        return known(sample.sum(), end -> end.perSecond() == null ? null : (Object) rate.apply(end.perSecond()));
    }

    private static Object micros(
            Sample sample, Function<Sample.Micros, Sample.Times> what, Function<Sample.Times, @Nullable Long> of) {
        return known(sample.sum(), end -> end.micros() == null ? null : of.apply(what.apply(end.micros())));
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
