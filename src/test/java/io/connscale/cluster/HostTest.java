package io.connscale.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.cluster.HostStatus.State;
import io.connscale.cluster.config.HostConfig;
import io.connscale.cluster.config.HostConfig.ClientConfig;
import io.connscale.cluster.config.HostsFileException;
import io.connscale.control.AgentException;
import io.connscale.control.AgentProcess;
import io.connscale.control.AgentProcess.Silence;
import io.connscale.control.Message;
import io.connscale.stats.Snapshot;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Every row of a host's table of transitions, without a process: sessions say what the test has them say. */
class HostTest {
    private static final int PATIENCE = 10;

    private final Queue<Runnable> queue = new ArrayDeque<>();
    private final List<FakeSession> sessions = new ArrayList<>();
    private final List<String> notices = new ArrayList<>();
    private final List<String> losses = new ArrayList<>();
    private final Host host;

    HostTest() throws HostsFileException {
        HostConfig config = MiniCluster.of("client1").config().hosts().get(0);
        host = new Host(config, "thread", this::session, queue::add, Runnable::run, notices::add, losses::add);
    }

    private FakeSession session(HostConfig config) {
        FakeSession session = new FakeSession(config);
        sessions.add(session);
        return session;
    }

    /** Says what it is told to and remembers what was asked of it. */
    private static final class FakeSession implements Host.Session {
        private final CompletableFuture<Message.Hello> ready = new CompletableFuture<>();
        private final CompletableFuture<Ending> ended = new CompletableFuture<>();
        private final CompletableFuture<Void> closed = new CompletableFuture<>();
        private final List<HostConfig> configured = new ArrayList<>();
        private final HostConfig config;
        private Snapshot counts = Snapshot.NONE;
        private String closedFor = "";
        private boolean begun;
        private boolean closing;
        private int silent;

        FakeSession(HostConfig config) {
            this.config = config;
        }

        @Override
        public void begin() {
            begun = true;
        }

        @Override
        public CompletableFuture<Message.Hello> ready() {
            return ready;
        }

        @Override
        public CompletableFuture<Ending> ended() {
            return ended;
        }

        @Override
        public AgentProcess agent() {
            throw new UnsupportedOperationException("no agent here");
        }

        @Override
        public String step() {
            return "connecting";
        }

        @Override
        public Snapshot counts() {
            return counts;
        }

        @Override
        public int workers() {
            return 3;
        }

        @Override
        public Silence silence() {
            return new Silence("worker-2", 14);
        }

        @Override
        public CompletableFuture<Void> configure(HostConfig changed) {
            configured.add(changed);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public int tick() {
            return silent;
        }

        @Override
        public CompletableFuture<Void> close(AgentException why) {
            closing = true;
            closedFor = why.message();
            ready.completeExceptionally(new AgentException("client1 was stopped while it started", ""));
            return closed;
        }
    }

    /** The owner's work, all of it. */
    private void settle() {
        for (Runnable next = queue.poll(); next != null; next = queue.poll()) {
            next.run();
        }
    }

    private CompletableFuture<Message.Hello> start() {
        CompletableFuture<Message.Hello> started = host.start();
        settle();
        return started;
    }

    private FakeSession started() {
        CompletableFuture<Message.Hello> started = start();
        FakeSession session = last();
        session.ready.complete(FakeAgent.hello(1));
        settle();
        assertThat(started).isCompletedWithValue(FakeAgent.hello(1));
        return session;
    }

    private FakeSession last() {
        return sessions.get(sessions.size() - 1);
    }

    private State state() {
        return host.status().state();
    }

    private static Snapshot counts(long established, long lost) {
        return new Snapshot(
                established,
                0,
                0,
                lost,
                0,
                0,
                0,
                0,
                new TreeMap<>(lost == 0 ? Map.of() : Map.of("receive timeout", lost)));
    }

    private static void failsWith(CompletableFuture<?> asked, String message) {
        assertThat(asked).isCompletedExceptionally();
        assertThatThrownBy(asked::join).cause().hasMessage(message);
    }

