package io.connscale.control;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.control.AgentProcess.Silence;
import io.connscale.control.Workers.Worker;
import io.connscale.kernel.Limits;
import io.connscale.kernel.OomKills;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Starts that fail or hang: whoever waits for them goes on, and hears why. And workers that fall silent. */
@Timeout(30)
class WorkersTest {
    private static final String NO_THREAD = "unable to create native thread: possibly out of memory";

    private final List<String> notices = new CopyOnWriteArrayList<>();
    private final AtomicInteger tried = new AtomicInteger();

    private Optional<Exhausted> start(int n, AgentProcess.Starter starter, long patience) throws InterruptedException {
        try (Workers workers = new Workers("worker", starter, notices::add, lost -> 0, patience, 60)) {
            return workers.start(n, worker -> {}, () -> false);
        }
    }

    @Test
    void withoutAThreadTheRestIsNotTried() throws Exception {
        Optional<Exhausted> exhausted = start(
                40,
                name -> {
                    tried.incrementAndGet();
                    throw new OutOfMemoryError(NO_THREAD);
                },
                30);
        assertThat(exhausted).contains(Exhausted.THREADS);
        assertThat(tried).hasValueLessThan(40);
        assertThat(notices)
                .contains("worker-2 can't be started: no thread left (start EAGAIN)")
                .last()
                .isEqualTo("worker: %d not started: no thread left (start EAGAIN)".formatted(40 - tried.get()));
    }

    @Test
    void anotherFailureStopsNobody() throws Exception {
        Optional<Exhausted> exhausted = start(
                5,
                name -> {
                    tried.incrementAndGet();
                    throw new IllegalStateException("broken");
                },
                30);
        assertThat(exhausted).isEmpty();
        assertThat(tried).hasValue(5);
        assertThat(notices)
                .hasSize(5)
                .allMatch(notice -> notice.contains("can't be started: ") && notice.contains("broken"));
    }

    @Test
    void aStartThatHangsIsNotWaitedForForEver() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Optional<Exhausted> exhausted = start(
                1,
                name -> {
                    never.await();
                    throw new AgentException("interrupted", "");
                },
                0);
        assertThat(exhausted).isEmpty();
        assertThat(notices).containsExactly("worker: 1 did not start within 0 s");
        assertThat(never.await(0, SECONDS)).isFalse();
    }

    /** A worker with 7 connections that has said nothing for so many seconds, until it is killed. */
    private static AgentProcess silent(int seconds) {
        CompletableFuture<String> ending = new CompletableFuture<>();
        return (AgentProcess) Proxy.newProxyInstance(
                AgentProcess.class.getClassLoader(),
                new Class<?>[] {AgentProcess.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "hello" ->
                        CompletableFuture.completedFuture(
                                new Message.Hello(1, "9", "17", 1, "Linux", "amd64", Limits.ofThisProcess()));
                    case "tick" -> seconds;
                    case "snapshot", "statistics" -> new CompletableFuture<>();
                    case "latest" -> new Snapshot(7, 0, 0, 0, 0, 0, 0, 0, new TreeMap<>());
                    case "latestStatistics" -> Statistics.NONE;
                    case "ending" -> ending;
                    case "kill" -> ending.complete("with exit code 137 (SIGKILL)");
                    default -> null;
                });
    }

    @Test
    void oneThatTheKernelKilledIsCountedAsSuch() throws Exception {
        List<Snapshot> left = new CopyOnWriteArrayList<>();
        AgentProcess process = silent(0);
        try (Workers workers =
                new Workers("server process", name -> process, notices::add, worker -> lost(left, worker))) {
            workers.start(1, worker -> {}, () -> false);
            process.ending().complete("with exit code 137 (SIGKILL), " + OomKills.KILLED + "control group /a, +1)");
            await().until(() -> !left.isEmpty());
        }
        assertThat(left.get(0).errors()).hasToString("{server process killed: out of memory=7}");
        assertThat(notices)
                .singleElement()
                .asString()
                .startsWith("server-process-2 lost, with 7 connections: it ended with");
    }

    @Test
    void whoDoesNotAnswerIsNotLostAndItsCountsAreSaidToBeOld() throws Exception {
        try (Workers workers = new Workers("worker", name -> silent(14), notices::add, worker -> 0)) {
            workers.start(1, worker -> {}, () -> false);
            await().untilAsserted(() -> assertThat(workers.silence()).isEqualTo(new Silence("worker-2", 14)));
            Worker worker = workers.running().get(0);
            Snapshot counts = worker.counts().join();
            assertThat(counts.established()).isEqualTo(7);
            assertThat(counts.lost()).isZero();
            assertThat(worker.answer(new CompletableFuture<Statistics>(), worker::afterLoss))
                    .failsWithin(20, SECONDS)
                    .withThrowableThat()
                    .withMessageContaining("worker-2 gave no answer for 5 s");
        }
    }

    @Test
    void whoSpeaksEveryFewSecondsIsNotSilent() throws Exception {
        try (Workers workers = new Workers("worker", name -> silent(3), notices::add, worker -> 0)) {
            workers.start(1, worker -> {}, () -> false);
            assertThat(workers.silence()).isNull();
            assertThat(workers.running().get(0).silentSeconds()).isNull();
        }
    }

    private static long lost(List<Snapshot> left, Worker worker) {
        left.add(worker.afterLoss().counts());
        return worker.process().latest().established();
    }

    @Test
    void aSilentOneIsEndedAndNobodyElseIsBlamedForThat() throws Exception {
        List<Snapshot> left = new CopyOnWriteArrayList<>();
        try (Workers workers =
                new Workers("worker", name -> silent(3), notices::add, worker -> lost(left, worker), 30, 3)) {
            workers.start(1, worker -> {}, () -> false);
            await().until(() -> !left.isEmpty());
            await().until(() -> notices.size() == 2);
            assertThat(workers.running()).isEmpty();
        }
        assertThat(left).singleElement().satisfies(counts -> {
            assertThat(counts.lost()).isEqualTo(7);
            assertThat(counts.errors()).hasToString("{worker silent=7}");
        });
        assertThat(notices)
                .containsExactly(
                        "worker-2: no heartbeat for 3 s; declared lost",
                        "worker-2 lost, with 7 connections: connscale ended it, since it had no heartbeat for 3 s");
    }
}
