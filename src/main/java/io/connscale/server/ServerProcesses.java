package io.connscale.server;

import io.connscale.control.AgentException;
import io.connscale.control.AgentProcess;
import io.connscale.control.Answers;
import io.connscale.control.Exhausted;
import io.connscale.control.Message.StartServer;
import io.connscale.control.Message.StatisticsTaken;
import io.connscale.control.Message.TakeServerStatistics;
import io.connscale.control.Message.TakeServerStatus;
import io.connscale.control.ServerSettings;
import io.connscale.control.ServerStatus;
import io.connscale.control.ServerStatus.Listener;
import io.connscale.control.Threads;
import io.connscale.control.Workers;
import io.connscale.control.Workers.Worker;
import io.connscale.kernel.Limits;
import io.connscale.kernel.WorkerBound;
import io.connscale.net.Transport;
import io.connscale.stats.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes of a server from its start to its stop: this one and, beside it, processes that share its ports. Which of them
 * gets a connection the kernel decides at random, with the weights of {@link Filling} ({@code net.PortGroup}). What starts, stops or
 * grows it is the thread's of the server's tasks.
 */
final class ServerProcesses {
    private static final Logger log = LoggerFactory.getLogger(ServerProcesses.class);
    private static final long ANSWER_SECONDS = 10;
    /** When less than this part of a process's room is left in all of them, clients that nobody announced bring a process. */
    private static final double SCARCE = 0.4;
    /** So n connections become n give or take its root: so many roots are kept free, and it never happens to be too few. */
    private static final double ROOTS = 5;

    private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** Of this process's files so many are left for what else it does: pipes to agents, SSH. */
    private static final int KEPT_FREE = 64;
    /** With fewer connections it makes no difference, and the files are needed for what the program still has to load. */
    private static final int WARMED_UP_FROM = 1_000;

    private final ServerSettings settings;
    private final ServerLoops own;
    private final long ownRoom;
    private final WorkerBound bound;
    private final Workers workers;
    private final ScheduledExecutorService tasks;
    /** In the order in which they began to listen, behind this process: the kernel numbers them so. */
    private final List<ServerProcess> processes = new ArrayList<>();

    /** One after the other: so the order is known. */
    private final Object joining = new Object();

    private final Filling filling = new Filling(Runtime.getRuntime().availableProcessors());
    private volatile boolean stopping;
    private volatile @Nullable Future<?> nextLook;
    /** Before that the balance starts no process: where the last one could not be had, the next can't a second later. */
    private long notBefore = System.nanoTime();

    private ServerStatus gone = ServerStatus.stopped("");
    private Statistics statisticsGone = Statistics.NONE;

    private ServerProcesses(
            ServerSettings settings,
            ServerLoops own,
            Limits limits,
            WorkerBound bound,
            AgentProcess.Starter starter,
            Consumer<String> notices,
            ScheduledExecutorService tasks) {
        this.settings = settings;
        this.own = own;
        this.ownRoom = (limits.roomHere() - bound.kept()) * (KEPT_FREE - 1) / KEPT_FREE;
        this.bound = bound;
        this.workers = new Workers("server process", starter, notices, this::lost);
        this.tasks = tasks;
    }

    /** This process alone, which listens on all ports. */
    static ServerProcesses listening(
            ServerSettings settings,
            Transport transport,
            AgentProcess.Starter starter,
            Consumer<String> notices,
            ScheduledExecutorService tasks)
            throws AgentException {
        Limits limits = Limits.ofThisProcess();
        Integer max = settings.workers();
        WorkerBound bound = new WorkerBound(
                max == null || !transport.sharesPorts() ? 1 : max,
                limits,
                settings.tls() != null,
                starter.startsLoops());
        boolean alone = bound.max() == 1;
        if (!alone) {
            probe(settings, transport);
        }
        ServerLoops own = ServerLoops.start(alone ? settings : settings.shared(settings.ports()), transport);
        if (limits.roomHere() >= WARMED_UP_FROM) {
            own.warmUp();
        }
        return new ServerProcesses(settings, own, limits, bound, starter, notices, tasks);
    }

    /** The others, as many as the settings say; more where they are needed, from now on. */
    void start() throws AgentException, InterruptedException {
        if (bound.max() != 1) {
            grow(bound.max() - 1);
            try {
                nextLook = tasks.schedule(this::look, filling.nanos(0), TimeUnit.NANOSECONDS);
            } catch (OutOfMemoryError e) { // no thread left for it
                throw AgentException.of(e);
            }
        }
    }