    @Test
    void nothingHappensUntilTheOwnerTakesIt() {
        CompletableFuture<Message.Hello> started = host.start();
        assertThat(state()).isEqualTo(State.STOPPED);
        assertThat(sessions).isEmpty();
        settle();
        assertThat(state()).isEqualTo(State.STARTING);
        assertThat(last().begun).isTrue();
        assertThat(host.status().step()).isEqualTo("connecting");
        assertThat(host.status().hello()).isNull();
        assertThat(started).isNotDone();
    }

    @Test
    void aSessionThatIsReadyMakesTheHostReady() {
        started();
        assertThat(state()).isEqualTo(State.READY);
        assertThat(host.status().hello()).isEqualTo(FakeAgent.hello(1));
        assertThat(host.status().workers()).isEqualTo(3);
    }

    @Test
    void aStartIsRefusedWhereOneIsStartingOrReady() {
        assertThat(start()).isNotDone();
        failsWith(start(), "client1 is starting already");
        last().ready.complete(FakeAgent.hello(1));
        settle();
        failsWith(start(), "client1 is ready already");
        assertThat(sessions).hasSize(1);
        assertThat(last().closing).isFalse();
    }

    @Test
    void aStartThatFailsLeavesTheStateAsItWas() {
        CompletableFuture<Message.Hello> first = start();
        last().ready.completeExceptionally(new AgentException("client1: no Java", ""));
        settle();
        failsWith(first, "client1: no Java");
        assertThat(state()).isEqualTo(State.STOPPED);

        FakeSession lost = started();
        lost.ended.complete(new Ending(137, List.of()));
        settle();
        assertThat(start()).isNotDone();
        last().ready.completeExceptionally(new AgentException("client1: no Java", ""));
        settle();
        assertThat(state()).isEqualTo(State.LOST);
    }

    @Test
    void aStopClosesTheSessionOfAStartAndTheStartFails() {
        CompletableFuture<Message.Hello> started = start();
        CompletableFuture<Boolean> stopped = host.stop();
        settle();
        assertThat(state()).isEqualTo(State.STOPPED);
        assertThat(last().closing).isTrue();
        failsWith(started, "client1 was stopped while it started");
        assertThat(stopped).isNotDone(); // not before all is closed
        last().closed.complete(null);
        assertThat(stopped).isCompletedWithValue(true);
    }

    @Test
    void aStartRightAfterAStopIsAnothersAndStaysWhateverTheFirstStillSays() {
        CompletableFuture<Message.Hello> first = start();
        FakeSession old = last();
        CompletableFuture<Boolean> stopped = host.stop();
        CompletableFuture<Message.Hello> second = start();
        FakeSession fresh = last();
        assertThat(fresh).isNotSameAs(old);
        old.ended.complete(new Ending(-1, List.of()));
        old.closed.complete(null);
        settle();
        failsWith(first, "client1 was stopped while it started");
        assertThat(stopped).isCompletedWithValue(true);
        assertThat(state()).isEqualTo(State.STARTING);
        fresh.ready.complete(FakeAgent.hello(1));
        settle();
        assertThat(second).isCompletedWithValue(FakeAgent.hello(1));
        assertThat(state()).isEqualTo(State.READY);
        assertThat(fresh.closing).isFalse();
        assertThat(notices).isEmpty();
    }

    @Test
    void aStopThatComesJustBeforeTheSessionIsReadyWins() {
        CompletableFuture<Message.Hello> started = start();
        CompletableFuture<Boolean> stopped = host.stop(); // in the queue, not taken yet
        last().ready.complete(FakeAgent.hello(1));
        settle();
        failsWith(started, "client1 was stopped while it started");
        assertThat(state()).isEqualTo(State.STOPPED);
        assertThat(last().closing).isTrue();
        assertThat(stopped).isNotDone();
    }

    @Test
    void anAgentThatEndsUnaskedIsLostWithItsConnections() {
        FakeSession session = started();
        session.counts = counts(7, 3);
        session.ended.complete(new Ending(137, List.of("out of memory")));
        settle();
        assertThat(state()).isEqualTo(State.LOST);
        assertThat(session.closing).isTrue();
        assertThat(notices)
                .containsExactly(
                        "client1 lost, with 7 connections: its agent ended with exit code 137 (SIGKILL)"
                                + " · start client1 brings it back",
                        "client1 | out of memory");
        assertThat(host.status().counts().lost()).isEqualTo(10);
        assertThat(host.status().why()).isEqualTo("its agent ended with exit code 137 (SIGKILL)");
        assertThatThrownBy(host::ready).hasMessage("client1 is lost");
    }

