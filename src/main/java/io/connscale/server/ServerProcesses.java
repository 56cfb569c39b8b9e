package io.connscale.server;

import io.connscale.control.AgentException;
import io.connscale.control.AgentStarter;
import io.connscale.control.Answers;
import io.connscale.control.Exhausted;
import io.connscale.control.Message.StartServer;
import io.connscale.control.ServerSettings;
import io.connscale.control.ServerStatus;
import io.connscale.control.ServerStatus.Listener;
import io.connscale.control.Threads;
import io.connscale.control.Worker;
import io.connscale.control.Workers;
import io.connscale.kernel.FileRoom;
import io.connscale.kernel.Limits;
import io.connscale.kernel.LimitsReader;
import io.connscale.kernel.WorkerBound;
import io.connscale.net.Transport;
import io.connscale.stats.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes of a server from its start to its stop: this one and, beside it, processes that share its ports. Which of them
 * gets a connection the kernel decides at random, weighted by the room that each has left, so that all are full at the
 * same time ({@code net.PortGroup}).
 */
final class ServerProcesses {
    private static final Logger log = LoggerFactory.getLogger(ServerProcesses.class);
    private static final long ANSWER_SECONDS = 10;
    /** A process that shared its CPU with a hundred others took 3 s. An agent that waits for longer would be given up itself. */
    private static final long STATISTICS_SECONDS = 5;

    /** When less than this part of a process's room is left in all of them, clients that nobody announced bring a process. */
    private static final double SCARCE = 0.4;
    /** So n connections become n give or take its root: so many roots are kept free, and it never happens to be too few. */
    private static final double ROOTS = 5;

    private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int ASKED_EACH_SECOND = 16;
    /** Of this process's files so many are left for what else it does: pipes to agents, SSH. */
    private static final int KEPT_FREE = 64;

    private final ServerSettings settings;
    private final PingPongServer own;
    private final long ownRoom;
    private final WorkerBound bound;
    private final Workers workers;
    /** In the order in which they began to listen, behind this process: the kernel numbers them so. */
    private final List<ServerProcess> processes = new ArrayList<>();

    /** One after the other: so the order is known. */
    private final Object joining = new Object();

    private final ScheduledThreadPoolExecutor balance = Threads.clock("server-balance");
    private long turn; // on the balance's thread
    /** Before that the balance starts no process: where there was no thread for the last one, there is none a second later. */
    private volatile long notBefore = System.nanoTime();

    private ServerStatus gone = ServerStatus.stopped("");
    private Statistics statisticsGone = Statistics.NONE;

    ServerProcesses(ServerSettings settings, Transport transport, AgentStarter starter, Consumer<String> notices) {
        Limits limits = new LimitsReader().read();
        Integer max = settings.workers();
        this.settings = settings;
        this.bound = new WorkerBound(max == null || !transport.sharesPorts() ? 1 : max, limits);
        this.workers = new Workers("server-process", starter, notices, this::lost);
        this.own = new PingPongServer(alone() ? settings : settings.shared(settings.ports()), transport);
        this.ownRoom = FileRoom.ofThisProcess(limits) * (KEPT_FREE - 1) / KEPT_FREE;
    }

    private boolean alone() {
        return bound.max() == 1;
    }

