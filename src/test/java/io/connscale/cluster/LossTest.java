package io.connscale.cluster;

import static io.connscale.cluster.Outcome.failure;
import static io.connscale.cluster.Outcome.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.connscale.cluster.HostStatus.State;
import io.connscale.control.Message;
import io.connscale.control.MessageLines;
import io.connscale.stats.Counted;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Agents that die or fall silent: what is said, what is counted, and how they come back. */
@Timeout(60)
class LossTest {
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

    /** One that takes its settings and has lost {@code lost} connections when first asked. */
    private static ThreadProcess.Body losing(long lost) {
        Map<String, Long> errors = Map.of("receive timeout", lost);
        Snapshot counts = new Snapshot(7, 0, 0, lost, 0, 0, 0, 0, new TreeMap<>(errors));
        return FakeAgent.answering(request -> request instanceof Message.TakeSnapshot
                ? new Message.SnapshotTaken(request.id(), counts)
                : new Message.Done(request.id()));
    }

    @Test
    void anAgentThatDiesIsToldWithItsConnectionsAndLastWords() throws Exception {
        MiniCluster mini = start(MiniCluster.of("client1", "client2"));
        get(mini.cluster().start("client1"));
        get(mini.cluster().start("client2"));
        assertThat(mini.open("client1", 30)).isEqualTo(30);
        assertThat(mini.open("client2", 10)).isEqualTo(10);
        mini.kill("client1");
        await().until(() -> mini.state("client1") == State.LOST);
        await().until(() -> !mini.notices().isEmpty());
        assertThat(mini.notices())
                .containsExactly("client1 lost, with 30 connections: its agent ended with exit code 137 (SIGKILL)"
                        + " · start client1 brings it back");
        Snapshot left = get(mini.cluster().counts("client1"));
        assertThat(left.established()).isZero();
        assertThat(left.lost()).isEqualTo(30);
        assertThat(left.errors()).containsExactly(Map.entry("agent lost", 30L));
        assertThatThrownBy(() -> mini.cluster().agents(List.of("client1"))).hasMessage("client1 is lost");
        assertThat(get(mini.cluster().counts("client2")).established()).isEqualTo(10);
    }

    @Test
    void afterALossAStartBringsItBackAndTheLostStayCounted() throws Exception {
        MiniCluster mini = start(MiniCluster.of("client1"));
        for (int losses = 1; losses <= 2; losses++) {
            get(mini.cluster().start("client1"));
            assertThat(mini.open("client1", 10)).isEqualTo(10);
            Snapshot now = get(mini.cluster().counts("client1"));
            assertThat(now.established()).isEqualTo(10);
            assertThat(now.lost()).isEqualTo(10L * (losses - 1));
            mini.kill("client1");
            await().until(() -> mini.state("client1") == State.LOST);
        }
        assertThat(get(mini.cluster().counts("client1")).lost()).isEqualTo(20);
        await().until(() -> mini.notices().size() >= 2);
        assertThat(mini.notices()).hasSize(2);
        assertThat(get(mini.cluster().stop("client1"))).isTrue();
        assertThat(get(mini.cluster().counts("client1"))).isEqualTo(Snapshot.NONE);
    }

    /** Its counts go on with those of the lost one; who compares two moments must be able to tell the two apart. */
    @Test
    void aHostThatIsStartedAgainSaysWhichAgentCounts() throws Exception {
        MiniCluster mini = start(MiniCluster.of("client1"));
        get(mini.cluster().start("client1"));
        assertThat(mini.open("client1", 10)).isEqualTo(10);
        Counted first = get(mini.cluster().counted("client1"));
        get(mini.cluster().counts("client1")); // now its host has heard of them, too
        mini.kill("client1");
        await().until(() -> mini.state("client1") == State.LOST);
        Counted lost = get(mini.cluster().counted("client1"));
        assertThat(lost.agent()).isEqualTo(Counted.NONE);
        assertThat(lost.hasBegunSince(first)).isFalse();
        get(mini.cluster().start("client1"));
        assertThat(mini.open("client1", 4)).isEqualTo(4);
        Counted second = get(mini.cluster().counted("client1"));
        assertThat(second.hasBegunSince(first)).isTrue();
        assertThat(second.hasBegunSince(lost)).isTrue();
        assertThat(second.statistics().counts().lost()).isEqualTo(10);
        Statistics since = second.since(first);
        assertThat(since).isEqualTo(second.since(lost));
        assertThat(since.attempted()).isEqualTo(4);
        assertThat(since.counts().lost()).isZero();
        assertThat(since.counts().errors()).isEmpty();
        assertThat(get(mini.cluster().stop("client1"))).isTrue();
        get(mini.cluster().start("client1"));
        assertThat(get(mini.cluster().counted("client1")).hasBegunSince(second)).isTrue();
    }

