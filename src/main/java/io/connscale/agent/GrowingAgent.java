package io.connscale.agent;

import io.connscale.control.Agent;
import io.connscale.control.AgentException;
import io.connscale.control.AgentProcess;
import io.connscale.control.AgentProcess.Silence;
import io.connscale.control.Answers;
import io.connscale.control.Exhausted;
import io.connscale.control.Rate;
import io.connscale.control.Settings;
import io.connscale.control.Threads;
import io.connscale.control.Workers;
import io.connscale.control.Workers.Worker;
import io.connscale.kernel.Costs;
import io.connscale.kernel.WorkerBound;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * This process's agent and, once an open request needs more file descriptors than a process may have, workers beside it: a group that grows,
 * and nobody above notices. Open requests are carried out one after the other, on a thread of their own: each first fills the
 * processes that have room, then those that are started for it. Any thread may call.
 */
// A future is itself alone, and its own answer.
@SuppressWarnings({"FutureReturnValueIgnored", "CollectionUndefinedEquality"})
final class GrowingAgent implements Agent {
    private static final int MAX_WAITING = 100;
    private static final long SETTINGS_SECONDS = 10;

    private static final String THIS = "agent";

    private final Agent own;
    private final long ownRoom;
    private final WorkerBound bound;
    private final long kept;
    private final Workers workers;
    /** What workers that were lost had counted, and connections that no worker could be had for; under the lock of {@link #workers}. */
    private Statistics gone = Statistics.NONE;

    private final ThreadPoolExecutor openings = Threads.queue("agent-openings", MAX_WAITING);
    private volatile Settings settings;
    /** Those that have not ended, by their answer: one that finds itself stopped gives way. */
    private final Map<CompletableFuture<Opened>, Task> given = new ConcurrentHashMap<>();

    /** That which is carried out, once its connections are being opened. */
    private @Nullable Task current;

    private static final class Task {
        final OpenRequest request;
        final Consumer<Opened> progress;
        final CompletableFuture<Opened> answer = new CompletableFuture<>();
        final Turns turns = new Turns();

        Task(OpenRequest request, Consumer<Opened> progress) {
            this.request = request;
            this.progress = progress;
        }
    }

    /** What each member has of the request that is carried out. */
    private Map<String, Long> shares = Map.of();
    /** Each member's share of the rate that was set last. A request may have a rate of its own, which only another rate changes. */
    private Map<String, Rate> rates = Map.of();

    /**
     * @param own the agent of this process
     * @param ownRoom connections that this process has files for, were it alone
     */
    GrowingAgent(
            Agent own,
            long ownRoom,
            WorkerBound bound,
            AgentProcess.Starter starter,
            Consumer<String> notices,
            Settings settings) {
        this.own = own;
        this.ownRoom = ownRoom;
        this.bound = bound;
        this.kept = bound.kept();
        this.workers = new Workers("worker", starter, notices, this::lost);
        this.settings = settings;
        openings.prestartCoreThread(); // now: where no thread is left for it later, the agent opens what it can by
        // itself
    }

    /** Under the lock of {@link #workers}. */
    private long lost(Worker worker) {
        gone = gone.plus(worker.afterLoss());
        return worker.process().latest().established();
    }

    /** How many processes it is now. */
    int processes() {
        return 1 + workers.running().size();
    }

    /** Which worker's counts are old; null: none. */
    @Nullable
    Silence silence() {
        return workers.silence();
    }

    /** By name, this process's own first. */
    private Map<String, Agent> members(List<Worker> beside) {
        Map<String, Agent> members = new LinkedHashMap<>();
        members.put(THIS, own);
        beside.forEach(worker -> members.put(worker.name(), worker.process()));
        return members;
    }

    private AgentGroup group(List<Worker> beside) {
        return new AgentGroup(List.copyOf(members(beside).values()));
    }

    @Override
    public CompletableFuture<Void> configure(Settings changed) {
        Map<String, Agent> members = members(workers.running());
        Map<String, Rate> each;
        synchronized (this) {
            if (!changed.rate().equals(settings.rate())) {
                rates = rates(changed.rate(), members.keySet());
                if (current != null) {
                    current.turns.rateIsSet();
                }
            }
            settings = changed;
            each = rates;
        }
        return CompletableFuture.allOf(members.entrySet().stream()
                .map(member -> member.getValue()
                        .configure(ofMember(changed).withRate(each.getOrDefault(member.getKey(), changed.rate()))))
                .toArray(CompletableFuture[]::new));
    }