    void start(Transport transport) throws AgentException, InterruptedException {
        if (!alone()) {
            probe(transport);
        }
        own.start();
        if (!alone()) {
            grow(bound.max() - 1);
            beginBalance();
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // it goes on until the stop
    private void beginBalance() throws AgentException {
        try {
            balance.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
        } catch (OutOfMemoryError e) { // no thread left for it
            throw AgentException.of(e);
        }
    }

    /** A port that is shared could be shared with another console of the same user, and nobody would notice. */
    private void probe(Transport transport) throws AgentException {
        List<Integer> chosen =
                settings.ports().stream().filter(port -> port != 0).toList();
        if (!chosen.isEmpty()) {
            ServerSettings unshared = new ServerSettings(settings.bind(), chosen, settings.backlog(), 1);
            PingPongServer probe = new PingPongServer(unshared, transport);
            probe.start();
            probe.stop();
        }
    }

    void stop() {
        balance.shutdownNow();
        own.stop();
        workers.close();
    }

    ServerStatus status() {
        List<ServerProcess> now;
        ServerStatus sum;
        synchronized (workers) {
            now = List.copyOf(processes);
            sum = own.status().plus(gone);
        }
        if (now.isEmpty()) {
            return sum;
        }
        List<CompletableFuture<ServerStatus>> asked =
                now.stream().map(ServerProcess::status).toList();
        for (CompletableFuture<ServerStatus> status : asked) {
            sum = sum.plus(status.join());
        }
        List<ServerStatus.ServerProcess> shown = new ArrayList<>();
        shown.add(new ServerStatus.ServerProcess(
                ProcessHandle.current().pid(), own.status().established(), left()));
        now.forEach(process -> shown.add(process.shown()));
        return sum.with(shown);
    }

    /** Of all, those that are gone too; fails where one does not answer, since without it every rate would be wrong. */
    Statistics statistics() throws AgentException, InterruptedException {
        List<ServerProcess> now;
        Statistics sum;
        synchronized (workers) {
            now = List.copyOf(processes);
            sum = statisticsGone;
        }
        List<CompletableFuture<Statistics>> asked =
                now.stream().map(ServerProcess::statistics).toList();
        sum = sum.plus(own.statistics());
        for (CompletableFuture<Statistics> statistics : asked) {
            sum = sum.plus(answer(statistics, STATISTICS_SECONDS));
        }
        return sum;
    }

    private static <T> T answer(CompletableFuture<T> asked, long seconds) throws AgentException, InterruptedException {
        return Answers.within(
                seconds,
                asked,
                () -> new AgentException(
                        "a server process gave no answer for " + seconds + " s", "is the machine overloaded?"));
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

    /** One at a time: the next order finds what this one has started. */
    synchronized void makeRoom(long more) throws InterruptedException {
        status(); // so that rooms are those of now
        long room = LongStream.of(rooms()).map(ServerProcesses::safely).sum();
        long each = safely(bound.room() - settings.ports().size());
        int wanted = 0;
        int max = bound.more(1 + workers.running().size());
        while (room < more && wanted < max && each > 0) {
            room += each;
            wanted++;
        }
        grow(wanted);
    }

    private static long safely(long room) {
        return Math.max(0, room - (long) (ROOTS * Math.sqrt((double) room)));
    }

    private void grow(int more) throws InterruptedException {
        if (more > 0) {
            Optional<Exhausted> exhausted = workers.start(more, this::join, () -> false);
            if (exhausted.isPresent()) {
                notBefore = System.nanoTime() + PAUSE_NANOS;
                synchronized (workers) {
                    gone = gone.plus(ServerStatus.with(exhausted.get().reason()));
                }
            }
            own.setWeights(rooms());
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
        ServerStatus joined =
                answer(worker.process().server(id -> new StartServer(id, settings.shared(ports))), ANSWER_SECONDS);
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

    /** Once a second, or where there are many less often, since asking costs each of them a wake-up: who has room gets more. */
    private void look() {
        try {
            turn++;
            if (turn % (1 + workers.running().size() / ASKED_EACH_SECOND) != 0) {
                return;
            }
            status();
            long[] rooms = rooms();
            if (rooms.length > 1) {
                own.setWeights(rooms);
            }
            boolean scarce = LongStream.of(rooms).sum() < SCARCE * bound.room();
            if (scarce && System.nanoTime() - notBefore >= 0 && bound.more(rooms.length) > 0) {
                grow(1);
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            log.error("the balance goes on", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // stopped
        }
    }
}
