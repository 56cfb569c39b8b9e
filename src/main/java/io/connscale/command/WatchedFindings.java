package io.connscale.command;

import io.connscale.kernel.diagnosis.Verdict;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Says what stops connections while it does, as a notice: whoever watches an order in the background is not to wait for its
 * end. Asked only where a look found more failed or half-open ones than the last time, and on a thread of its own, since asking
 * both ends takes a while. Why connections end that were up is said without that, by {@link io.connscale.diagnosis.LossTeller}.
 */
final class WatchedFindings implements AutoCloseable {
    private final Desk desk;
    private final ExecutorService asker = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "watch-findings");
        thread.setDaemon(true);
        return thread;
    });
    private CompletableFuture<Void> asked = CompletableFuture.completedFuture(null);
    private long failed;
    private long halfOpen;

    WatchedFindings(Desk desk) {
        this.desk = desk;
    }

    /** A tick: what was heard of server and hosts. One question at a time; what arises meanwhile is asked at the next tick. */
    void look(List<StatsRow> rows) {
        List<StatsRow> hosts =
                rows.stream().filter(row -> !row.isSum() && !isServer(row)).toList();
        long failedNow =
                hosts.stream().mapToLong(row -> row.all().counts().failed()).sum();
        long halfOpenNow = Math.max(0, difference(hosts, rows));
        if (asked.isDone() && (failedNow > failed || halfOpenNow > halfOpen)) {
            failed = failedNow;
            asked = CompletableFuture.runAsync(this::tell, asker);
        }
        halfOpen = halfOpenNow;
    }

    private static boolean isServer(StatsRow row) {
        return row.name().equals(StatsRow.SERVER);
    }

    /** What hosts hold more than the server, without what may be on its way: as many as the tick has begun. */
    private static long difference(List<StatsRow> hosts, List<StatsRow> rows) {
        long server = rows.stream()
                .filter(WatchedFindings::isServer)
                .mapToLong(row -> row.all().counts().established())
                .sum();
        return hosts.stream()
                .mapToLong(row -> row.all().counts().established() - row.last().begun())
                .reduce(-server, Long::sum);
    }

    private void tell() {
        try {
            desk.inquiry().news().map(Verdict::text).ifPresent(desk.shell()::notice);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // watch has ended
        }
    }

    @Override
    public void close() {
        asker.shutdownNow();
    }
}
