package io.connscale.diagnosis;

import io.connscale.limits.Verdict;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Says why connections end unasked, as a notice after the one that says how many. On a thread of its own, since asking both
 * ends takes a while.
 */
public final class DisconnectReporter {
    private static final int MAX_WAITING = 16;

    private final Diagnostics diagnostics;
    private final Consumer<String> notices;
    private final ThreadPoolExecutor teller = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            DisconnectReporter::daemon,
            new DiscardPolicy());

    public DisconnectReporter(Diagnostics diagnostics, Consumer<String> notices) {
        this.diagnostics = diagnostics;
        this.notices = notices;
        teller.prestartCoreThread(); // now, while there is a thread to be had: connections may be lost for want of one
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "verdicts");
        thread.setDaemon(true);
        return thread;
    }

    /** Connections of {@code host} ended unasked. Any thread; returns at once. */
    public void lost(String host) {
        teller.execute(() -> explain(host));
    }

    private void explain(String host) {
        try {
            diagnostics.verdictOfLosses(host).map(Verdict::text).ifPresent(notices);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
