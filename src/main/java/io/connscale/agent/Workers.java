package io.connscale.agent;

import io.connscale.control.AgentException;
import io.connscale.control.AgentProcess;
import io.connscale.control.AgentStarter;
import io.connscale.control.Settings;
import io.connscale.stats.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers of this agent: started when an order needs them, told each second that they are not alone, given up when they
 * fall silent, and their connections counted as lost when one ends unasked. Any thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the watch goes on until close; how a worker ended is told as a notice
final class Workers implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Workers.class);
    private static final String LOST = "worker lost";
    private static final int SILENT_SECONDS = 10;
    private static final long SETTINGS_SECONDS = 10;

    /**
     * A worker that takes orders.
     *
     * @param room connections that it has files for
     */
    record Worker(String name, AgentProcess process, long room) {}

    /** The workers, and the counts of those that are gone, at one moment. */
    record Crew(List<Worker> workers, Snapshot gone) {}

    private final AgentStarter starter;
    private final Consumer<String> notices;
    private final List<Worker> running = new ArrayList<>();
    private final AtomicInteger last = new AtomicInteger(1); // this process is the first
    /** A start is a processor's work for as long as it takes: more at once would only make each take longer. */
    private final ExecutorService starters = Executors.newFixedThreadPool(
            Math.max(2, Math.min(16, Runtime.getRuntime().availableProcessors())), daemons("worker-starter"));

    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(daemons("worker-watch"));
    private Snapshot gone = Snapshot.NONE;
    private boolean closing;

    /** @param notices hears what the user should know at once; must not block */
    Workers(AgentStarter starter, Consumer<String> notices) {
        this.starter = starter;
        this.notices = notices;
        watch.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
    }

    private static ThreadFactory daemons(String role) {
        AtomicInteger started = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, role + "-" + started.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    synchronized Crew now() {
        return new Crew(List.copyOf(running), gone);
    }

    /**
     * Starts {@code n} more and waits until each takes orders or can't be had, which is told.
     *
     * @param stopped asked before each start: true leaves the rest
     */
    void start(int n, Settings settings, BooleanSupplier stopped) {
        List<CompletableFuture<Void>> starts = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            starts.add(CompletableFuture.runAsync(
                    () -> {
                        if (!stopped.getAsBoolean()) {
                            start("worker-" + last.incrementAndGet(), settings);
                        }
                    },
                    starters));
        }
        CompletableFuture.allOf(starts.toArray(CompletableFuture[]::new)).join();
    }

    private void start(String name, Settings settings) {
        try {
            AgentProcess process = starter.start(name);
            try {
                process.configure(settings).get(SETTINGS_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException | InterruptedException e) {
                process.kill();
                throw e;
            }
            started(new Worker(
                    name, process, FileRoom.ofWorker(process.hello().join().limits())));
        } catch (AgentException | ExecutionException e) {
            failed(name, AgentException.of(e).message());
        } catch (TimeoutException e) {
            failed(name, "no answer for " + SETTINGS_SECONDS + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the agent is ending
        }
    }

    private void failed(String name, String why) {
        log.warn("{} can't be started: {}", name, why);
        notices.accept(name + " can't be started: " + why);
    }

    private void started(Worker worker) {
        synchronized (this) {
            if (closing) {
                worker.process.kill();
                return;
            }
            running.add(worker);
        }
        worker.process.ending().thenAccept(how -> lost(worker, how));
    }

    private void lost(Worker worker, String how) {
        Snapshot held = worker.process.latest();
        synchronized (this) {
            if (closing || !running.remove(worker)) {
                return;
            }
            gone = gone.plus(afterLoss(worker));
        }
        notices.accept("%s lost, with %,d connections: it ended %s".formatted(worker.name, held.established(), how));
    }

    /** What is left of its counts when it is gone. */
    static Snapshot afterLoss(Worker worker) {
        return worker.process.latest().afterLoss(LOST);
    }

    private void look() {
        for (Worker worker : now().workers()) {
            if (worker.process.tick() == SILENT_SECONDS) {
                log.warn("{} has said nothing for {} s: it is given up", worker.name, SILENT_SECONDS);
                worker.process.kill();
            }
        }
    }

    /** Side by side; within seconds. */
    @Override
    public void close() {
        Crew crew;
        synchronized (this) {
            closing = true;
            crew = now();
        }
        watch.shutdownNow();
        starters.shutdownNow();
        CompletableFuture.allOf(crew.workers().stream()
                        .map(worker -> CompletableFuture.runAsync(
                                worker.process::close, task -> new Thread(task, worker.name + "-close").start()))
                        .toArray(CompletableFuture[]::new))
                .join();
    }
}