    @Test
    void aLostHostThatDoesNotStartAgainStaysLost() throws Exception {
        AtomicInteger starts = new AtomicInteger();
        MiniCluster mini = start(MiniCluster.of()
                .and(
                        "client1",
                        (in, out, err) -> starts.incrementAndGet() == 1
                                ? FakeAgent.answering(FakeAgent::idle).run(in, out, err)
                                : 1));
        get(mini.cluster().start("client1"));
        mini.kill("client1");
        await().until(() -> mini.state("client1") == State.LOST);
        failure(mini.cluster().start("client1"));
        assertThat(mini.state("client1")).isEqualTo(State.LOST);
    }

    @Test
    void countingWhileTheAgentDiesGivesWhatIsLeft() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        MiniCluster mini = start(MiniCluster.of().and("client1", FakeAgent.answering(request -> {
            if (request instanceof Message.TakeSnapshot) {
                asked.countDown();
                return null;
            }
            return FakeAgent.idle(request);
        })));
        get(mini.cluster().start("client1"));
        CompletableFuture<Snapshot> counting = mini.cluster().counts("client1");
        asked.await();
        mini.kill("client1");
        assertThat(get(counting)).isEqualTo(Snapshot.NONE);
    }

    @Test
    void anAgentThatSaysNothingIsGivenUp() throws Exception {
        MiniCluster mini =
                start(MiniCluster.of().and("client1", FakeAgent::frozen).patience(4));
        get(mini.cluster().start("client1"));
        CompletableFuture<?> waiting = mini.cluster().agent("client1").stopOpening();
        assertThat(failure(waiting)).hasMessage("client1: no heartbeat for 4 s; declared lost");
        assertThat(mini.state("client1")).isEqualTo(State.LOST);
        await().until(() -> !mini.notices().isEmpty());
        assertThat(mini.notices())
                .containsExactly(
                        "client1 lost, with 0 connections: no heartbeat for 4 s" + " · start client1 brings it back");
    }

    @Test
    void aScreenThatTakesNothingDoesNotHoldUpTheWatch() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Cluster cluster = new Cluster(
                MiniCluster.of("client1", "client2").config(),
                () -> List.of("127.0.0.1:1"),
                notice -> FakeAgent.await(never),
                host -> command -> new ThreadProcess("fake-agent", FakeAgent::frozen),
                2);
        open.add(cluster);
        get(cluster.start("client1"));
        get(cluster.start("client2"));
        await().until(() -> cluster.statuses().stream().allMatch(host -> host.state() == State.LOST));
        never.countDown();
    }

    @Test
    void anAgentThatIsStillStartingIsNotGivenUp() throws Exception {
        MiniCluster mini = start(MiniCluster.of()
                .and("slow", FakeAgent::dumb)
                .and("frozen", FakeAgent::frozen)
                .patience(2));
        CompletableFuture<Message.Hello> slow = mini.cluster().start("slow");
        get(mini.cluster().start("frozen"));
        await().until(() -> mini.state("frozen") == State.LOST);
        assertThat(slow).isNotDone();
        assertThat(mini.state("slow")).isEqualTo(State.STARTING);
    }

    @Test
    void anAgentThatIsStillStartingIsToldThatItIsNotAlone() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        MiniCluster mini = start(MiniCluster.of().and("slow", (in, out, err) -> {
            MessageLines.read(in, message -> told.countDown(), foreign -> {});
            return 0;
        }));
        CompletableFuture<Message.Hello> starting = mini.cluster().start("slow");
        await().until(() -> told.getCount() == 0);
        assertThat(starting).isNotDone();
        assertThat(mini.state("slow")).isEqualTo(State.STARTING);
    }

    @Test
    void connectionsThatEndUnaskedAreSaidOnce() throws Exception {
        MiniCluster mini = start(MiniCluster.of().and("client1", losing(3)));
        get(mini.cluster().start("client1"));
        get(mini.cluster().counts("client1"));
        await().until(() -> !mini.notices().isEmpty());
        mini.kill("client1");
        await().until(() -> mini.state("client1") == State.LOST);
        get(mini.cluster().start("client1"));
        get(mini.cluster().counts("client1"));
        await().until(() -> mini.notices().size() == 3);
        assertThat(mini.notices())
                .containsExactly(
                        "client1  3 connections lost: receive timeout 3",
                        "client1 lost, with 7 connections: its agent ended with exit code 137 (SIGKILL)"
                                + " · start client1 brings it back",
                        "client1  3 connections lost: receive timeout 3");
        assertThat(mini.cluster().status("client1").counts().lost()).isEqualTo(13);
    }
}