    /** A port that is shared could be shared with another console of the same user, and nobody would notice. */
    private static void probe(ServerSettings settings, Transport transport) throws AgentException {
        List<Integer> chosen =
                settings.ports().stream().filter(port -> port != 0).toList();
        if (!chosen.isEmpty()) {
            ServerLoops.start(new ServerSettings(settings.bind(), chosen, settings.backlog(), 1), transport)
                    .stop();
        }
    }

    /** From another thread: what grows by itself now is ended, and grows no more. */
    void stopGrowing() {
        stopping = true;
        Future<?> looking = nextLook;
        if (looking != null) {
            looking.cancel(true);
        }
    }

    void stop() {
        stopGrowing();
        own.stop();
        workers.close();
    }

    /** A process that is slow to say how it is counts as last heard. Any thread. */
    CompletableFuture<ServerStatus> status() {
        List<ServerProcess> now;
        CompletableFuture<ServerStatus> sum;
        synchronized (workers) {
            now = List.copyOf(processes);
            sum = CompletableFuture.completedFuture(own.status().plus(gone));
        }
        for (ServerProcess process : now) {
            sum = sum.thenCombine(process.status(), ServerStatus::plus);
        }
        return now.isEmpty() ? sum : sum.thenApply(status -> status.with(shown(now)));
    }

    private List<ServerStatus.ServerProcess> shown(List<ServerProcess> beside) {
        List<ServerStatus.ServerProcess> shown = new ArrayList<>();
        shown.add(new ServerStatus.ServerProcess(
                ProcessHandle.current().pid(), own.status().established(), left(), null));
        beside.forEach(process -> shown.add(process.shown()));
        return shown;
    }

    /** Of all, those that are gone too; fails where one does not answer, since without it every rate would be wrong. Any thread. */
    CompletableFuture<Statistics> statistics() {
        List<ServerProcess> now;
        CompletableFuture<Statistics> sum;
        synchronized (workers) {
            now = List.copyOf(processes);
            sum = own.statistics().thenApply(statisticsGone::plus);
        }
        for (ServerProcess process : now) {
            sum = sum.thenCombine(process.statistics(), Statistics::plus);
        }
        return sum;
    }

    private static AgentException silent() {
        return new AgentException(
                "a server process gave no answer for " + ANSWER_SECONDS + " s", "is the machine overloaded?");
    }

    /** How many more connections this process has files for. */
    private long left() {
        return Math.max(0, ownRoom - own.status().established());
    }

    /** Of each process, in the order in which they joined; as last heard. */
    private long[] rooms() {
        synchronized (workers) {
            return LongStream.concat(LongStream.of(left()), processes.stream().mapToLong(ServerProcess::left))
                    .toArray();
        }
    }

    /** Starts what so many more connections need. */
    void makeRoom(long more) throws InterruptedException {
        status().join(); // so that rooms are those of now
        long room = LongStream.of(rooms()).map(ServerProcesses::safely).sum();
        long each = safely(bound.room() - settings.ports().size());
        int wanted = 0;
        int max = bound.more(1 + workers.running().size());
        while (room < more && wanted < max && each > 0) {
            room += each;
            wanted++;
        }
        grow(wanted);
        filling.announced(more);
        Future<?> seldom = nextLook;
        if (filling.isFast() && seldom != null && seldom.cancel(false)) { // none runs now: this is the same thread
            weigh();
            lookAgain(0);
        }
    }

    private static long safely(long room) {
        return Math.max(0, room - (long) (ROOTS * Math.sqrt((double) room)));
    }

    private void grow(int more) throws InterruptedException {
        if (more > 0) {
            int before = workers.running().size();
            Optional<Exhausted> exhausted = workers.start(more, this::join, () -> false);
            if (workers.running().size() < before + more) {
                notBefore = System.nanoTime() + PAUSE_NANOS;
            }
            exhausted.ifPresent(what -> {
                synchronized (workers) {
                    gone = gone.plus(ServerStatus.with(what.reason()));
                }
            });
            weigh();
        }
    }

    /** Who gets connections from now on. */
    private void weigh() {
        synchronized (workers) {
            long[] weights = filling.weights(rooms());
            for (int i = 1; i < weights.length; i++) {
                processes.get(i - 1).takesNew = weights[i] > 0;
            }
            if (weights.length > 1) {
                own.setWeights(weights);
            }
        }
    }

