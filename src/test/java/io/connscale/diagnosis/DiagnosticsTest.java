package io.connscale.diagnosis;

import static io.connscale.diagnosis.FakeEnds.HOST;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.cluster.config.Workers;
import io.connscale.control.AgentException;
import io.connscale.control.Rate;
import io.connscale.control.ServerStatus;
import io.connscale.kernel.AcceptQueue;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.Known;
import io.connscale.limits.Difference;
import io.connscale.limits.Verdict;
import io.connscale.stats.LoopStatistics;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import io.connscale.stats.Statistics.Times;
import io.connscale.stats.Statistics.Unanswered;
import io.connscale.stats.TcpSample;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is asked before a verdict, what of it counts, and how often it is said: of hosts and a server without a process. */
class DiagnosticsTest {
    private static final List<String> HOSTS = List.of(HOST);
    /** Answers come at once, or never. */
    private static final Diagnostics.Waits SHORT = new Diagnostics.Waits(Duration.ofMillis(20), Duration.ofMillis(40));

    private final FakeEnds ends = new FakeEnds();
    private final AtomicLong clock = new AtomicLong();
    private final Diagnostics diagnostics = new Diagnostics(ends, SHORT, clock::get);

    @Test
    void whereNothingFailedThereIsNothingToSay() throws InterruptedException {
        ends.ended(0, Map.of("connect EMFILE", 5L));
        begin(); // what was before is not asked about
        assertThat(diagnostics.verdict(HOSTS)).isEmpty();
        assertThat(diagnostics.news()).isEmpty();
    }

    /** What the check before opening judges is what the verdict counts from. */
    @Test
    void whatWasObservedBeforeOpeningIsWhereTheRequestBegins() throws InterruptedException {
        ends.ended(0, Map.of("connect EMFILE", 5L));
        ends.serverFacts = Known.with(Known.nothing(), Fact.LISTEN_OVERFLOWS, 1_000);
        Observed before = diagnostics.observe(Map.of(HOST, 10L), new Rate(7), Diagnostics.Look.BEFORE);
        assertThat(before.observation().hosts().get(0).settings().perSecond()).isEqualTo(7);
        assertThat(before.observation().hosts().get(0).wanted()).isEqualTo(10);
        assertThat(before.observation().server().wanted()).isEqualTo(10);
        diagnostics.begin(before);
        assertThat(ends.asked).as("times that the host was asked for facts").isEqualTo(1);
        ends.serverFacts = Known.with(Known.nothing(), Fact.LISTEN_OVERFLOWS, 1_057);
        ends.ended(0, Map.of("receive timeout", 3L));
        assertThat(text(diagnostics.verdict(HOSTS)))
                .contains("ListenOverflows +57")
                .doesNotContain("EMFILE");
    }

    @Test
    void whoDoesNotTellItsLimitsIsObservedWithoutThem() throws InterruptedException {
        ends.facts = null;
        ends.server = null;
        Observed observed = diagnostics.observe(HOSTS, Diagnostics.Look.BEFORE);
        assertThat(observed.failed()).containsOnlyKeys(HOST);
        assertThat(observed.silent()).isPresent();
        assertThat(observed.observation().hosts().get(0).now()).isEqualTo(Facts.NONE);
    }

    @Test
    void whatFailedSinceTheRequestBeganCounts() throws InterruptedException {
        ends.ended(0, Map.of("connect EMFILE", 5L));
        begin();
        ends.ended(100, Map.of("connect EMFILE", 3L));
        ends.server = FakeEnds.running(100);
        assertThat(text(diagnostics.verdict(HOSTS))).contains("stopped at 100 on client1", "connect EMFILE 3");
    }

    @Test
    void countersCountFromWhenTheRequestBegan() throws InterruptedException {
        ends.serverFacts = Known.with(Known.nothing(), Fact.LISTEN_OVERFLOWS, 1_000);
        begin();
        ends.serverFacts = Known.with(Known.nothing(), Fact.LISTEN_OVERFLOWS, 1_057);
        ends.ended(0, Map.of("receive timeout", 3L));
        assertThat(text(diagnostics.verdict(HOSTS))).contains("ListenOverflows +57");
    }

