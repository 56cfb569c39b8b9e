package io.connscale.diagnosis;

import io.connscale.control.Threads;
import io.connscale.limits.Verdict;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.function.Consumer;

/**
 * Says why connections end unasked, as a notice after the one that says how many. On a thread of its own, since asking both
 * ends takes a while.
 */
public final class DisconnectReporter {
    private static final int MAX_WAITING = 16;

    private final Diagnostics diagnostics;
    private final Consumer<String> notices;
    private final ThreadPoolExecutor teller = Threads.queue("verdicts", MAX_WAITING);

    public DisconnectReporter(Diagnostics diagnostics, Consumer<String> notices) {
        this.diagnostics = diagnostics;
        this.notices = notices;
        teller.setRejectedExecutionHandler(new DiscardPolicy()); // what was said of one host says it of more
        teller.prestartCoreThread(); // now, while there is a thread to be had: connections may be lost for want of one
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