    private void join(Worker worker) throws AgentException, InterruptedException {
        synchronized (joining) {
            listen(worker);
        }
    }

    private void listen(Worker worker) throws AgentException, InterruptedException {
        List<Integer> ports =
                own.status().listeners().stream().map(Listener::port).toList();
        ServerStatus joined = Answers.within(
                ANSWER_SECONDS,
                worker.process().server(id -> new StartServer(id, settings.shared(ports))),
                ServerProcesses::silent);
        synchronized (workers) {
            processes.add(new ServerProcess(worker, joined));
        }
    }

    /** Under the lock of {@link #workers}. The kernel gives the number of a socket that is gone to the last one. */
    private long lost(Worker worker) {
        long held = 0;
        for (int i = 0; i < processes.size(); i++) {
            if (processes.get(i).is(worker)) {
                held = processes.get(i).shown().established();
                gone = gone.plus(processes.get(i).afterLoss());
                statisticsGone = statisticsGone.plus(processes.get(i).statisticsAfterLoss());
                ServerProcess last = processes.remove(processes.size() - 1);
                if (i < processes.size()) {
                    processes.set(i, last);
                }
            }
        }
        return held;
    }

    /** Who has room gets connections; where there is little room left, another process. */
    private void look() {
        int asked = 0;
        try {
            asked = hear();
            weigh();
            long[] rooms = rooms();
            boolean scarce = LongStream.of(rooms).sum() < SCARCE * bound.room();
            if (scarce && System.nanoTime() - notBefore >= 0 && bound.more(rooms.length) > 0) {
                grow(1);
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            Threads.goesOn(e);
            log.error("the server's balance goes on", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // stopped
        } finally {
            lookAgain(asked);
        }
    }

    private void lookAgain(int asked) {
        if (!stopping) {
            nextLook = tasks.schedule(this::look, filling.nanos(asked), TimeUnit.NANOSECONDS);
        }
    }

    /** How they are now; where many come, those that take them. How many were asked. */
    private int hear() {
        List<ServerProcess> asked;
        synchronized (workers) {
            asked = processes.stream()
                    .filter(process -> process.takesNew || !filling.isFast())
                    .toList();
        }
        CompletableFuture.allOf(asked.stream().map(ServerProcess::status).toArray(CompletableFuture[]::new))
                .join();
        synchronized (workers) {
            filling.looked(own.status().accepted()
                    + processes.stream()
                            .mapToLong(process -> process.latest.accepted())
                            .sum());
        }
        return asked.size();
    }

    /** A further process of the server, and how it was when last heard of. Any thread. */
    private static final class ServerProcess {
        /** One that takes longer to say how it is counts with what it said last. */
        private static final long STATUS_SECONDS = 2;

        private final Worker worker;
        private final long room;
        private volatile ServerStatus latest;
        private boolean takesNew = true; // under the lock of the workers

        /** @param joined how it was when it had begun to listen */
        ServerProcess(Worker worker, ServerStatus joined) {
            this.worker = worker;
            this.room = worker.room() - joined.listeners().size();
            this.latest = joined;
        }

        boolean is(Worker other) {
            return worker.equals(other);
        }

        /** How it is now; where it ends meanwhile, how it was left. */
        CompletableFuture<ServerStatus> status() {
            return worker.process()
                    .server(TakeServerStatus::new)
                    .thenApply(status -> latest = status)
                    .orTimeout(STATUS_SECONDS, TimeUnit.SECONDS)
                    .exceptionally(why -> worker.hasEnded() ? afterLoss() : latest);
        }

        /** Where it ends meanwhile, what it had said. */
        CompletableFuture<Statistics> statistics() {
            return worker.answer(
                    worker.process()
                            .ask(TakeServerStatistics::new, StatisticsTaken.class)
                            .thenApply(StatisticsTaken::statistics),
                    this::statisticsAfterLoss);
        }

        Statistics statisticsAfterLoss() {
            Statistics said = worker.process().latestStatistics();
            return said.afterLoss(said.counts(), worker.loss());
        }

        ServerStatus afterLoss() {
            return latest.afterLoss(worker.loss());
        }

        /** How many more connections it has files for, as last heard. */
        long left() {
            return Math.max(0, room - latest.established());
        }

        ServerStatus.ServerProcess shown() {
            return new ServerStatus.ServerProcess(
                    worker.process().hello().join().pid(), latest.established(), left(), worker.silentSeconds());
        }
    }
}
