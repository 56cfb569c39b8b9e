package io.connscale.control;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks that take a moment each, and of which any may wait for long: a write to somebody who reads, or does not. As long as none
 * waits a few threads do them all, however many come at once; where the first of those that queue has not begun for half a second, each
 * that queues gets a thread more. The queue has no bound of its own: each who hands in tasks has one here at a time.
 */
public final class FewThreads implements Executor {
    private static final int FEW = 4;
    private static final int IDLE_SECONDS = 5;
    private static final long STUCK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final ThreadPoolExecutor pool;
    private @Nullable Runnable first;
    private long since;

    /** None runs yet. */
    @SuppressWarnings(
            "ErroneousThreadPoolConstructorChecker") // what never goes beyond the core size is that: tick() sets it
    public FewThreads(String role) {
        pool = new ThreadPoolExecutor(
                FEW,
                Integer.MAX_VALUE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Threads.numbered(role));
        pool.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        try {
            pool.execute(task);
        } catch (OutOfMemoryError e) { // no thread left for one more: those that are there do it
            if (pool.getPoolSize() == 0) {
                throw e;
            }
            pool.getQueue().add(task);
        }
    }

    /** To be called about once per second, by any thread, or more often. */
    public synchronized void tick() {
        Runnable now = pool.getQueue().peek();
        if (now == null) {
            first = null;
            if (pool.getCorePoolSize() > FEW) { // each time it is set, those that are idle begin to count anew
                pool.setCorePoolSize(FEW);
            }
        } else if (!now.equals(first)) {
            first = now;
            since = System.nanoTime();
        } else if (System.nanoTime() - since > STUCK_NANOS) {
            pool.setCorePoolSize(pool.getPoolSize() + pool.getQueue().size());
        }
    }
}
