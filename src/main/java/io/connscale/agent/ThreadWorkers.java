package io.connscale.agent;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.connscale.control.AgentException;
import io.connscale.control.AgentProcess;
import io.connscale.control.Message;
import io.connscale.control.Message.Request;
import io.connscale.control.Message.ServerStatusTaken;
import io.connscale.control.Message.StatisticsTaken;
import io.connscale.control.Message.TakeServerStatistics;
import io.connscale.control.Server;
import io.connscale.control.ServerSettings;
import io.connscale.control.Settings;
import io.connscale.control.Threads;
import io.connscale.net.Transport;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts workers in this process: event loops that have as many files as a process may have ({@link Transport#withOwnFiles()}). Such
 * a worker is there at once, takes no memory to speak of, and runs code that is compiled already. Where the kernel does not allow them,
 * workers are processes. Any thread.
 */
public final class ThreadWorkers implements AgentProcess.Starter {
    private static final Logger log = LoggerFactory.getLogger(ThreadWorkers.class);
    /** Set to {@value #PROCESSES}: workers are processes in any case. */
    private static final String PROPERTY = "connscale.workers";

    private static final String PROCESSES = "processes";
    private static final int THREADS_LEFT = 10;
    /** Percent of the old generation that are to be free after a collection. */
    private static final int THIRD = 30;

    private static final String MIN_FREE = "MinHeapFreeRatio";
    private static final String MAX_FREE = "MaxHeapFreeRatio";

    private final Transport transport;
    private final BiFunction<ServerSettings, Transport, Server> servers;
    private final AgentProcess.Starter processes;
    /** What a loop has found out is passed on here: on the loop's thread nobody else's file may be used. */
    private final ScheduledThreadPoolExecutor answers = Threads.clock("worker-answers");

    /**
     * @param servers makes a server that does nothing yet, with that transport
     * @param processes starts those that have to be processes
     */
    public ThreadWorkers(
            Transport transport,
            BiFunction<ServerSettings, Transport, Server> servers,
            AgentProcess.Starter processes) {
        this.transport = transport;
        this.servers = servers;
        this.processes = processes;
    }

    /** As long as it is not known that they can't be had. */
    @Override
    public boolean startsLoops() {
        return wanted() && transport.mayOwnFiles();
    }

    /**
     * Loops would take the last threads that a user or a control group may have, and then nobody could say why there are no more: so a few are
     * tried before each, and given back.
     *
     * @throws OutOfMemoryError where there are not so many, as for a loop itself
     */
    private static void leaveThreads() {
        CountDownLatch tried = new CountDownLatch(1);
        try {
            for (int i = 0; i < THREADS_LEFT; i++) {
                Threads.start("worker-spare", () -> AgentMain.await(tried));
            }
        } finally {
            tried.countDown();
        }
    }

    /**
     * Whenever the old generation grows all of it is collected. An agent's flags have it grow by a twentieth, which suits the connections of one
     * worker; for a million it would be collected sixty times. Both are manageable at run time ({@link HotSpotDiagnosticMXBean}).
     */
    private static void growByAThird() {
        try {
            HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            if (Integer.parseInt(vm.getVMOption(MIN_FREE).getValue()) < THIRD) {
                vm.setVMOption(MAX_FREE, String.valueOf(THIRD + 10));
                vm.setVMOption(MIN_FREE, String.valueOf(THIRD));
            }
        } catch (RuntimeException e) { // another JVM: it works without
            log.debug("the heap grows as it likes", e);
        }
    }

    private static boolean wanted() {
        return !PROCESSES.equals(System.getProperty(PROPERTY));
    }

    @Override
    public AgentProcess start(String name) throws AgentException, InterruptedException {
        Transport own = wanted() ? transport.withOwnFiles().orElse(null) : null;
        if (own == null) {
            return processes.start(name);
        }
        answers.prestartCoreThread(); // not by a loop, whose files it would have
        growByAThird();
        leaveThreads();
        return new ThreadWorker(own);
    }

    @Override
    public AgentProcess startApart(String name, Map<String, Long> settings)
            throws AgentException, InterruptedException {
        return processes.startApart(name, settings);
    }

    /** Event loops of an agent or of a server. They end with this process, and not before, unless they are closed. */
    private final class ThreadWorker implements AgentProcess {
        private final Transport own;
        private final HostedServer server;
        private final CompletableFuture<String> ending = new CompletableFuture<>();
        private @Nullable LoadAgent agent; // from the first settings on
        private volatile Statistics latest = Statistics.NONE;

        ThreadWorker(Transport own) {
            this.own = own;
            this.server = new HostedServer(settings -> servers.apply(settings, own));
        }

        private <T> CompletableFuture<T> passedOn(CompletableFuture<T> found) {
            CompletableFuture<T> answer = new CompletableFuture<>();
            CompletableFuture<?> unused = found.whenCompleteAsync(
                    (value, failure) -> {
                        if (failure == null) {
                            answer.complete(value);
                        } else {
                            answer.completeExceptionally(AgentException.of(failure));
                        }
                    },
                    answers);
            return answer;
        }

        private synchronized LoadAgent agent() {
            if (agent == null) {
                throw new IllegalStateException("a worker without settings");
            }
            return agent;
        }

        @Override
        public CompletableFuture<Message.Hello> hello() {
            return CompletableFuture.completedFuture(AgentMain.hello());
        }

        @Override
        public synchronized CompletableFuture<Void> configure(Settings settings) {
            if (agent != null) {
                return passedOn(agent.configure(settings));
            }
            try {
                agent = new LoadAgent(own, 1, settings);
                return CompletableFuture.completedFuture(null);
            } catch (AgentException | RuntimeException e) {
                return CompletableFuture.failedFuture(AgentException.of(e));
            }
        }

        @Override
        public CompletableFuture<Opened> open(OpenRequest request, Consumer<Opened> progress) {
            CompletableFuture<Opened> opening =
                    agent().open(request, soFar -> answers.execute(() -> progress.accept(soFar)));
            return passedOn(opening);
        }

        @Override
        public CompletableFuture<Void> stopOpening(CompletableFuture<Opened> opening) {
            return stopOpening(); // whoever has workers carries out one after the other
        }

        @Override
        public CompletableFuture<Void> stopOpening() {
            return passedOn(agent().stopOpening());
        }

        @Override
        public CompletableFuture<Closed> close(long count) {
            return passedOn(agent().close(count));
        }

        @Override
        public synchronized CompletableFuture<Snapshot> snapshot() {
            return agent == null ? CompletableFuture.completedFuture(Snapshot.NONE) : agent.snapshot();
        }

        /** They are this process's: no loop is asked. */
        @Override
        public Snapshot latest() {
            return snapshot().join();
        }

        @Override
        public CompletableFuture<Statistics> statistics() {
            return passedOn(agent().statistics()).thenApply(all -> latest = all);
        }

        @Override
        public Statistics latestStatistics() {
            return latest;
        }

        @Override
        public CompletableFuture<String> ending() {
            return ending;
        }

        @Override
        public <T extends Message> CompletableFuture<T> ask(Function<Long, Message> request, Class<T> answer) {
            Message asked = request.apply(0L);
            CompletableFuture<? extends Message> answered = asked instanceof TakeServerStatistics
                    ? server.statistics().thenApply(found -> new StatisticsTaken(0, found))
                    : server.answer((Request) asked).thenApply(status -> new ServerStatusTaken(0, status));
            return passedOn(answered.thenApply(answer::cast));
        }

        @Override
        public int tick() {
            return 0;
        }

        @Override
        public void kill() {
            close();
        }

        @Override
        public void close() {
            LoadAgent there;
            synchronized (this) {
                there = agent;
            }
            if (there != null) {
                there.close();
            }
            server.close();
            ending.complete("with this process");
        }
    }
}
