package io.connscale.control;

import io.connscale.control.AgentProcess.Silence;
import io.connscale.kernel.OomKills;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers of an agent or a server: started side by side, killed where they fall silent, and reported
 * where one ends unasked. The heartbeat that tells them that they are not alone is {@code cluster.RequestWriter}'s. Any thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the watch goes on until close; how a worker ended is told as a notice
public final class Workers implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Workers.class);
    /** One that has ended is missed at once; a silent one was stopped, or has waited for a CPU, for 10 s at two million connections. */
    private static final int SILENT_SECONDS = 60;

    /** The longest that a process may take until it takes requests: its launch, its greeting, its settings. */
    private static final long START_SECONDS = 60;

    private static final long CLOSE_SECONDS = 10;

    /** What a worker needs before it takes requests: its settings, its ports. */
    @FunctionalInterface
    public interface Setup {
        void of(Worker worker) throws AgentException, InterruptedException;
    }

    private final String role;
    private final AgentProcess.Starter starter;
    private final Consumer<String> notices;
    private final ToLongFunction<Worker> lost;
    private final List<Worker> running = new ArrayList<>();
    private final AtomicInteger last = new AtomicInteger(1); // this process is the first
    /** A start is a processor's work for as long as it takes: more at once would only make each take longer. */
    private final ExecutorService starters;

    private final int starterCount;
    /** Seconds that a start may take. */
    private final long startSeconds;
    /** Seconds after which a silent one is ended. */
    private final int maxSilence;

    private final ScheduledExecutorService watch;
    private boolean watching;
    private boolean closing;

    /**
     * @param role what they are: {@code worker}, {@code server process}
     * @param notices hears what the user should know at once; must not block
     * @param lost hears, while this object is locked, of one that ended unasked; says how many connections it had
     */
    public Workers(String role, AgentProcess.Starter starter, Consumer<String> notices, ToLongFunction<Worker> lost) {
        this(role, starter, notices, lost, START_SECONDS, SILENT_SECONDS);
    }

    Workers(
            String role,
            AgentProcess.Starter starter,
            Consumer<String> notices,
            ToLongFunction<Worker> lost,
            long startSeconds,
            int maxSilence) {
        this.role = role;
        this.startSeconds = startSeconds;
        this.maxSilence = maxSilence;
        this.starter = starter;
        this.notices = notices;
        this.lost = lost;
        this.starterCount = Math.max(2, Math.min(16, Runtime.getRuntime().availableProcessors()));
        this.starters = Executors.newFixedThreadPool(starterCount, Threads.numbered(name("starter")));
        this.watch = Threads.clock(name("watch"));
    }

    /** Of a worker, or of a thread. */
    private String name(String which) {
        return role.replace(' ', '-') + "-" + which;
    }

    /** Which of them has said nothing for the longest, where that is so long that its counts are old; null: none. */
    public @Nullable Silence silence() {
        return running().stream()
                .filter(worker -> worker.silentSeconds() != null)
                .max(Comparator.comparingInt(worker -> worker.silentSeconds))
                .map(worker -> new Silence(worker.name, worker.silentSeconds))
                .orElse(null);
    }

    /** Those that take requests now. */
    public synchronized List<Worker> running() {
        return List.copyOf(running);
    }

    /**
     * Starts {@code n} more and waits until each takes requests or can't be had, which is reported.
     *
     * @param setup for each, on a thread of its own
     * @param stopped asked before each start: true leaves the rest
     * @return what this machine has run out of, where that is why some can't be had; the rest of them was not tried then
     * @throws InterruptedException where the wait was interrupted: no further one is started then
     */
    public Optional<Exhausted> start(int n, Setup setup, BooleanSupplier stopped) throws InterruptedException {
        StartBatch batch = new StartBatch(
                role,
                n,
                () -> start(name(String.valueOf(last.incrementAndGet())), setup),
                () -> !stopped.getAsBoolean() && !isClosing(),
                this::failed);
        if (n > 0) {
            watchOnce();
        }
        return batch.on(starters, startSeconds * (1 + n / starterCount));
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
            Worker worker = new Worker(role, name, starter.start(name));
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
        String why = worker.endedForSilence
                ? "connscale ended it, since it had no heartbeat for " + maxSilence + " s"
                : "it ended " + how;
        notices.accept("%s lost, with %s connections: %s".formatted(worker.name(), Quantity.text(held), why));
    }

    private void look() {
        try {
            running().forEach(this::look);
        } catch (RuntimeException e) {
            log.error("the watch goes on", e);
        }
    }

    private void look(Worker worker) {
        worker.silentSeconds = worker.process().tick();
        if (worker.silentSeconds >= maxSilence && !worker.endedForSilence) {
            worker.endedForSilence = true; // before its end, which is counted under that name
            String why = worker.name() + ": no heartbeat for " + maxSilence + " s; declared lost";
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

    /**
     * Some {@link Workers} that are started side by side, and the wait for them, which always ends. Where one can't be had because
     * this machine has nothing left for it, the next would not come up either: the rest is not tried.
     */
    private static final class StartBatch implements Runnable {
        /** Starts one. */
        @FunctionalInterface
        interface Start {
            void one() throws AgentException;
        }

        private final String role;
        private final Start start;
        private final BooleanSupplier wanted;
        private final Consumer<String> failures;
        private final int count;
        private final CountDownLatch left;
        private volatile boolean over;
        private @Nullable Exhausted exhausted;
        private int untried;

        /**
         * @param wanted asked before each start: false leaves the rest
         * @param failures hears why one could not be started
         */
        StartBatch(String role, int count, Start start, BooleanSupplier wanted, Consumer<String> failures) {
            this.role = role;
            this.count = count;
            this.start = start;
            this.wanted = wanted;
            this.failures = failures;
            this.left = new CountDownLatch(count);
        }

        /**
         * Starts all, on threads of {@code starters}, and waits until each has started or failed, {@code seconds} at most.
         *
         * @return what this machine has run out of, where that is why some could not be had
         */
        Optional<Exhausted> on(Executor starters, long seconds) throws InterruptedException {
            try {
                for (int i = 0; i < count; i++) {
                    give(starters);
                }
                if (!left.await(seconds, TimeUnit.SECONDS)) {
                    failures.accept("%s: %d did not start within %d s".formatted(role, left.getCount(), seconds));
                }
            } finally {
                over = true;
            }
            return outcome();
        }

        private void give(Executor starters) {
            try {
                starters.execute(this);
            } catch (OutOfMemoryError
                    | RejectedExecutionException e) { // no thread left to start it on; or they are ending
                ranOut(e);
                untried();
            }
        }

        private synchronized Optional<Exhausted> outcome() {
            Optional<Exhausted> known = Optional.ofNullable(exhausted);
            known.filter(what -> untried > 0)
                    .ifPresent(what -> failures.accept("%s: %d not started: %s".formatted(role, untried, what.text())));
            return known;
        }

        @Override
        public void run() {
            if (over || !wanted.getAsBoolean()) {
                untried();
                return;
            }
            try {
                start.one();
            } catch (AgentException e) {
                ranOut(e);
                failures.accept(e.message());
            } finally {
                left.countDown();
            }
        }

        private synchronized void untried() {
            untried++;
            left.countDown();
        }

        private synchronized void ranOut(Throwable why) {
            Optional<Exhausted> now = Exhausted.of(why);
            over |= now.isPresent();
            exhausted = exhausted == null ? now.orElse(null) : exhausted;
        }
    }

    /** A further agent process on this machine, for the agent or the server that started it. Any thread may read. */
    public static final class Worker {
        /** One that takes longer to say what it counts, since it was stopped, counts with what it said last. */
        private static final long COUNTS_SECONDS = 2;
        /** A process that shared its CPU with a hundred others took 3 s. An agent that waits for longer would be declared lost itself. */
        private static final long ANSWER_SECONDS = 5;
        /** Each says something every 3 s, and answers within {@value #COUNTS_SECONDS} s: what is older is old. */
        private static final int MAX_AGE_SECONDS = 3;

        private final String role;
        private final String name;
        private final AgentProcess process;
        private final long room;
        private volatile int silentSeconds; // the watch writes, here and below
        private volatile boolean endedForSilence;

        /** @param process has greeted */
        private Worker(String role, String name, AgentProcess process) {
            this.role = role;
            this.name = name;
            this.process = process;
            this.room = process.hello().join().limits().roomOfWorker();
        }

        public String name() {
            return name;
        }

        public AgentProcess process() {
            return process;
        }

        /** Connections that it has files for, before its first one. */
        public long room() {
            return room;
        }

        /** How many more connections there are files for, of {@code room}, where a process has these. */
        public static long left(long room, Snapshot counts) {
            return Math.max(0, room - counts.established() - counts.connecting());
        }

        /** Its counts now; within seconds. Where it does not answer, those that came last; where it ends meanwhile, what is left of them. */
        public CompletableFuture<Snapshot> counts() {
            return process.snapshot()
                    .orTimeout(COUNTS_SECONDS, TimeUnit.SECONDS)
                    .exceptionally(why -> hasEnded() ? afterLoss().counts() : process.latest());
        }

        /**
         * What it answers; where it ends meanwhile, what is {@code left}. Fails where it does not answer within seconds, and only
         * then: where what it knows is missing in a sum of all, every rate would be wrong.
         */
        public <T> CompletableFuture<T> answer(CompletableFuture<T> asked, Supplier<T> left) {
            return Answers.bounded(ANSWER_SECONDS, asked, this::unanswered)
                    .exceptionallyCompose(why -> hasEnded()
                            ? CompletableFuture.completedFuture(left.get())
                            : CompletableFuture.failedFuture(why));
        }

        private AgentException unanswered() {
            return new AgentException(
                    name + " gave no answer for " + ANSWER_SECONDS + " s",
                    "was it stopped? is the machine overloaded?");
        }

        /** Whether it is gone, and does not merely leave a question unanswered. */
        public boolean hasEnded() {
            return process.ending().isDone();
        }

        /** For how long it has said nothing; null where that is no longer than usual, so that its counts are those of now. */
        public @Nullable Integer silentSeconds() {
            int seconds = silentSeconds;
            return seconds > MAX_AGE_SECONDS ? (Integer) seconds : null;
        }

        /**
         * Why its connections are gone, once it is: {@code worker lost}, or where that is known {@code worker silent}, for which it was
         * ended, or {@code worker killed: out of memory}.
         */
        public String loss() {
            return role
                    + (endedForSilence
                            ? " silent"
                            : process.ending().getNow("").contains(OomKills.KILLED)
                                    ? " killed: out of memory"
                                    : " lost");
        }

        /** What is left of all that it said last, now that it is gone. */
        public Statistics afterLoss() {
            return process.latestStatistics().afterLoss(process.latest(), loss());
        }
    }
}
