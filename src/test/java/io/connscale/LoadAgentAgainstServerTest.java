package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.agent.Given;
import io.connscale.agent.LoadAgent;
import io.connscale.control.Agent.Closed;
import io.connscale.control.Agent.Opened;
import io.connscale.control.AgentException;
import io.connscale.control.Rate;
import io.connscale.control.ServerSettings;
import io.connscale.control.Settings;
import io.connscale.net.Transport;
import io.connscale.server.PingPongServer;
import io.connscale.stats.Snapshot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Agent and server, each the real one, counting the same connections. On one event loop and on several. */
@Timeout(60)
@ParameterizedClass
@ValueSource(ints = {1, 3})
class LoadAgentAgainstServerTest {
    private final PingPongServer server =
            new PingPongServer(new ServerSettings("127.0.0.1", List.of(0, 0), 1024, 2), Transport.best());
    private final Settings settings;
    private final LoadAgent agent;

    LoadAgentAgainstServerTest(int loops) throws AgentException {
        server.start().join();
        List<String> targets = server.status().join().listeners().stream()
                .map(listener -> "127.0.0.1:" + listener.port())
                .toList();
        settings = new Settings(targets, List.of(), 100, 3_600_000, 0);
        agent = new LoadAgent(Transport.best(), loops, settings);
    }

    @AfterEach
    void close() {
        agent.close();
        server.close();
    }

    @Test
    void bothSidesCountTheSame() throws Exception {
        Opened opened = done(agent.open(Given.order(500), progress -> {}));
        assertThat(opened.established()).isEqualTo(500);
        assertThat(opened.failed()).isZero();
        assertThat(opened.errors()).isEmpty();
        awaitBothSidesHave(500);
        await().until(() -> now().pongs() >= 1000); // twice round
        assertThat(now().lost()).isZero();

        assertThat(done(agent.close(5))).isEqualTo(new Closed(5, 495));
        awaitBothSidesHave(495);
        assertThat(now().stopped()).isEqualTo(5);
        assertThat(done(agent.close(1_000_000_000))).isEqualTo(new Closed(495, 0));
        awaitBothSidesHave(0);
        assertThat(done(agent.close(1))).isEqualTo(new Closed(0, 0));
        assertThat(now().errors()).isEmpty();
    }

    @Test
    void whyConnectionsFailedIsToldApartFromWhyTheyWereLost() throws Exception {
        done(agent.open(Given.order(20), progress -> {}));
        server.close();
        await().until(() -> now().lost() == 20);
        assertThat(done(agent.open(Given.order(5), progress -> {})).failed()).isEqualTo(5);
        assertThat(now().whyFailed()).isEqualTo(Map.of("connect ECONNREFUSED", 5L));
        assertThat(now().errors().values().stream().mapToLong(n -> n).sum()).isEqualTo(25);
    }

    @Test
    void ordersAreCarriedOutOneAfterTheOther() throws Exception {
        CompletableFuture<Opened> first = agent.open(Given.order(50), progress -> {});
        CompletableFuture<Opened> second = agent.open(Given.order(70), progress -> {});
        assertThat(done(second).established()).isEqualTo(70);
        assertThat(first).isCompletedWithValueMatching(opened -> opened.established() == 50);
        awaitBothSidesHave(120);
    }

    @Test
    void stoppingLeavesOpenWhatIsOpenAndGivesUpTheOrdersThatWait() throws Exception {
        CompletableFuture<Opened> running = agent.open(Given.order(100_000, 300), progress -> {});
        CompletableFuture<Opened> waiting = agent.open(Given.order(10), progress -> {});
        await().until(() -> now().established() >= 20);
        done(agent.stopOpening());
        Opened opened = done(running);
        assertThat(opened.established()).isBetween(20L, 99_999L);
        assertThat(opened.remaining()).isEqualTo(100_000 - opened.established());
        assertThat(done(waiting)).isEqualTo(Opened.none(10));
        assertThat(now().connecting()).isZero();
        assertThat(now().failed()).isZero();
        awaitBothSidesHave(opened.established());

        done(agent.stopOpening()); // with nothing to stop
        assertThat(done(agent.open(Given.order(10), progress -> {})).established())
                .isEqualTo(10);
    }

