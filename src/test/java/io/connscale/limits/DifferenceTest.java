package io.connscale.limits;

import static io.connscale.kernel.Known.listening;
import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.waiting;
import static io.connscale.kernel.Known.with;
import static io.connscale.limits.Given.CALM;
import static io.connscale.limits.Given.evidence;
import static io.connscale.limits.Given.seen;
import static io.connscale.limits.Given.server;
import static io.connscale.limits.Given.verdict;
import static io.connscale.limits.ServerEnd.State.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.AcceptQueue;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.stats.Statistics;
import io.connscale.stats.Statistics.Times;
import io.connscale.stats.Statistics.Unanswered;
import io.connscale.stats.TcpSample;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Why the two ends do not count the same. */
class DifferenceTest {
    @Test
    void whatWaitsIsUnknownWhereTheQueueCouldNotBeRead() {
        Facts unread = new Facts(CALM.values(), null, "m", "n", "tsc");
        ServerEnd full = server(RUNNING, Map.of("accept EMFILE", 4L), unread);
        assertThat(verdict(Map.of(), nothing(), full, 20).text())
                .contains("how many wait to be accepted is unknown")
                .doesNotContain("0 wait");
        Difference difference = difference(20, Unanswered.NONE, full);
        assertThat(difference.waiting()).isNull();
        assertThat(difference.handshakes()).isNull();
        assertThat(difference.text())
                .contains("unknown how many wait in its accept queue", "unknown how many SYN-RECEIVED")
                .doesNotContain("0 wait");
        ServerEnd nothingRead = server(RUNNING, Map.of(), nothing(), nothing(), "127.0.0.1");
        assertThat(difference(20, Unanswered.NONE, nothingRead).counters()).isNull();
    }

    @Test
    void whatTheServerHoldsMoreIsSuspectWhereThePeerIsSilent() {
        Facts now = listening(CALM, new AcceptQueue("127.0.0.1", 8989, 0, null, 200L));
        assertThat(difference(-200, Unanswered.NONE, server(RUNNING, Map.of(), now))
                        .text())
                .contains("the server holds 200 more", "200 of its connections are suspect");
        assertThat(difference(-200, Unanswered.NONE, server(RUNNING, Map.of(), CALM))
                        .text())
                .contains("suspect is unknown");
    }

    /** The kernel asks a silent peer after 30 s. */
    @Test
    void thatNoneIsSuspectIsKnownOnlyOnceSilentPeersAreAsked() {
        Facts before = with(CALM, Fact.UPTIME, 1_000);
        Facts after = listening(with(CALM, Fact.UPTIME, 32_000), new AcceptQueue("127.0.0.1", 8989, 0, null, 0L));
        ServerEnd late = server(RUNNING, Map.of(), before, after, "127.0.0.1");
        assertThat(Difference.of(-20, evidence(Statistics.NONE, late), 30_000).suspect())
                .isZero();
        Difference off = Difference.of(-20, evidence(Statistics.NONE, late), 0);
        assertThat(off.suspect()).as("keep-alive is off").isNull();
        assertThat(off.text()).contains("suspect is unknown: silent peers are not asked, or not yet");
        ServerEnd early = server(RUNNING, Map.of(), with(CALM, Fact.UPTIME, 3_000), after, "127.0.0.1");
        assertThat(Difference.of(-20, evidence(Statistics.NONE, early), 30_000).suspect())
                .as("the first is asked in a second")
                .isNull();
        Facts some = listening(with(CALM, Fact.UPTIME, 4_000), new AcceptQueue("127.0.0.1", 8989, 0, null, 5L));
        ServerEnd retransmitting = server(RUNNING, Map.of(), before, some, "127.0.0.1");
        assertThat(Difference.of(-20, evidence(Statistics.NONE, retransmitting), 0)
                        .suspect())
                .as("what is counted is known")
                .isEqualTo(5);
    }

    @Test
    void aDifferenceSaysWhereTheConnectionsAre() {
        Facts now = with(waiting(with(CALM, Fact.LISTEN_OVERFLOWS, 64), 8989, 9), Fact.SYN_RECEIVED, 3);
        Unanswered young = new Unanswered(12, 8, 2_340_000_000L, 400_000_000, 2_000_000_000L);
        assertThat(difference(20, young, server(RUNNING, Map.of(), now)).text())
                .contains("20 unaccepted", "12 without a first Pong, the oldest up for 2.3 s, the youngest for 0.4 s")
                .contains("9 wait", "backlog 8", "3 SYN-RECEIVED", "TcpExtListenOverflows +57")
                .doesNotContain("suspect");
        assertThat(difference(20, Unanswered.NONE, server(RUNNING, Map.of(), now))
                        .text())
                .contains("no connection waits for its first Pong");
        assertThat(difference(-2, young, server(RUNNING, Map.of(), now)).text()).contains("the server holds 2 more");
    }

    private static Difference difference(long difference, Unanswered unanswered, ServerEnd server) {
        Statistics none = Statistics.NONE;
        Statistics seen = new Statistics(
                none.counts(), 0, 0, unanswered, Times.NONE, TcpSample.NONE, none.process(), new TreeMap<>());
        return Difference.of(difference, evidence(seen, server), 30_000);
    }
}