    @Test
    void aConnectionThatBreaksIsSaidToHaveBroken() {
        started().ended.complete(new Ending(-1, List.of(), true, Optional.empty()));
        settle();
        assertThat(notices)
                .containsExactly("client1 lost, with 0 connections: the connection to it broke"
                        + " · start client1 brings it back");
    }

    @Test
    void anAgentWithoutAHeartbeatIsLostAtOnceWhateverItTakesToCloseIt() {
        FakeSession session = started();
        session.counts = counts(600, 0);
        session.silent = PATIENCE - 1;
        host.tick(PATIENCE);
        settle();
        assertThat(state()).isEqualTo(State.READY);
        session.silent = PATIENCE;
        host.tick(PATIENCE);
        settle();
        assertThat(state()).isEqualTo(State.LOST);
        assertThat(session.closing).isTrue();
        assertThat(session.closed).isNotDone();
        assertThat(session.closedFor).isEqualTo("client1: no heartbeat for 10 s; declared lost");
        session.ended.complete(new Ending(137, List.of())); // the end that this brings is no news
        settle();
        assertThat(notices)
                .containsExactly("client1 lost, with 600 connections: no heartbeat for 10 s"
                        + " · start client1 brings it back");
    }

    @Test
    void anAgentThatIsStillStartingIsNotLost() {
        assertThat(start()).isNotDone();
        last().silent = 100;
        host.tick(PATIENCE);
        settle();
        assertThat(state()).isEqualTo(State.STARTING);
    }

    @Test
    void theLostStayCountedOverStartsUntilAStop() {
        for (int i = 1; i <= 2; i++) {
            FakeSession session = started();
            session.counts = counts(10, 0);
            session.ended.complete(new Ending(1, List.of()));
            settle();
        }
        assertThat(host.before().lost()).isEqualTo(20);
        FakeSession third = started();
        third.counts = counts(5, 0);
        assertThat(host.status().counts().established()).isEqualTo(5);
        assertThat(host.status().counts().lost()).isEqualTo(20);
        CompletableFuture<Boolean> stopped = host.stop();
        settle();
        third.closed.complete(null);
        assertThat(stopped).isCompletedWithValue(true);
        assertThat(host.status().counts()).isEqualTo(Snapshot.NONE);
    }

    @Test
    void aStopWhereNothingIsIsNone() {
        CompletableFuture<Boolean> stopped = host.stop();
        settle();
        assertThat(stopped).isCompletedWithValue(false);
    }

    @Test
    void connectionsThatEndUnaskedAreToldAndWhyIsAskedFor() {
        FakeSession session = started();
        session.counts = counts(7, 3);
        host.tick(PATIENCE);
        settle();
        assertThat(notices).containsExactly("client1  3 connections lost: receive timeout 3");
        assertThat(losses).containsExactly("client1");
    }

    @Test
    void aChangeReachesTheAgentThatIsReady() {
        FakeSession session = started();
        CompletableFuture<Void> changed =
                host.change(client -> new ClientConfig(Duration.ofSeconds(7), client.timeout(), client.rate()));
        settle();
        assertThat(changed).isCompleted();
        assertThat(session.configured)
                .extracting(config -> config.client().interval())
                .containsExactly(Duration.ofSeconds(7));
        assertThat(host.status().config().client().interval()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void aChangeWhileTheAgentStartsReachesItWhenItIsReady() {
        assertThat(start()).isNotDone();
        CompletableFuture<Void> changed =
                host.change(client -> new ClientConfig(Duration.ofSeconds(7), client.timeout(), client.rate()));
        settle();
        assertThat(changed).isCompleted();
        FakeSession session = last();
        assertThat(session.config.client().interval()).isNotEqualTo(Duration.ofSeconds(7));
        assertThat(session.configured).isEmpty();
        session.ready.complete(FakeAgent.hello(1));
        settle();
        assertThat(session.configured).hasSize(1);
    }
}
