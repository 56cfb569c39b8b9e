package io.connscale.api;

import io.connscale.control.Threads;
import io.connscale.diagnosis.Moment;
import io.connscale.diagnosis.Moments;
import io.connscale.kernel.Facts;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moments of both ends, one after the other: the one stream that {@code watch}, records, pages, metrics and expectations read. Asks only as long as
 * somebody listens.
 */
public final class Samples {
    private static final Logger log = LoggerFactory.getLogger(Samples.class);
    /**
     * What kernels say of each limit's use is read for every moment; who listens only for one of so many, since to find that takes a kernel longer than
     * all else together. It tells how many ports nobody can have, which is little of a limit.
     */
    private static final int LISTENERS_EVERY = 10;

    private final Parts parts;
    private final Duration every;
    private final List<Consumer<Moment>> listeners = new CopyOnWriteArrayList<>();
    private @Nullable ScheduledThreadPoolExecutor clock;

    Samples(Parts parts, Duration every) {
        this.parts = parts;
        this.every = every;
    }

    public Duration every() {
        return every;
    }

    /**
     * Has {@code listener} hear each moment from now on, on the thread that asks: it must not wait.
     *
     * @return to be closed by who has heard enough
     */
    public synchronized Subscription listen(Consumer<Moment> listener) {
        listeners.add(listener);
        if (clock == null) {
            ScheduledThreadPoolExecutor begun = Threads.clock("samples");
            clock = begun;
            begun.execute(new Asking(begun));
        }
        return () -> leave(listener);
    }

    private synchronized void leave(Consumer<Moment> listener) {
        listeners.remove(listener);
        if (listeners.isEmpty() && clock != null) {
            clock.shutdownNow();
            clock = null;
        }
    }

    /** Ends with {@link #close}. */
    @FunctionalInterface
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /** One moment after the other; what was missed while this process stood still is not made up for. */
    @SuppressWarnings("FutureReturnValueIgnored") // it goes on until nobody listens
    private final class Asking implements Runnable {
        private final ScheduledThreadPoolExecutor clock;
        private final Moments moments = new Moments(parts.cluster(), parts.server());
        private long asked;

        Asking(ScheduledThreadPoolExecutor clock) {
            this.clock = clock;
        }

        @Override
        public void run() {
            long began = System.nanoTime();
            try {
                Facts.Depth depth = asked++ % LISTENERS_EVERY == 0 ? Facts.Depth.LISTENERS : Facts.Depth.VALUES;
                Moment moment = moments.next(every.toNanos() / 2, depth);
                listeners.forEach(listener -> listener.accept(moment));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // nobody listens any more
                return;
            } catch (RuntimeException | OutOfMemoryError e) { // no thread left, say
                Threads.goesOn(e);
                log.error("sampling goes on", e);
            }
            if (!clock.isShutdown()) {
                clock.schedule(this, Math.max(0, began + every.toNanos() - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
        }
    }
}
