package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.control.Agent.Closed;
import io.connscale.control.Agent.OpenRequest;
import io.connscale.control.Agent.Opened;
import io.connscale.control.AgentProcess;
import io.connscale.control.Message;
import io.connscale.control.Rate;
import io.connscale.control.Settings;
import io.connscale.kernel.Limits;
import io.connscale.kernel.WorkerBound;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An agent of two processes, of which none is real. */
class GrowingAgentTest {
    private static final Limits LIMITS = Limits.ofThisProcess();
    private static final Settings SETTINGS =
            new Settings(List.of("127.0.0.1:1"), List.of(), 1000, 1000, 5000).withWorkers(2);
    private static final Duration OTHER = Duration.ofSeconds(7);

    /** Remembers what it was told last; no order ends. */
    private static final class Member implements AgentProcess {
        volatile Settings settings = SETTINGS;
        volatile @Nullable OpenRequest order;
        volatile Snapshot counts = Snapshot.NONE;
        final CompletableFuture<Opened> opened = new CompletableFuture<>();

        @Override
        public CompletableFuture<Void> configure(Settings told) {
            settings = told;
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Opened> open(OpenRequest told, Consumer<Opened> progress) {
            order = told;
            return opened;
        }

        @Override
        public CompletableFuture<Void> stopOpening(CompletableFuture<Opened> opening) {
            return stopOpening();
        }

        @Override
        public CompletableFuture<Void> stopOpening() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Closed> close(long count) {
            return CompletableFuture.completedFuture(new Closed(0, 0));
        }

        @Override
        public CompletableFuture<Snapshot> snapshot() {
            return CompletableFuture.completedFuture(counts);
        }

        @Override
        public CompletableFuture<Statistics> statistics() {
            return CompletableFuture.completedFuture(Statistics.NONE);
        }

        @Override
        public CompletableFuture<Message.Hello> hello() {
            return CompletableFuture.completedFuture(
                    new Message.Hello(Message.PROTOCOL, "9", "17", 1, "Linux", "amd64", LIMITS));
        }

        @Override
        public Snapshot latest() {
            return Snapshot.NONE;
        }

        @Override
        public Statistics latestStatistics() {
            return Statistics.NONE;
        }

        @Override
        public CompletableFuture<String> ending() {
            return new CompletableFuture<>();
        }

        @Override
        public <T extends Message> CompletableFuture<T> ask(Function<Long, Message> request, Class<T> answer) {
            return new CompletableFuture<>();
        }

        @Override
        public int tick() {
            return 0;
        }

        @Override
        public void kill() {}

        @Override
        public void close() {}
    }

    private final Member own = new Member();
    private final Member worker = new Member();
    private volatile Runnable whileStarting = () -> {};
    private final GrowingAgent agent = new GrowingAgent(
            own,
            100,
            new WorkerBound(2, LIMITS, false, false),
            name -> {
                whileStarting.run();
                return worker;
            },
            notice -> {},
            SETTINGS);

    @AfterEach
    void end() {
        agent.close();
    }

    private void open(OpenRequest order) {
        CompletableFuture<Opened> unused = agent.open(order, opened -> {});
        await().until(() -> worker.order != null);
    }

    private long toldRates() {
        return own.settings.ratePerSecond() + worker.settings.ratePerSecond();
    }

    @Test
    void anotherIntervalLeavesTheRateOfAnOrderAlone() {
        open(new OpenRequest(300, new Rate(1000)));
        assertThat(worker.settings).isEqualTo(SETTINGS.withWorkers(1));
        agent.configure(SETTINGS.withInterval(OTHER)).join();
        assertThat(worker.settings.interval()).isEqualTo(OTHER);
        assertThat(worker.settings.ratePerSecond()).isEqualTo(5000); // the one it has, so it changes nothing
    }

    @Test
    void anotherRateIsSharedOutAndStaysSo() {
        open(new OpenRequest(300, new Rate(1000)));
        agent.configure(SETTINGS.withRate(new Rate(3000))).join();
        assertThat(toldRates()).isEqualTo(3000);
        agent.configure(SETTINGS.withRate(new Rate(3000)).withInterval(OTHER)).join();
        assertThat(toldRates()).isEqualTo(3000);
    }

    @Test
    void aWorkerThatStartsMeanwhileHasTheNewSettings() {
        whileStarting = () -> agent.configure(SETTINGS.withInterval(OTHER)).join();
        open(new OpenRequest(300, null));
        assertThat(worker.settings.interval()).isEqualTo(OTHER);
    }

    @Test
    void whereNoThreadIsLeftForAWorkerItOpensWhatItCanAndCountsTheRest() {
        whileStarting = () -> {
            throw new OutOfMemoryError("unable to create native thread");
        };
        CompletableFuture<Opened> answer = agent.open(new OpenRequest(300, null), opened -> {});
        await().until(() -> own.order != null);
        assertThat(own.order).isEqualTo(new OpenRequest(100, new Rate(5000)));
        own.opened.complete(new Opened(100, 100, 0, 1, new TreeMap<>()));
        assertThat(answer.join())
                .usingRecursiveComparison()
                .ignoringFields("seconds")
                .isEqualTo(new Opened(300, 100, 200, 1, new TreeMap<>(Map.of("start EAGAIN", 200L))));
        assertThat(answer.join().seconds()).isGreaterThanOrEqualTo(1);
        Snapshot counts = agent.snapshot().join();
        assertThat(counts.failed()).isEqualTo(200);
        assertThat(counts.errors()).containsExactly(Map.entry("start EAGAIN", 200L));
        assertThat(agent.statistics().join().attempted()).isEqualTo(200);
    }

    @Test
    void anOrderThatNoProcessHasRoomForEndsAtOnce() {
        whileStarting = () -> {
            throw new OutOfMemoryError("unable to create native thread");
        };
        own.counts = new Snapshot(100, 0, 0, 0, 0, 0, 0, 0, new TreeMap<>());
        CompletableFuture<Opened> answer = agent.open(new OpenRequest(300, null), opened -> {});
        assertThat(answer.join()).isEqualTo(new Opened(300, 0, 300, 0, new TreeMap<>(Map.of("start EAGAIN", 300L))));
        assertThat(own.order).isNull();
    }
}
