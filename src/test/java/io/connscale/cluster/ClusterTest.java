package io.connscale.cluster;

import static io.connscale.cluster.Outcome.failure;
import static io.connscale.cluster.Outcome.get;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.cluster.HostStatus.State;
import io.connscale.control.AgentException;
import io.connscale.control.Message;
import io.connscale.stats.Snapshot;
import java.util.ArrayList;
import java.util.Collections;
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
        await().until(() -> mini.server().status().join().established() == 0);
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
        Cluster cluster = new Cluster(
                MiniCluster.of("client1").config(),
                () -> List.of("127.0.0.1:1"),
                notice -> {},
                host -> command -> {
                    launching.countDown();
                    go.join(); // deaf to the interrupt that comes with the stop
                    return process;
                },
                10);
        open.add(cluster);
        CompletableFuture<Message.Hello> started = cluster.start("client1");
        launching.await();
        assertThat(get(cluster.stop("client1"))).isTrue();
        go.complete(null);
        assertThat(failure(started)).hasMessage("client1 was stopped while it started");
        assertThat(cluster.status("client1").state()).isEqualTo(State.STOPPED);
        assertThat(process.waitFor(20, SECONDS)).isTrue();
    }

    /** Its host has forgotten it by then; whoever ends the program right after the close would leave it behind. */
    @Test
    void aCloseWaitsForASessionThatIsStillBeingStopped() throws Exception {
        CountDownLatch killed = new CountDownLatch(1);
        ThreadProcess deaf = new ThreadProcess("deaf", FakeAgent::frozen) {
            @Override
            public Process destroyForcibly() {
                killed.countDown();
                return super.destroyForcibly();
            }
        };
        Cluster cluster = new Cluster(
                MiniCluster.of("client1").config(),
                () -> List.of("127.0.0.1:1"),
                notice -> {},
                host -> command -> deaf,
                10);
        open.add(cluster);
        get(cluster.start("client1"));
        CompletableFuture<Boolean> stopped = cluster.stop("client1");
        await().until(() -> cluster.status("client1").state() == State.STOPPED);
        assertThat(stopped).isNotDone();
        cluster.close();
        assertThat(killed.getCount()).isZero();
        assertThat(deaf.isAlive()).isFalse();
    }

    @Test
    void aStartRightAfterOneThatWasGivenUpIsNotShotDownByIt() throws Exception {
        CountDownLatch greet = new CountDownLatch(1);
        AtomicInteger starts = new AtomicInteger();
        MiniCluster mini = start(MiniCluster.of().and("client1", (in, out, err) -> {
            starts.incrementAndGet();
            FakeAgent.await(greet); // as one that needs seconds to greet
            return FakeAgent.answering(FakeAgent::idle).run(in, out, err);
        }));
        CompletableFuture<Message.Hello> first = mini.cluster().start("client1");
        await().until(() -> starts.get() == 1);
        CompletableFuture<Boolean> stopped = mini.cluster().stop("client1"); // as Ctrl-C does
        CompletableFuture<Message.Hello> second = mini.cluster().start("client1");
        assertThat(failure(first)).hasMessage("client1 was stopped while it started");
        assertThat(get(stopped)).isTrue();
        await().until(() -> starts.get() == 2);
        greet.countDown();
        assertThat(get(second).pid()).isEqualTo(4711);
        assertThat(mini.state("client1")).isEqualTo(State.READY);
        assertThat(mini.alive("client1")).isTrue();
    }

    @Test
    void aHostThatCannotBeWrittenToNorKilledHoldsUpNoOther() throws Exception {
        ThreadProcess stuck = new ThreadProcess("stuck", FakeAgent::frozen) {
            @Override
            public Process destroyForcibly() {
                FakeAgent.await(new CountDownLatch(1)); // as on a dead line
                return this;
            }
        };
        Cluster cluster = new Cluster(
                MiniCluster.of("stuck", "client1").config(),
                () -> Collections.nCopies(50_000, "127.0.0.1:1"), // more than its pipe takes
                notice -> {},
                host -> command -> host.name().equals("stuck")
                        ? stuck
                        : new ThreadProcess("client1", FakeAgent.answering(FakeAgent::idle)),
                3);
        open.add(cluster);
        get(cluster.start("stuck"));
        get(cluster.start("client1"));
        CompletableFuture<Void> unanswered = cluster.change("stuck", client -> client); // nobody reads it
        await().until(() -> cluster.status("stuck").state() == State.LOST);
        assertThat(unanswered).isNotDone();
        assertThat(get(cluster.counts("client1"))).isEqualTo(Snapshot.NONE);
        assertThat(get(cluster.stop("client1"))).isTrue();
        get(cluster.start("client1"));
        assertThat(cluster.status("client1").state()).isEqualTo(State.READY);
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
        assertThat(mini.cluster().agents(List.of("client1"))).containsKey("client1");
    }

    @Test
    void aStartThatFailsSaysWhyAndLeavesTheStateAsItWas() throws Exception {
        MiniCluster mini = start(MiniCluster.of().and("client1", (in, out, err) -> {
            err.println("no java");
            return 127;
        }));
        assertThat(failure(mini.cluster().start("client1")))
                .hasMessage("client1: the agent ended at once with exit code 127; last output on stderr: no java");
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
                .hasMessage("console is shutting down; client1 was not started");
        assertThat(mini.notices()).isEmpty();
    }
}
