package io.connscale.control;

import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Many agents as one: splits the number, adds up the answers. A number of the group is missing
 * only when every member's is; who needs each member's own answer asks the members.
 */
public final class AgentGroup implements Agent {
    private final Map<String, Agent> named;
    private final List<Agent> members;

    /** @param members by name, in the order in which numbers are shared out */
    public AgentGroup(Map<String, ? extends Agent> members) {
        if (members.isEmpty()) {
            throw new IllegalArgumentException("a group without agents");
        }
        this.named = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        this.members = List.copyOf(named.values());
    }

    /** The members by name, for who needs each one's own answer. */
    public Map<String, Agent> members() {
        return named;
    }

    /** {@code total} in {@code parts} that differ by one at most, the larger ones first. */
    public static long[] shares(long total, int parts) {
        long[] shares = new long[parts];
        for (int i = 0; i < parts; i++) {
            shares[i] = total / parts + (i < total % parts ? 1 : 0);
        }
        return shares;
    }

    @Override
    public CompletableFuture<Void> configure(Settings settings) {
        return all(members.stream().map(m -> m.configure(settings)).toList());
    }

    /** {@code rate} in proportion to {@code shares}, so that the sum is the rate; at least 1/s where there is a share. */
    public static List<Rate> rates(Rate rate, long[] shares) {
        long total = Arrays.stream(shares).sum();
        List<Rate> rates = new ArrayList<>();
        long before = 0;
        for (long share : shares) {
            long begin = total == 0 ? 0 : rate.perSecond() * before / total; // 10 million times a billion: no overflow
            before += share;
            long end = total == 0 ? 0 : rate.perSecond() * before / total;
            rates.add(rate.unlimited() || total == 0 ? rate : new Rate(Math.max(1, end - begin)));
        }
        return rates;
    }

    @Override
    public CompletableFuture<Opened> open(OpenRequest order, Consumer<Opened> progress) {
        return open(shares(order.count(), members.size()), order.rate(), progress);
    }

    /**
     * Opens a share on each member, none where it is 0; in sum at this rate. Of a member that is lost meanwhile, what it had said
     * last; the rest of its share was never tried.
     *
     * @param rate null: each at its own
     */
    public CompletableFuture<Opened> open(long[] shares, @Nullable Rate rate, Consumer<Opened> progress) {
        List<Rate> rates = rates(rate == null ? Rate.UNLIMITED : rate, shares);
        Opened[] latest = Arrays.stream(shares).mapToObj(Opened::none).toArray(Opened[]::new);
        List<CompletableFuture<Opened>> parts = new ArrayList<>();
        List<CompletableFuture<Opened>> whole = new ArrayList<>();
        for (int i = 0; i < shares.length; i++) {
            if (shares[i] > 0) {
                int at = i;
                OpenRequest order = new OpenRequest(shares[i], rate == null ? null : rates.get(i));
                CompletableFuture<Opened> part = members.get(i).open(order, opened -> {
                    Opened sum;
                    synchronized (latest) {
                        latest[at] = opened;
                        sum = Arrays.stream(latest).reduce(Opened.none(0), Opened::plus);
                    }
                    progress.accept(sum);
                });
                parts.add(part);
                whole.add(part.exceptionally(lost -> {
                    synchronized (latest) {
                        return latest[at];
                    }
                }));
            }
        }
        return all(parts, Opened::plus).thenCompose(anyAnswered -> all(whole, Opened::plus));
    }

    /** Of a group, it is its members' requests that can be ended one by one. */
    @Override
    public CompletableFuture<Void> stopOpening(CompletableFuture<Opened> opening) {
        return CompletableFuture.failedFuture(
                new AgentException("a group ends no single open request", "ask its members"));
    }

    @Override
    public CompletableFuture<Void> stopOpening() {
        return all(members.stream().map(Agent::stopOpening).toList());
    }

    @Override
    public CompletableFuture<Closed> close(long count) {
        // Every member knows only its own connections' age: of each the oldest, a fair share of what it holds.
        return snapshots().thenCompose(held -> {
            long[] shares = proportional(count, held);
            List<CompletableFuture<Closed>> parts = new ArrayList<>();
            for (int i = 0; i < shares.length; i++) {
                parts.add(
                        shares[i] == 0
                                ? CompletableFuture.completedFuture(new Closed(0, held[i]))
                                : members.get(i).close(shares[i]));
            }
            return all(parts, Closed::plus);
        });
    }

    private CompletableFuture<long[]> snapshots() {
        List<CompletableFuture<Snapshot>> parts = members.stream()
                .map(m -> m.snapshot().exceptionally(lost -> Snapshot.NONE))
                .toList();
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
                .thenApply(done -> parts.stream()
                        .mapToLong(part -> part.join().established())
                        .toArray());
    }

    /** Shares of {@code count} in proportion to {@code held}, none above what is held, in sum as near as can be. */
    static long[] proportional(long count, long[] held) {
        long total = Arrays.stream(held).sum();
        long wanted = Math.min(count, total);
        long[] shares = new long[held.length];
        long given = 0;
        for (int i = 0; i < held.length; i++) {
            shares[i] = total == 0 ? 0 : wanted * held[i] / total; // both at most a billion: no overflow
            given += shares[i];
        }
        for (int i = 0; given < wanted; i = (i + 1) % held.length) {
            if (shares[i] < held[i]) {
                shares[i]++;
                given++;
            }
        }
        return shares;
    }

    @Override
    public CompletableFuture<Snapshot> snapshot() {
        return all(members.stream().map(Agent::snapshot).toList(), Snapshot::plus);
    }

    @Override
    public CompletableFuture<Statistics> statistics() {
        return all(members.stream().map(Agent::statistics).toList(), Statistics::plus);
    }

    /** Side by side, a thread each: one may take seconds, and there may be many. */
    @Override
    public void close() {
        all(members.stream()
                        .map(m -> CompletableFuture.runAsync(m::close, task -> Threads.start("agent-close", task)))
                        .toList())
                .join();
    }

    private static CompletableFuture<Void> all(List<CompletableFuture<Void>> parts) {
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new));
    }

    private static <T> CompletableFuture<T> all(List<CompletableFuture<T>> parts, BinaryOperator<T> add) {
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
                .handle((done, failure) -> parts)
                .thenCompose(ended -> sum(ended, add));
    }

    private static <T> CompletableFuture<T> sum(List<CompletableFuture<T>> ended, BinaryOperator<T> add) {
        return ended.stream()
                .filter(part -> !part.isCompletedExceptionally())
                .reduce((a, b) -> a.thenCombine(b, add))
                .orElse(ended.get(0));
    }
}
