package io.connscale.diagnosis;

import static io.connscale.diagnosis.FakeEnds.HOST;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.control.AgentException;
import io.connscale.control.ServerStatus;
import io.connscale.control.TargetReading;
import io.connscale.kernel.Facts;
import io.connscale.kernel.ForeignServer;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import io.connscale.stats.Statistics.Times;
import io.connscale.stats.Statistics.Unanswered;
import io.connscale.stats.TcpSample;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When both ends can be compared, and what is said where they can't: of hosts and a server without a process. */
class BothEndsTest {
    /** They answer at once, or never; who does not agree at first is asked for no longer than this. */
    private static final Diagnostics.Waits SHORT = new Diagnostics.Waits(Duration.ofMillis(20), Duration.ofMillis(60));
    /** For a server that comes to agree. */
    private static final Diagnostics.Waits LONG = new Diagnostics.Waits(Duration.ofSeconds(30), Duration.ofSeconds(30));

    private final FakeEnds ends = new FakeEnds();

    private BothEnds settled() throws InterruptedException {
        return BothEnds.settled(ends, SHORT);
    }

    private void hostsHold(long established, long answered) {
        ends.ended(established, new TreeMap<>());
        ends.statistics = new Statistics(
                new Snapshot(established, 0, 0, 0, 0, 0, 0, 0, new TreeMap<>()),
                established,
                0,
                new Unanswered(established - answered, answered, 1, 1, 1),
                Times.NONE,
                TcpSample.NONE,
                Statistics.NONE.process(),
                new TreeMap<>());
    }

    private static ServerStatus holding(long established, long accepted) {
        return new ServerStatus(
                true,
                "epoll",
                List.of(new ServerStatus.Listener("127.0.0.1", 8989, 8, 8, null)),
                established,
                accepted,
                0,
                new TreeMap<>());
    }

    @Test
    void endsThatAgreeDifferByNothing() throws InterruptedException {
        hostsHold(10, 10);
        ends.server = holding(10, 10);

        BothEnds both = settled();

        assertThat(both.established()).isEqualTo(10);
        assertThat(both.atServer()).isEqualTo(10);
        assertThat(both.difference()).isZero();
        assertThat(both.unaccepted()).isZero();
        assertThat(both.incomparable()).isEmpty();
    }

    @Test
    void whatNobodyAnsweredIsUnaccepted() throws InterruptedException {
        hostsHold(10, 7);
        ends.server = holding(7, 7);

        BothEnds both = settled();

        assertThat(both.difference()).isEqualTo(3);
        assertThat(both.unaccepted()).isEqualTo(3);
        assertThat(both.elsewhere()).isZero();
    }

    @Test
    void aServerThatIsStillAcceptingIsAskedAgain() throws InterruptedException {
        hostsHold(10, 7);
        AtomicInteger accepted = new AtomicInteger(7);
        ends.beforeServer = () -> {
            int now = Math.min(10, accepted.getAndIncrement());
            ends.server = holding(now, now);
        };

        assertThat(BothEnds.settled(ends, LONG).difference()).isZero();
    }

    /** A client sees the end of a connection before the server does. */
    @Test
    void aServerThatHoldsMoreIsWaitedForByNoVerdict() throws InterruptedException {
        hostsHold(10, 10);
        AtomicInteger asked = new AtomicInteger();
        ends.beforeServer = asked::incrementAndGet;
        ends.server = holding(12, 12);

        BothEnds both = BothEnds.settled(ends, LONG);

        assertThat(asked).hasValue(1);
        assertThat(both.difference()).isEqualTo(-2);
        assertThat(both.unaccepted()).isZero();
    }

    @Test
    void aSilentServerIsUnknownAndNotEmpty() throws InterruptedException {
        hostsHold(10, 10);
        ends.server = null;

        BothEnds both = settled();

        assertThat(both.silent()).isNotNull();
        assertThat(both.atServer()).isNull();
        assertThat(both.difference()).isNull();
        assertThat(both.unaccepted()).isZero();
        assertThat(both.incomparable()).hasValue("the server does not answer");
    }