    @Test
    void stoppingOneOpenRequestLeavesTheOthers() throws Exception {
        CompletableFuture<Opened> first = agent.open(Given.order(400, 200), progress -> {});
        CompletableFuture<Opened> second = agent.open(Given.order(100_000, 300), progress -> {});
        CompletableFuture<Opened> third = agent.open(Given.order(10), progress -> {});
        done(agent.stopOpening(second));
        assertThat(done(second)).isEqualTo(Opened.none(100_000));
        assertThat(first).isNotDone();
        assertThat(done(first).established()).isEqualTo(400);
        assertThat(done(third).established()).isEqualTo(10);
        done(agent.stopOpening(third)); // which has ended

        CompletableFuture<Opened> running = agent.open(Given.order(100_000, 300), progress -> {});
        CompletableFuture<Opened> next = agent.open(Given.order(10), progress -> {});
        await().until(() -> now().established() >= 430);
        done(agent.stopOpening(running));
        assertThat(done(running).established()).isBetween(20L, 99_999L);
        assertThat(done(next).established()).isEqualTo(10);
    }

    @Test
    void stoppingAtAnyMomentAnswersEachOrder() throws Exception {
        for (int i = 0; i < 50; i++) {
            CompletableFuture<Opened> order = agent.open(Given.order(i + 1), progress -> {});
            CompletableFuture<Opened> next = agent.open(Given.order(1), progress -> {});
            done(agent.stopOpening());
            Opened opened = done(order);
            assertThat(opened.established() + opened.remaining()).isEqualTo(i + 1);
            assertThat(done(next).failed()).isZero();
        }
        assertThat(now().connecting()).isZero();
        awaitBothSidesHave(now().established());
    }

    @Test
    void theRateHoldsConnectionsBack() throws Exception {
        Queue<Opened> heard = new ConcurrentLinkedQueue<>();
        Opened opened = done(agent.open(Given.order(1000, 1000), heard::add));
        assertThat(opened.established()).isEqualTo(1000);
        assertThat(heard).isNotEmpty();
        assertThat(heard.element().established()).isLessThan(1000);
        assertThat(heard).allMatch(progress -> progress.requested() == 1000);
    }

    @Test
    void aNewRateHoldsAtOnceForTheOrderUnderWay() throws Exception {
        done(agent.configure(settings.withRate(new Rate(1)))); // would take minutes
        CompletableFuture<Opened> order = agent.open(Given.order(400), progress -> {});
        await().until(() -> now().established() >= 1);
        assertThat(order).isNotDone();
        done(agent.configure(settings));
        assertThat(done(order).established()).isEqualTo(400);
    }

    @Test
    void anOrdersOwnRateSurvivesANewInterval() throws Exception {
        CompletableFuture<Opened> order = agent.open(Given.order(1000, 1), progress -> {});
        await().until(() -> now().established() >= 1);
        done(agent.configure(settings.withInterval(Duration.ofMillis(10))));
        long pongs = now().pongs();
        await().until(() -> now().pongs() > pongs + 30);
        assertThat(order).isNotDone();
    }

    @Test
    void aNewIntervalHoldsForRunningConnections() throws Exception {
        done(agent.configure(settings.withInterval(Duration.ofHours(20))));
        done(agent.open(Given.order(100), progress -> {}));
        assertThat(now().pings()).isLessThan(100);
        done(agent.configure(settings.withInterval(Duration.ofMillis(50))));
        await().until(() -> now().pongs() >= 500);
        assertThat(now().lost()).isZero();
    }

    @Test
    void whoeverWaitsForAnOrderHearsOfTheEnd() throws Exception {
        CompletableFuture<Opened> order = agent.open(Given.order(1000, 1), progress -> {});
        agent.close();
        assertThat(done(order).remaining()).isPositive();
        await().until(() -> server.status().join().established() == 0);
    }

    @Test
    void tooManyOrdersAreRefused() {
        CompletableFuture<Opened> last = agent.open(Given.order(1000, 1), progress -> {});
        for (int i = 0; i < 101; i++) {
            last = agent.open(Given.order(1), progress -> {});
        }
        assertThat(last).failsWithin(Duration.ZERO).withThrowableThat().withCauseInstanceOf(AgentException.class);
    }

    private Snapshot now() {
        return Given.now(agent);
    }

    private void awaitBothSidesHave(long count) {
        await().until(() -> server.status().join().established() == count);
        assertThat(now().established()).isEqualTo(count);
    }

    private static <T> T done(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }
}
