package io.connscale.agent;

import io.connscale.control.Agent;
import io.connscale.control.Agent.Closed;
import io.connscale.control.Agent.OpenRequest;
import io.connscale.control.Agent.Opened;
import io.connscale.control.Rate;
import io.connscale.stats.Snapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An agent and its workers, asked side by side, the answers added up. What one that is gone would have answered is missing in the
 * sum; where all are gone, it fails.
 */
final class AgentGroup {
    private final List<Agent> members;

    /** @param members in the order in which numbers are shared out */
    AgentGroup(List<? extends Agent> members) {
        this.members = List.copyOf(members);
    }

    /**
     * Opens a share on each member, none where it is 0; in sum at this rate. Of a member that is lost meanwhile, what it had said
     * last; the rest of its share was never tried. Blocks until the last one has its turn.
     *
     * @param rate null: each at its own
     */
    CompletableFuture<Opened> open(
            OpenRequest whole, long[] shares, @Nullable Rate rate, Turns turns, Consumer<Opened> progress) {
        List<@Nullable OpenRequest> requests = whole.shared(shares, rate);
        Opened[] latest = Arrays.stream(shares).mapToObj(Opened::none).toArray(Opened[]::new);
        List<CompletableFuture<Opened>> parts = new ArrayList<>();
        List<CompletableFuture<Opened>> known = new ArrayList<>();
        long asked = System.nanoTime();
        for (int i = 0; i < shares.length; i++) {
            OpenRequest request = requests.get(i);
            if (request != null) {
                int at = i;
                CompletableFuture<Opened> part = turns.take(request, mine -> {
                    double wait = (System.nanoTime() - asked) / 1e9;
                    return members.get(at)
                            .open(mine, opened -> {
                                Opened sum;
                                synchronized (latest) {
                                    latest[at] = opened.begunAfter(wait);
                                    sum = Arrays.stream(latest).reduce(Opened.none(0), Opened::plus);
                                }
                                progress.accept(sum);
                            })
                            .thenApply(opened -> opened.begunAfter(wait));
                });
                parts.add(part);
                known.add(part.exceptionally(lost -> {
                    synchronized (latest) {
                        return latest[at];
                    }
                }));
            }
        }
        return all(parts, Opened::plus).thenCompose(anyAnswered -> all(known, Opened::plus));
    }

    CompletableFuture<Void> stopOpening() {
        return CompletableFuture.allOf(members.stream().map(Agent::stopOpening).toArray(CompletableFuture[]::new));
    }

    /** Every member knows only its own connections' age: of each the oldest, a fair share of what it holds; a few members at a time. */
    CompletableFuture<Closed> close(long count) {
        return held().thenCompose(held -> {
            long[] shares = Sharing.proportional(count, held);
            List<CompletableFuture<Closed>> parts = new ArrayList<>();
            for (int i = 0; i < shares.length; i++) {
                Agent member = members.get(i);
                long share = shares[i];
                parts.add(
                        share == 0
                                ? CompletableFuture.completedFuture(new Closed(0, held[i]))
                                : Turns.closing(parts, i).thenCompose(turn -> member.close(share)));
            }
            return all(parts, Closed::plus);
        });
    }

    private CompletableFuture<long[]> held() {
        List<CompletableFuture<Snapshot>> parts = members.stream()
                .map(member -> member.snapshot().exceptionally(lost -> Snapshot.NONE))
                .toList();
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
                .thenApply(done -> parts.stream()
                        .mapToLong(part -> part.join().established())
                        .toArray());
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