    @Test
    void aServerThatDoesNotRunHoldsNothingThatCouldBeCompared() throws InterruptedException {
        hostsHold(10, 10);
        ends.server = ServerStatus.stopped("epoll");

        assertThat(settled().incomparable()).hasValue("the server does not run");
        assertThat(settled().atServer()).isNull();
        assertThat(settled().difference()).isNull();

        ends.refusal = Optional.of(new AgentException("address in use", ""));
        assertThat(settled().incomparable()).hasValue("the server did not start: address in use");
    }

    @Test
    void aHostThatIsMissingMakesTheSumSayNothing() throws InterruptedException {
        ends.counts = null;
        ends.server = holding(10, 10);

        assertThat(settled().incomparable()).hasValue(HOST + " did not answer");
        assertThat(settled().difference()).isNull();
    }

    @Test
    void hostsThatWereNotAskedAreNamed() throws InterruptedException {
        hostsHold(10, 10);
        ends.server = holding(30, 30);
        ends.counting = List.of(HOST, "client2");
        assertThat(settled().incomparable()).hasValue("client2 was not asked");

        ends.counting = List.of(HOST, "client2", "client3");
        assertThat(settled().incomparable()).hasValue("client2, client3 were not asked");
    }

    @Test
    void numbersThatAreOldAreNotCompared() throws InterruptedException {
        hostsHold(10, 10);
        ends.server = holding(10, 10);
        ends.stale = Optional.of("a worker has said nothing for 7 s");

        BothEnds both = settled();

        assertThat(both.stale()).isTrue();
        assertThat(both.incomparable()).hasValue("a worker has said nothing for 7 s");
        assertThat(both.difference()).isNull();
    }

    @Test
    void anAnswerOfOneThatAcceptedNothingCameFromAnother() throws InterruptedException {
        hostsHold(10, 10);
        ends.server = holding(0, 0);

        BothEnds both = settled();

        assertThat(both.elsewhere()).isEqualTo(10);
        assertThat(both.difference()).isNull();
        assertThat(both.incomparable()).get().asString().contains("another server answers", "accepted no connection");
    }

    @Test
    void moreAnswersThanItEverAcceptedCameFromAnotherInPart() throws InterruptedException {
        hostsHold(10, 10);
        ends.server = holding(6, 6);

        assertThat(settled().elsewhere()).isEqualTo(4);
        assertThat(settled().incomparable())
                .get()
                .asString()
                .contains("10 connections have had a Pong, the one here has accepted 6");
    }

    @Test
    void whatItHasEndedAndTheHostsHaveNotNoticedIsNoOthers() throws InterruptedException {
        hostsHold(10, 10);
        ends.server = holding(6, 10);

        BothEnds both = settled();

        assertThat(both.elsewhere()).isZero();
        assertThat(both.difference()).isNull();
        assertThat(both.incomparable()).get().asString().contains("it has ended the rest");
    }

    @Test
    void ofSomebodyElsesServerTheKernelCounts() throws InterruptedException {
        hostsHold(10, 10);
        ends.foreign = Optional.of("127.0.0.1:6379");
        reads(12L);

        BothEnds both = settled();

        assertThat(both.atServer()).isEqualTo(12);
        assertThat(both.difference()).isEqualTo(-2);
        reads(8L);
        assertThat(settled().difference()).isEqualTo(2);
        assertThat(settled().unaccepted())
                .as("the kernel counts what waits to be accepted")
                .isZero();
    }

    @Test
    void whereTheKernelIsNotReadNothingIsKnownOfTheOtherEnd() throws InterruptedException {
        hostsHold(10, 10);
        ends.foreign = Optional.of("127.0.0.1:6379");
        assertThat(settled().incomparable()).hasValue("the other end, 127.0.0.1:6379, is not read");
        assertThat(settled().atServer()).isNull();

        reads(null);
        assertThat(settled().incomparable())
                .hasValue("the other end, 127.0.0.1:6379, is not read: no table of sockets");
        assertThat(settled().difference()).isNull();
    }

    private void reads(@Nullable Long established) {
        ForeignServer now = new ForeignServer(
                List.of(),
                List.of(6379),
                established,
                null,
                null,
                null,
                List.of(),
                Facts.NONE,
                List.of("no table of sockets"));
        ends.reading = CompletableFuture.completedFuture(Optional.of(new TargetReading(HOST, now, 0, now, 0)));
    }
}
