package io.connscale.agent;

import io.connscale.control.Agent;
import io.connscale.control.AgentException;
import io.connscale.control.AgentGroup;
import io.connscale.control.AgentStarter;
import io.connscale.control.Answers;
import io.connscale.control.Closed;
import io.connscale.control.Opened;
import io.connscale.control.Order;
import io.connscale.control.Rate;
import io.connscale.control.Settings;
import io.connscale.control.Worker;
import io.connscale.control.Workers;
import io.connscale.kernel.WorkerBound;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * This process's agent and, once an order needs more files than a process may open, workers beside it: a group that grows,
 * and nobody above notices. Orders are carried out one after the other, on a thread of their own: each first fills the
 * processes that have room, then those that are started for it. Any thread may call.
 */
final class GrowingAgent implements Agent {
    private static final int MOST_WAITING = 100;
    private static final long SETTINGS_SECONDS = 10;
    /** A worker that takes longer to say what it counts, since it was stopped, counts with what it said last. */
    private static final long COUNTS_SECONDS = 5;

    private static final String LOST = "worker lost";
    private static final String THIS = "agent";

    private final Agent own;
    private final long ownRoom;
    private final WorkerBound bound;
    private final Workers workers;
    /** What workers that were lost had counted; under the lock of {@link #workers}. */
    private Statistics gone = Statistics.NONE;

