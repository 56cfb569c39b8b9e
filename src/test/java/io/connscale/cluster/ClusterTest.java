package io.connscale.cluster;

import static io.connscale.cluster.Outcome.failure;
import static io.connscale.cluster.Outcome.get;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.control.AgentException;
import io.connscale.control.Message;
import io.connscale.stats.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hosts and their states: what starts and stops come to, also where they meet. */
@Timeout(60)
class ClusterTest {
    private final List<AutoCloseable> open = new ArrayList<>();

    private MiniCluster start(MiniCluster.Builder builder) throws Exception {
        MiniCluster mini = builder.start();
        open.add(mini);
        return mini;
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    @Test
    void aHostIsStoppedThenReadyThenStopped() throws Exception {
        MiniCluster mini = start(MiniCluster.of("client1", "client2"));
        assertThat(mini.state("client1")).isEqualTo(State.STOPPED);
        assertThat(get(mini.cluster().start("client1")).protocol()).isEqualTo(Message.PROTOCOL);
        assertThat(mini.state("client1")).isEqualTo(State.READY);
        assertThat(mini.state("client2")).isEqualTo(State.STOPPED);
        assertThat(mini.open("client1", 20)).isEqualTo(20);
        assertThat(get(mini.cluster().stop("client1"))).isTrue();
        HostStatus stopped = mini.cluster().status("client1");
        assertThat(stopped.state()).isEqualTo(State.STOPPED);
        assertThat(stopped.hello()).isNull();
        assertThat(stopped.counts()).isEqualTo(Snapshot.NONE);
        assertThat(get(mini.cluster().stop("client1"))).isFalse();
        await().until(() -> mini.server().status().established() == 0);
        assertThat(mini.notices()).isEmpty();
    }

    @Test
    void aSecondStartIsRefusedAndHarmsNothing() throws Exception {
        MiniCluster mini = start(MiniCluster.of("client1"));
        get(mini.cluster().start("client1"));
        AgentException e = failure(mini.cluster().start("client1"));
        assertThat(e).hasMessage("client1 is ready already");
        assertThat(e.hint()).isEqualTo("stop client1 ends it");
        assertThat(mini.state("client1")).isEqualTo(State.READY);
    }

    @Test
    void aStartDuringAStartIsRefused() throws Exception {
        MiniCluster mini = start(MiniCluster.of().and("client1", FakeAgent::dumb));
        CompletableFuture<Message.Hello> first = mini.cluster().start("client1");
        await().until(() -> mini.state("client1") == State.STARTING);
        assertThat(failure(mini.cluster().start("client1"))).hasMessage("client1 is starting already");
        assertThat(first).isNotDone();
    }

    @Test
    void aStopEndsAStartThatWaits() throws Exception {
        MiniCluster mini = start(MiniCluster.of().and("client1", FakeAgent::dumb));
        CompletableFuture<Message.Hello> starting = mini.cluster().start("client1");
        await().until(() -> mini.state("client1") == State.STARTING);
        get(mini.cluster().stop("client1"));
        assertThat(failure(starting).message()).startsWith("client1 was stopped");
        assertThat(mini.state("client1")).isEqualTo(State.STOPPED);
        assertThat(mini.notices()).isEmpty();
    }

    @Test
    void aStopBeforeTheProcessIsKnownIsNotForgotten() throws Exception {
        CountDownLatch launching = new CountDownLatch(1);
        CompletableFuture<Void> go = new CompletableFuture<>();
        ThreadProcess process = new ThreadProcess("fake-agent", FakeAgent.answering(FakeAgent::idle));
        Host host = new Host(
                MiniCluster.of("client1").config().hosts().get(0),
                command -> {
                    launching.countDown();
                    go.join(); // deaf to the interrupt that comes with the stop
                    return process;
                },
                (launcher, java, steps) -> {
                    throw new AssertionError("a local host needs no jar");
                },
                () -> List.of("127.0.0.1:1"),
                notice -> {});
        CompletableFuture<AgentException> started = CompletableFuture.supplyAsync(() -> {
            try {
                throw new AssertionError(host.start().toString());
            } catch (AgentException e) {
                return e;
            }
        });
        launching.await();
        assertThat(host.stop()).isTrue();
        go.complete(null);
        assertThat(get(started)).hasMessage("client1 was stopped while it started");
        assertThat(host.status().state()).isEqualTo(State.STOPPED);
        assertThat(process.waitFor(20, SECONDS)).isTrue();
    }

    @Test
    void aStartThatFailsLateLeavesTheNextOneAlone() throws Exception {
        AtomicInteger starts = new AtomicInteger();
        MiniCluster mini = start(MiniCluster.of()
                .and(
                        "client1",
                        (in, out, err) -> starts.incrementAndGet() == 1
                                ? FakeAgent.deaf(in, out, err) // takes two seconds to be killed
                                : FakeAgent.answering(FakeAgent::idle).run(in, out, err)));
        CompletableFuture<Message.Hello> first = mini.cluster().start("client1");
        await().until(() -> starts.get() == 1);
        CompletableFuture<Boolean> stopped = mini.cluster().stop("client1");
        await().until(() -> mini.state("client1") == State.STOPPED);
        get(mini.cluster().start("client1"));
        assertThat(failure(first).message()).startsWith("client1 was stopped");
        get(stopped);
        assertThat(mini.state("client1")).isEqualTo(State.READY);
        assertThat(mini.cluster().agents(List.of("client1")).members()).containsKey("client1");
    }

    @Test
    void aStartThatFailsSaysWhyAndLeavesTheStateAsItWas() throws Exception {
        MiniCluster mini = start(MiniCluster.of().and("client1", (in, out, err) -> {
            err.println("no java");
            return 127;
        }));
        assertThat(failure(mini.cluster().start("client1")))
                .hasMessage("client1: the agent ended at once with exit code 127; its last words: no java");
        assertThat(mini.state("client1")).isEqualTo(State.STOPPED);
    }

    @Test
    void stopsDoNotWaitForTheStartsThatTheyEnd() throws Exception {
        MiniCluster.Builder builder = MiniCluster.of();
        for (int i = 0; i < 20; i++) {
            builder.and("h" + i, FakeAgent::dumb);
        }
        MiniCluster mini = start(builder);
        mini.cluster()
                .names()
                .forEach(name -> assertThat(mini.cluster().start(name)).isNotCompletedExceptionally());
        await().until(() -> mini.cluster().statuses().stream()
                        .filter(host -> host.state() == State.STARTING)
                        .count()
                >= 16);
        assertThat(get(mini.cluster().stop("h0"))).isTrue();
    }

    @Test
    void closingEndsAllOfThemWithinSeconds() throws Exception {
        MiniCluster mini =
                start(MiniCluster.of("client1").and("frozen", FakeAgent::frozen).and("starting", FakeAgent::deaf));
        get(mini.cluster().start("client1"));
        get(mini.cluster().start("frozen"));
        CompletableFuture<Message.Hello> starting = mini.cluster().start("starting");
        await().until(() -> mini.launched("starting"));
        mini.cluster().close();
        await().until(() -> Stream.of("client1", "frozen", "starting").noneMatch(mini::alive));
        assertThat(failure(starting).message()).startsWith("starting was stopped");
        assertThat(failure(mini.cluster().start("client1")))
                .hasMessage("the console is ending: client1 is not started");
        assertThat(mini.notices()).isEmpty();
    }
}