    /** Limits can't be read by a process that has no descriptor left: those from before hold. */
    @Test
    void aLimitThatCannotBeReadNowIsThatOfBefore() throws InterruptedException {
        ends.facts = Known.with(Known.nothing(), Fact.HARD_FILES, 200);
        begin();
        ends.facts = Known.nothing();
        ends.ended(0, Map.of("connect EMFILE", 3L));
        assertThat(text(diagnostics.verdict(HOSTS))).contains("RLIMIT_NOFILE 200");
    }

    @Test
    void theSameIsSaidAgainAfterHalfAMinute() throws InterruptedException {
        assertThat(losing()).isPresent();
        pass(Duration.ofSeconds(20));
        assertThat(losing()).isEmpty();
        pass(Duration.ofSeconds(9)); // though it was wanted in between
        assertThat(losing()).isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(losing()).isPresent();
        pass(Duration.ofSeconds(29));
        assertThat(losing()).isEmpty();
    }

    @Test
    void somethingElseIsSaidAtOnce() throws InterruptedException {
        assertThat(losing()).isPresent();
        ends.ended(0, Map.of("receive timeout", 1L));
        ends.server = ServerStatus.stopped("");
        assertThat(diagnostics.verdictOfLosses(HOST))
                .get()
                .extracting(Verdict::cause)
                .isNotEqualTo("closed");
    }

    /** An answer to a command is always given, and then not repeated as a notice. */
    @Test
    void aCommandsVerdictIsGivenEachTime() throws InterruptedException {
        begin();
        ends.ended(0, Map.of("receive closed", 2L));
        assertThat(diagnostics.verdict(HOSTS)).isPresent();
        assertThat(diagnostics.verdict(HOSTS)).isPresent();
        assertThat(diagnostics.news()).isEmpty();
        pass(Diagnostics.QUIET);
        assertThat(diagnostics.news()).isPresent();
    }

    @Test
    void lossesAreExplainedOnce() throws InterruptedException {
        assertThat(losing()).isPresent();
        pass(Diagnostics.QUIET);
        assertThat(diagnostics.verdictOfLosses(HOST)).isEmpty(); // nothing ended since
    }

    @Test
    void aServerThatDoesNotAnswerIsNotTakenForStopped() throws InterruptedException {
        begin();
        ends.server = null;
        ends.serverFacts = null;
        ends.ended(0, Map.of("connect ECONNREFUSED", 3L));
        assertThat(text(diagnostics.verdict(HOSTS)))
                .contains("the server's host does not answer")
                .doesNotContain("nobody listens");
    }

    @Test
    void anAgentThatSaysOnlyItsCountsCountsWithThem() throws InterruptedException {
        begin();
        ends.ended(7, Map.of("connect EMFILE", 3L));
        ends.server = FakeEnds.running(7);
        ends.facts = null;
        ends.mute = true;
        assertThat(text(diagnostics.verdict(HOSTS))).contains("stopped at 7 on client1", "RLIMIT_NOFILE unknown");
    }

    @Test
    void aHostThatDoesNotAnswerLeavesNothingToSay() throws InterruptedException {
        begin();
        ends.counts = null;
        assertThat(diagnostics.verdict(HOSTS)).isEmpty();
        assertThat(diagnostics.verdictOfLosses(HOST)).isEmpty();
    }

    @Test
    void whoListensInPlaceOfAStoppedServerIsLookedFor() throws InterruptedException {
        Facts somebody = Known.listening(Known.nothing(), new AcceptQueue("127.0.0.1", 8989, 3));
        ends.server = ServerStatus.stopped("");
        ends.serverFacts = somebody;
        ends.thorough =
                Known.listening(Known.nothing(), new AcceptQueue("127.0.0.1", 8989, 3, "python3, pid 123", null));
        begin();
        ends.ended(0, Map.of("receive timeout", 3L));
        assertThat(text(diagnostics.verdict(HOSTS))).contains("another program (python3, pid 123) listens");
        ends.server = FakeEnds.running(0);
        assertThat(text(diagnostics.verdict(HOSTS))).doesNotContain("python3");
    }

