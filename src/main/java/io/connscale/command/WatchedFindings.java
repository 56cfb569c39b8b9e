package io.connscale.command;

import io.connscale.control.Threads;
import io.connscale.limits.Verdict;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;

/**
 * Says what stops connections while it does, as a notice: whoever watches an order in the background is not to wait for its
 * end. Asked only where a look found more failed or unaccepted ones than the last time, and on a thread of its own, since asking
 * both ends takes a while. Why connections end that were up is said without that, by {@link io.connscale.diagnosis.DisconnectReporter}.
 */
final class WatchedFindings implements AutoCloseable {
    private final CommandContext context;
    private final ExecutorService asker = Threads.queue("watch-findings", 1);
    private CompletableFuture<Void> asked = CompletableFuture.completedFuture(null);
    private long failed;
    private long unaccepted;

    WatchedFindings(CommandContext context) {
        this.context = context;
    }

    /** A tick: what was heard of server and hosts. One question at a time; what arises meanwhile is asked at the next tick. */
    void look(List<StatsRow> rows) {
        List<StatsRow> hosts =
                rows.stream().filter(StatsRow.OfHost.class::isInstance).toList();
        long failedNow =
                hosts.stream().mapToLong(row -> row.all().counts().failed()).sum();
        long halfOpenNow = Math.max(0, difference(hosts, rows));
        if (asked.isDone() && (failedNow > failed || halfOpenNow > unaccepted)) {
            failed = failedNow;
            asked = CompletableFuture.runAsync(this::tell, asker);
        }
        unaccepted = halfOpenNow;
    }

    /** What hosts hold more than the server, without what may be on its way: as many as the tick has begun. */
    private static long difference(List<StatsRow> hosts, List<StatsRow> rows) {
        long server = rows.stream()
                .filter(StatsRow.OfServer.class::isInstance)
                .mapToLong(row -> row.all().counts().established())
                .sum();
        return hosts.stream()
                .mapToLong(row -> row.all().counts().established() - row.last().attempted())
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