    private synchronized Map<String, Rate> rates(Rate rate, Set<String> members) {
        long[] parts = members.stream()
                .mapToLong(name -> shares.getOrDefault(name, 0L))
                .toArray();
        Iterator<Rate> part = rate.shared(parts).iterator();
        return members.stream().collect(Collectors.toMap(name -> name, name -> part.next()));
    }

    /** A worker starts none. */
    private static Settings ofMember(Settings settings) {
        return settings.withWorkers(1);
    }

    @Override
    public CompletableFuture<Opened> open(OpenRequest request, Consumer<Opened> progress) {
        Task one = new Task(request, progress);
        CompletableFuture<Opened> answer = one.answer;
        given.put(answer, one);
        answer.whenComplete((opened, failure) -> given.remove(answer));
        try {
            openings.execute(() -> carryOut(one));
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(
                    new AgentException(MAX_WAITING + " open requests are waiting", "wait until they are carried out"));
        }
        return answer;
    }

    private void carryOut(Task one) {
        OpenRequest request = one.request;
        CompletableFuture<Opened> answer = one.answer;
        try {
            if (one.turns.isStopped()) {
                answer.complete(Opened.none(request.count()));
                return;
            }
            List<Worker> before = workers.running();
            int max = bound.more(1 + before.size());
            int more = Sharing.processes(toOpen(request, before), rooms(before, max > 0), bound.room(), max);
            Settings first = settings;
            Optional<Exhausted> exhausted =
                    workers.start(more, worker -> setUp(worker, ofMember(settings)), one.turns::isStopped);
            if (!settings.equals(first)) {
                CompletableFuture<Void> unused = configure(settings); // one that had just been set up has missed it
            }
            List<Worker> all = workers.running();
            int known = (int) before.stream().filter(all::contains).count();
            boolean goOn = exhausted.isEmpty() && max > more;
            answer.complete(share(one, all, rooms(all, goOn), known, exhausted).join());
        } catch (InterruptedException e) {
            answer.completeExceptionally(new AgentException("the agent is ending", "start it again"));
        } catch (RuntimeException | OutOfMemoryError e) { // without an answer whoever asked would wait for ever
            Threads.goesOn(e);
            answer.completeExceptionally(AgentException.of(e));
        } finally {
            synchronized (this) {
                shares = Map.of();
                current = null;
            }
        }
    }

    private static void setUp(Worker worker, Settings settings) throws AgentException, InterruptedException {
        Answers.within(
                SETTINGS_SECONDS,
                worker.process().configure(settings),
                () -> new AgentException("no answer for " + SETTINGS_SECONDS + " s", "is the machine overloaded?"));
    }

    /** @param exhausted why there are too few processes: what they have no room for has failed for that */
    private CompletableFuture<Opened> share(
            Task one, List<Worker> beside, long[] rooms, int before, Optional<Exhausted> exhausted) {
        OpenRequest request = one.request;
        if (one.turns.isStopped()) {
            return CompletableFuture.completedFuture(Opened.none(request.count()));
        }
        long count = toOpen(request, beside);
        long fits = exhausted.isEmpty()
                ? count
                : Math.min(count, Arrays.stream(rooms).sum());
        Opened without =
                exhausted.map(what -> withoutProcess(count - fits, what)).orElse(Opened.none(0));
        if (fits == 0 && request.keep() == null) {
            return CompletableFuture.completedFuture(without);
        }
        long[] more = Sharing.shares(fits, rooms, 1 + before);
        long[] parts = request.keep() == null ? more : kept(request.count(), more, held(beside));
        Rate rate;
        synchronized (this) {
            rate = request.rate() == null ? settings.rate() : request.rate();
            Map<String, Long> known = new LinkedHashMap<>();
            members(beside).keySet().forEach(name -> known.put(name, parts[known.size()]));
            shares = known;
            current = one;
        }
        Paced paced = new Paced(one.progress);
        return group(beside)
                .open(request, parts, rate, one.turns, opened -> paced.accept(opened.plus(without)))
                .thenApply(without::plus);
    }

    /** How many more come up; where they are kept those that are there count. */
    private long toOpen(OpenRequest request, List<Worker> beside) {
        return request.keep() == null
                ? request.count()
                : Math.max(0, request.count() - Arrays.stream(held(beside)).sum());
    }

    /** Of so many what each process keeps: those that it holds, and more; or fewer, where there are more than that. */
    private static long[] kept(long count, long[] more, long[] held) {
        long[] sum = new long[held.length];
        Arrays.setAll(sum, i -> held[i] + more[i]);
        return Arrays.stream(held).sum() > count ? Sharing.proportional(count, held) : sum;
    }