    private final ExecutorService orders = new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING), GrowingAgent::thread);
    private Settings settings;
    /** Another one with each {@link #stopOpening()}: an order that finds it changed gives way. */
    private volatile int turn;
    /** What each member has of the order that is carried out. */
    private Map<String, Long> shares = Map.of();
    /** Each member's share of the rate that was set last. An order may have a rate of its own, which only another rate changes. */
    private Map<String, Rate> rates = Map.of();

    /**
     * @param own the agent of this process
     * @param ownRoom connections that this process has files for
     */
    GrowingAgent(
            Agent own,
            long ownRoom,
            WorkerBound bound,
            AgentStarter starter,
            Consumer<String> notices,
            Settings settings) {
        this.own = own;
        this.ownRoom = ownRoom;
        this.bound = bound;
        this.workers = new Workers("worker", starter, notices, this::lost);
        this.settings = settings;
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "agent-orders");
        thread.setDaemon(true);
        return thread;
    }

    /** Under the lock of {@link #workers}. */
    private long lost(Worker worker) {
        gone = gone.plus(afterLoss(worker));
        return worker.process().latest().established();
    }

    /** How many processes it is now. */
    int processes() {
        return 1 + workers.running().size();
    }

    private AgentGroup group() {
        return group(workers.running());
    }

    private AgentGroup group(List<Worker> beside) {
        Map<String, Agent> members = new LinkedHashMap<>();
        members.put(THIS, own);
        beside.forEach(worker -> members.put(worker.name(), worker.process()));
        return new AgentGroup(members);
    }

    @Override
    public CompletableFuture<Void> configure(Settings changed) {
        Map<String, Agent> members = group().members();
        Map<String, Rate> each;
        synchronized (this) {
            if (!changed.rate().equals(settings.rate())) {
                rates = rates(changed.rate(), members.keySet());
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
        Iterator<Rate> part = AgentGroup.rates(rate, parts).iterator();
        return members.stream().collect(Collectors.toMap(name -> name, name -> part.next()));
    }

    private synchronized Settings settings() {
        return settings;
    }

    /** A worker starts none. */
    private static Settings ofMember(Settings settings) {
        return settings.withWorkers(1);
    }

    @Override
    public CompletableFuture<Opened> open(Order order, Consumer<Opened> progress) {
        CompletableFuture<Opened> answer = new CompletableFuture<>();
        int mine = turn;
        try {
            orders.execute(() -> carryOut(order, progress, mine, answer));
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(new AgentException(
                    MOST_WAITING + " orders to open connections are waiting", "wait until they are carried out"));
        }
        return answer;
    }

    private void carryOut(Order order, Consumer<Opened> progress, int mine, CompletableFuture<Opened> answer) {
        try {
            List<Worker> before = workers.running();
            int more = Sharing.processes(order.count(), rooms(before), bound.room(), bound.more(1 + before.size()));
            Settings first = settings();
            workers.start(more, worker -> setUp(worker, ofMember(settings())), () -> turn != mine);
            if (!settings().equals(first)) {
                CompletableFuture<Void> unused = configure(settings()); // one that had just been set up has missed it
            }
            List<Worker> all = workers.running();
            int kept = (int) before.stream().filter(all::contains).count();
            answer.complete(share(order, progress, mine, all, kept).join());
        } catch (InterruptedException e) {
            answer.completeExceptionally(new AgentException("the agent is ending", "start it again"));
        } catch (RuntimeException e) { // without an answer whoever asked would wait for ever
            answer.completeExceptionally(AgentException.of(e));
        } finally {
            synchronized (this) {
                shares = Map.of();
            }
        }
    }

    private static void setUp(Worker worker, Settings settings) throws AgentException, InterruptedException {
        Answers.within(
                SETTINGS_SECONDS,
                worker.process().configure(settings),
                () -> new AgentException("no answer for " + SETTINGS_SECONDS + " s", "is the machine overloaded?"));
    }

    private CompletableFuture<Opened> share(
            Order order, Consumer<Opened> progress, int mine, List<Worker> beside, int before) {
        long[] parts = Sharing.shares(order.count(), rooms(beside), 1 + before);
        AgentGroup group = group(beside);
        synchronized (this) {
            if (turn != mine) {
                return CompletableFuture.completedFuture(Opened.none(order.count()));
            }
            Rate rate = order.rate() == null ? settings.rate() : order.rate();
            Map<String, Long> known = new LinkedHashMap<>();
            int at = 0;
            for (String name : group.members().keySet()) {
                known.put(name, parts[at++]);
            }
            shares = known;
            return group.open(parts, rate, new Paced(progress));
        }
    }

    /** Connections that each process has room for now, this one first. */
    private long[] rooms(List<Worker> beside) {
        long[] rooms = new long[1 + beside.size()];
        List<CompletableFuture<Snapshot>> counts =
                beside.stream().map(GrowingAgent::counts).toList();
        rooms[0] = left(
                Math.max(0, ownRoom - Sharing.PIPES * beside.size()),
                own.snapshot().join());
        for (int i = 0; i < counts.size(); i++) {
            rooms[i + 1] = left(beside.get(i).room(), counts.get(i).join());
        }
        return rooms;
    }

    private static long left(long room, Snapshot counts) {
        return Math.max(0, room - counts.established() - counts.connecting());
    }

    private static Statistics afterLoss(Worker worker) {
        return worker.process().latestStatistics().afterLoss(worker.process().latest(), LOST);
    }

    private static CompletableFuture<Snapshot> counts(Worker worker) {
        return worker.process()
                .snapshot()
                .completeOnTimeout(worker.process().latest(), COUNTS_SECONDS, TimeUnit.SECONDS)
                .exceptionally(lost -> afterLoss(worker).counts());
    }

    @Override
    public CompletableFuture<Void> stopOpening() {
        synchronized (this) {
            turn++;
        }
        return group().stopOpening();
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
            sum = sum.thenCombine(counts(worker), Snapshot::plus);
        }
        return sum;
    }

    /** Of a worker that ends meanwhile, what it had said. */
    @Override
    public CompletableFuture<Statistics> statistics() {
        List<Worker> beside;
        CompletableFuture<Statistics> sum;
        synchronized (workers) {
            beside = workers.running();
            sum = own.statistics().thenApply(gone::plus);
        }
        for (Worker worker : beside) {
            CompletableFuture<Statistics> part = worker.process().statistics().exceptionally(lost -> afterLoss(worker));
            sum = sum.thenCombine(part, Statistics::plus);
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
        CompletableFuture<Void> unused = stopOpening(); // whoever waits for an order hears how far it came
        orders.shutdown();
        workers.close();
        own.close();
    }
}