    /** Before the first has failed, which is after two minutes. */
    @Test
    void connectsThatWaitForRoomInAFullQueueAreExplained() throws InterruptedException {
        begin();
        ends.counts = new Snapshot(9, 3, 0, 0, 0, 0, 0, 0, new TreeMap<>());
        ends.server = FakeEnds.running(9);
        assertThat(diagnostics.verdict(HOSTS)).as("they are on their way").isEmpty();
        ends.serverFacts = Known.waiting(Known.nothing(), 8989, 9);
        assertThat(text(diagnostics.verdict(HOSTS))).contains("9 wait, backlog 8", "still connecting 3");
    }

    @Test
    void connectionsThatTheServerHasNotAcceptedAreExplained() throws InterruptedException {
        ends.serverFacts = Known.waiting(Known.nothing(), 8989, 9);
        begin();
        ends.ended(20, Map.of());
        ends.server = FakeEnds.running(9);
        assertThat(text(diagnostics.verdict(HOSTS))).contains("unaccepted 11", "9 wait, backlog 8");
        ends.server = FakeEnds.running(20); // it has caught up
        assertThat(diagnostics.verdict(HOSTS)).isEmpty();
    }

    /** A connection is accepted by whoever sends its Pong: what {@code count} knows of the ends a verdict does not forget. */
    @Test
    void connectionsThatAnotherServerAnswersAreNotUnaccepted() throws InterruptedException {
        begin();
        ends.ended(100, Map.of());
        ends.server = FakeEnds.running(1); // a stray one
        ends.statistics = unanswered(new Unanswered(0, 100, 0, 0, 0));
        assertThat(text(diagnostics.verdict(HOSTS)))
                .contains("another server answers at 127.0.0.1:8989: 99 connections more than the one here ever")
                .doesNotContain("unaccepted");
        ends.statistics = unanswered(new Unanswered(99, 1, 2_000_000_000L, 1_000_000_000L, 1_000_000_000L));
        assertThat(text(diagnostics.verdict(HOSTS))).contains("99 unaccepted").doesNotContain("another server");
    }

    /** Accepted and ended by the server, whose host does not hear of it: neither unaccepted nor another server's. */
    @Test
    void connectionsThatTheServerHasEndedAreNotUnaccepted() throws InterruptedException {
        begin();
        ends.ended(100, Map.of());
        ServerStatus had = FakeEnds.running(100);
        ends.server = new ServerStatus(true, "epoll", had.listeners(), 40, 100, 0, new TreeMap<>());
        ends.statistics = unanswered(new Unanswered(0, 100, 0, 0, 0));
        BothEnds both = BothEnds.settled(ends, SHORT);
        assertThat(both.difference()).isNull();
        assertThat(both.incomparable().orElseThrow())
                .contains(
                        "100 connections of the hosts have had a Pong, the server here holds 40: it has ended the rest");
        assertThat(diagnostics.verdict(HOSTS)).isEmpty();
    }

    /** Where all connections have ended nothing is left to measure; their connects were measured when they came up. */
    @Test
    void aPathIsSlowAlsoWhereTheConnectsWereBefore() throws InterruptedException {
        LoopStatistics recorded = new LoopStatistics();
        recorded.connected(TimeUnit.SECONDS.toNanos(6));
        ends.times = recorded.times();
        begin();
        ends.ended(0, Map.of("receive timeout", 3L));
        assertThat(diagnostics.verdictOfLosses(HOST))
                .get()
                .extracting(Verdict::cause)
                .isEqualTo("slow-path");
    }

    @Test
    void theDifferenceIsThatOfBothEndsNow() throws InterruptedException {
        ends.serverFacts = Known.with(Known.nothing(), Fact.LISTEN_DROPS, 5);
        begin();
        ends.thorough = Known.with(
                Known.with(Known.waiting(Known.nothing(), 8989, 9), Fact.LISTEN_DROPS, 12), Fact.SYN_RECEIVED, 4);
        ends.statistics = unanswered(new Unanswered(3, 17, 2_000_000_000L, 1_000_000_000L, 1_000_000_000L));
        Difference difference = diagnostics.difference(3);
        assertThat(difference.waiting()).isEqualTo(9);
        assertThat(difference.handshakes()).isEqualTo(4);
        assertThat(difference.unanswered()).isEqualTo(3);
        assertThat(difference.counters()).isEqualTo(Map.of("TcpExtListenDrops", 7L));
    }