    /** Connections that each process holds now, this one first. */
    private long[] held(List<Worker> beside) {
        List<CompletableFuture<Snapshot>> counts = new ArrayList<>(List.of(own.snapshot()));
        beside.forEach(worker -> counts.add(worker.counts()));
        return counts.stream().mapToLong(count -> count.join().established()).toArray();
    }

    /** So many connections have failed, since the process for them can't be had. */
    private Opened withoutProcess(long n, Exhausted what) {
        SortedMap<String, Long> errors = new TreeMap<>(n == 0 ? Map.of() : Map.of(what.reason(), n));
        synchronized (workers) {
            gone = gone.plus(Statistics.failed(n, errors));
        }
        return new Opened(n, 0, n, 0, errors);
    }

    /**
     * Connections that each process has room for now, this one first.
     *
     * @param more whether there may be more processes: this one keeps files for them
     */
    private long[] rooms(List<Worker> beside, boolean more) {
        long[] rooms = new long[1 + beside.size()];
        List<CompletableFuture<Snapshot>> counts =
                beside.stream().map(Worker::counts).toList();
        long theirs = Costs.WORKER_FILES * beside.size();
        rooms[0] = Worker.left(
                ownRoom - (more ? Math.max(kept, theirs) : theirs),
                own.snapshot().join());
        for (int i = 0; i < counts.size(); i++) {
            rooms[i + 1] = Worker.left(beside.get(i).room(), counts.get(i).join());
        }
        return rooms;
    }

    @Override
    public CompletableFuture<Void> stopOpening() {
        synchronized (this) {
            given.values().forEach(one -> one.turns.stop());
        }
        return group(workers.running()).stopOpening();
    }

    /** What the members open meanwhile is all of the one that is carried out; one that waits is answered at once. */
    @Override
    public CompletableFuture<Void> stopOpening(CompletableFuture<Opened> opening) {
        Task one = given.get(opening);
        if (one == null) {
            return CompletableFuture.completedFuture(null);
        }
        synchronized (this) {
            one.turns.stop();
            if (current == one) {
                return group(workers.running()).stopOpening();
            }
        }
        one.answer.complete(Opened.none(one.request.count()));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Closed> close(long count) {
        List<Worker> beside = workers.running();
        return beside.isEmpty() ? own.close(count) : group(beside).close(count);
    }

    @Override
    public CompletableFuture<Snapshot> snapshot() {
        List<Worker> beside;
        CompletableFuture<Snapshot> sum;
        synchronized (workers) {
            beside = workers.running();
            sum = own.snapshot().thenApply(gone.counts()::plus);
        }
        for (Worker worker : beside) {
            sum = sum.thenCombine(worker.counts(), Snapshot::plus);
        }
        return sum;
    }

    /** Of a worker that ends meanwhile, what it had said; fails where one does not answer, since without it every rate would be wrong. */
    @Override
    public CompletableFuture<Statistics> statistics() {
        List<Worker> beside;
        CompletableFuture<Statistics> sum;
        synchronized (workers) {
            beside = workers.running();
            sum = own.statistics().thenApply(gone::plus);
        }
        for (Worker worker : beside) {
            sum = sum.thenCombine(worker.answer(worker.process().statistics(), worker::afterLoss), Statistics::plus);
        }
        return sum;
    }

    /** The counts as last heard: nobody is asked. */
    Snapshot latest() {
        synchronized (workers) {
            return workers.running().stream()
                    .map(worker -> worker.process().latest())
                    .reduce(gone.counts().plus(own.snapshot().join()), Snapshot::plus);
        }
    }

    @Override
    public void close() {
        CompletableFuture<Void> unused = stopOpening(); // whoever waits for a request hears how far it came
        openings.shutdown();
        workers.close();
        own.close();
    }

    /** Passes on at most four reports a second of how far an open request is: each of a hundred workers makes two. Any thread. */
    static final class Paced implements Consumer<Opened> {
        private static final long BETWEEN = TimeUnit.MILLISECONDS.toNanos(250);

        private final Consumer<Opened> to;
        private final LongSupplier nanos;
        private long last;

        Paced(Consumer<Opened> to) {
            this(to, System::nanoTime);
        }

        Paced(Consumer<Opened> to, LongSupplier nanos) {
            this.to = to;
            this.nanos = nanos;
            this.last = nanos.getAsLong() - BETWEEN;
        }

        @Override
        public void accept(Opened soFar) {
            if (due()) {
                to.accept(soFar);
            }
        }

        private synchronized boolean due() {
            long now = nanos.getAsLong();
            if (now - last < BETWEEN) {
                return false;
            }
            last = now;
            return true;
        }
    }
}
