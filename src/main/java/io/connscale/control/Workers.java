package io.connscale.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers of an agent or a server: started side by side, told every few seconds that they are not alone, given up when they
 * fall silent, and missed when one ends unasked. Any thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the watch goes on until close; how a worker ended is told as a notice
public final class Workers implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Workers.class);
    /** One that has ended is missed at once; a silent one was stopped, or has waited for a CPU, for 10 s at two million connections. */
    private static final int SILENT_SECONDS = 60;

    /** The longest that a process may take until it takes orders: its launch, its greeting, its settings. */
    private static final long START_SECONDS = 60;

    private static final long CLOSE_SECONDS = 10;

    /** What a worker needs before it takes orders: its settings, its ports. */
    @FunctionalInterface
    public interface Setup {
        void of(Worker worker) throws AgentException, InterruptedException;
    }

    private final String role;
    private final AgentStarter starter;
    private final Consumer<String> notices;
    private final ToLongFunction<Worker> lost;
    private final List<Worker> running = new ArrayList<>();
    private final AtomicInteger last = new AtomicInteger(1); // this process is the first
    /** A start is a processor's work for as long as it takes: more at once would only make each take longer. */
    private final ExecutorService starters;

    private final int starterCount;
    /** Seconds that a start may take. */
    private final long patience;

    private final ScheduledExecutorService watch;
    private boolean watching;
    private boolean closing;

    /**
     * @param role what they are, for their names: {@code worker}, {@code server-process}
     * @param notices hears what the user should know at once; must not block
     * @param lost hears, while this object is locked, of one that ended unasked; says how many connections it had
     */
    public Workers(String role, AgentStarter starter, Consumer<String> notices, ToLongFunction<Worker> lost) {
        this(role, starter, notices, lost, START_SECONDS);
    }

    Workers(String role, AgentStarter starter, Consumer<String> notices, ToLongFunction<Worker> lost, long patience) {
        this.role = role;
        this.patience = patience;
        this.starter = starter;
        this.notices = notices;
        this.lost = lost;
        this.starterCount = Math.max(2, Math.min(16, Runtime.getRuntime().availableProcessors()));
        this.starters = Executors.newFixedThreadPool(starterCount, Threads.numbered(role + "-starter"));
        this.watch = Threads.clock(role + "-watch");
    }

    /** Those that take orders now. */
    public synchronized List<Worker> running() {
        return List.copyOf(running);
    }

    /**
     * Starts {@code n} more and waits until each takes orders or can't be had, which is told.
     *
     * @param setup for each, on a thread of its own
     * @param stopped asked before each start: true leaves the rest
     * @return what this machine has run out of, where that is why some can't be had; the rest of them was not tried then
     * @throws InterruptedException where the wait was given up: no further one is started then
     */
    public Optional<Exhausted> start(int n, Setup setup, BooleanSupplier stopped) throws InterruptedException {
        StartBatch batch = new StartBatch(
                role,
                n,
                () -> start(role + "-" + last.incrementAndGet(), setup),
                () -> !stopped.getAsBoolean() && !isClosing(),
                this::failed);
        if (n > 0) {
            watchOnce();
        }
        return batch.on(starters, patience * (1 + n / starterCount));
    }

    private synchronized boolean isClosing() {
        return closing;
    }

    private synchronized void watchOnce() {
        if (!watching) {
            try {
                watch.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
                watching = true;
            } catch (OutOfMemoryError e) { // no thread left for it, nor for a process: the starts will tell
                log.warn("{}s are not watched", role, e);
            }
        }
    }

    /** @throws AgentException with its name, where it can't be had */
    private void start(String name, Setup setup) throws AgentException {
        try {
            Worker worker = Worker.of(name, starter.start(name));
            boolean set = false;
            try {
                setup.of(worker);
                set = true;
            } finally {
                if (!set) {
                    worker.process().kill();
                }
            }
            started(worker);
        } catch (AgentException | RuntimeException | OutOfMemoryError e) {
            AgentException why = AgentException.of(e);
            String what = Exhausted.of(why).map(Exhausted::text).orElse(why.message());
            throw new AgentException(name + " can't be started: " + what, why.hint(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // we are ending
        }
    }

    private void failed(String why) {
        log.warn("{}", why);
        notices.accept(why);
    }

    private void started(Worker worker) {
        synchronized (this) {
            if (closing) {
                worker.process().kill();
                return;
            }
            running.add(worker);
        }
        worker.process().ending().thenAccept(how -> ended(worker, how));
    }

    private void ended(Worker worker, String how) {
        long held;
        synchronized (this) {
            if (closing || !running.remove(worker)) {
                return;
            }
            held = lost.applyAsLong(worker);
        }
        notices.accept("%s lost, with %s connections: it ended %s".formatted(worker.name(), Quantity.text(held), how));
    }

    private void look() {
        try {
            running().forEach(this::look);
        } catch (RuntimeException e) {
            log.error("the watch goes on", e);
        }
    }

    private void look(Worker worker) {
        if (worker.process().tick() == SILENT_SECONDS) {
            String why = worker.name() + " has said nothing for " + SILENT_SECONDS + " s: it is given up";
            log.warn(why);
            notices.accept(why);
            worker.process().kill();
        }
    }

    /** Side by side; within seconds. */
    @Override
    public void close() {
        List<Worker> ending;
        synchronized (this) {
            closing = true;
            ending = running();
        }
        watch.shutdownNow();
        starters.shutdownNow().forEach(Runnable::run); // those that had not begun: whoever waits for them goes on
        List<CompletableFuture<Void>> closed =
                ending.stream().map(Workers::closed).toList();
        try {
            CompletableFuture.allOf(closed.toArray(CompletableFuture[]::new)).get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            log.warn("not all {}s ended by themselves", role, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ending.forEach(worker -> worker.process().kill());
        }
    }

    private static CompletableFuture<Void> closed(Worker worker) {
        try {
            return CompletableFuture.runAsync(
                    worker.process()::close, task -> Threads.start(worker.name() + "-close", task));
        } catch (OutOfMemoryError e) { // no thread left to wait for it with
            worker.process().kill();
            return CompletableFuture.completedFuture(null);
        }
    }
}