    private static Statistics unanswered(Unanswered unanswered) {
        Statistics none = Statistics.NONE;
        return new Statistics(
                none.counts(), 0, 0, unanswered, Times.NONE, TcpSample.NONE, none.process(), new TreeMap<>());
    }

    private void begin() throws InterruptedException {
        diagnostics.begin(diagnostics.observe(HOSTS, Diagnostics.Look.BEFORE));
    }

    @Test
    void whatWasLostBeforeARequestBeganIsPast() throws InterruptedException {
        ends.ended(0, Map.of("receive closed", 2L));
        begin();
        assertThat(diagnostics.verdictOfLosses(HOST)).isEmpty();
    }

    @Test
    void aVerdictSaysWhatMadeTheNumbersUnreliableMeanwhile() throws InterruptedException {
        begin();
        LoopStatistics late = new LoopStatistics();
        late.lag(Duration.ofSeconds(1).toNanos());
        ends.times = late.times();
        ends.ended(0, Map.of("connect EMFILE", 3L));
        assertThat(diagnostics.verdict(HOSTS).orElseThrow().unreliable())
                .singleElement()
                .asString()
                .startsWith("client1's numbers are unreliable: one in a hundred turns of its event loops");
        begin();
        ends.ended(0, Map.of("connect EMFILE", 3L));
        assertThat(diagnostics.verdict(HOSTS).orElseThrow().unreliable()).isEmpty();
    }

    /** Without epoll no ports are shared. */
    @Test
    void onlyAServerThatSharesItsPortsMayBeSeveralProcesses() throws InterruptedException {
        assertThat(serverProcesses()).isEqualTo(Workers.MAX);
        ends.server = new ServerStatus(
                true,
                "nio",
                List.of(new ServerStatus.Listener("127.0.0.1", 8989, 8, 8, null)),
                0,
                0,
                0,
                new TreeMap<>());
        assertThat(serverProcesses()).isEqualTo(1);
    }

    /** Nothing is read where the file does not say where it runs; where it does, the reason is the answer. */
    @Test
    void whySomebodyElsesServerIsNotReadIsSaid() throws InterruptedException {
        ends.foreign = Optional.of("10.0.0.5:6379 (redis)");
        assertThat(BothEnds.settled(ends, SHORT).incomparable())
                .contains("the other end, 10.0.0.5:6379 (redis), is not read");
        assertThat(diagnostics.observe(HOSTS, Diagnostics.Look.SETTINGS).silent())
                .isEmpty();

        ends.reading = CompletableFuture.failedFuture(new AgentException("h5 is not started", "start h5"));
        assertThat(BothEnds.settled(ends, SHORT).incomparable())
                .contains("the other end, 10.0.0.5:6379 (redis), is not read: h5 is not started");
        assertThat(diagnostics
                        .observe(HOSTS, Diagnostics.Look.SETTINGS)
                        .silent()
                        .orElseThrow())
                .hasMessage("h5 is not started");

        ends.reading = new CompletableFuture<>(); // it says nothing
        assertThat(BothEnds.settled(ends, SHORT).incomparable())
                .contains("the other end, 10.0.0.5:6379 (redis), is not read: the host where it runs does not answer");
    }

    private int serverProcesses() throws InterruptedException {
        return diagnostics
                .observe(HOSTS, Diagnostics.Look.SETTINGS)
                .observation()
                .server()
                .processes()
                .max();
    }

    private Optional<Verdict> losing() throws InterruptedException {
        ends.ended(0, Map.of("receive closed", 2L));
        return diagnostics.verdictOfLosses(HOST);
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    private static String text(Optional<Verdict> verdict) {
        return verdict.map(Verdict::text).orElseThrow();
    }
}
