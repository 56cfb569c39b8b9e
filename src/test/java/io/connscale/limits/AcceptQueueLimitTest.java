package io.connscale.limits;

import static io.connscale.kernel.Known.listening;
import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.waiting;
import static io.connscale.kernel.Known.with;
import static io.connscale.limits.Given.CALM;
import static io.connscale.limits.Given.dropping;
import static io.connscale.limits.Given.evidence;
import static io.connscale.limits.Given.finding;
import static io.connscale.limits.Given.findings;
import static io.connscale.limits.Given.host;
import static io.connscale.limits.Given.server;
import static io.connscale.limits.Given.serverOf;
import static io.connscale.limits.Given.verdict;
import static io.connscale.limits.ServerEnd.State.RUNNING;
import static io.connscale.limits.ServerEnd.State.STOPPED;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.AcceptQueue;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The accept queue: an overflow needs the word of the kernel. */
class AcceptQueueLimitTest {
    @Test
    void anOverflowNeedsTheKernelsWord() {
        Facts overflowed = waiting(with(CALM, Fact.LISTEN_OVERFLOWS, 64), 8989, 9);
        Verdict verdict = verdict(Map.of("receive timeout", 5L), nothing(), server(RUNNING, Map.of(), overflowed), 11);
        assertThat(verdict.cause()).isEqualTo("overflow");
        assertThat(verdict.text()).contains("ListenOverflows +57", "9 wait, backlog 8", "unaccepted 11");
        Verdict ofAnother = verdict(Map.of("receive timeout", 5L), nothing(), server(STOPPED, Map.of(), overflowed), 0);
        assertThat(ofAnother.text()).contains("without an answer 5").doesNotContain("unaccepted");
        assertThat(verdict(Map.of("receive timeout", 5L), CALM, server(RUNNING, Map.of(), CALM), 0)
                        .cause())
                .isEqualTo("slow-server");
    }

    /** The counter is the whole network namespace's: another program's overflow is none of the server's. */
    @Test
    void anotherProgramsOverflowIsNotTheServers() {
        Map<String, Long> errors = Map.of("connect ETIMEDOUT", 20L);
        Facts theirs = waiting(with(with(CALM, Fact.LISTEN_OVERFLOWS, 46), Fact.LISTEN_DROPS, 39), 8989, 0);
        Facts before = with(CALM, Fact.LISTEN_DROPS, 0);
        ServerEnd server = server(RUNNING, Map.of(), before, theirs, "127.0.0.1");
        assertThat(verdict(errors, nothing(), dropping(0, server), 0).text())
                .contains("packets get lost on the way", "ListenOverflows +39, and of its own queue 0 wait, backlog 8")
                .doesNotContain("overflowed");
        assertThat(verdict(errors, nothing(), server, 0).cause())
                .as("its sockets don't tell, and its queue is empty")
                .isEqualTo("no-answer");
        assertThat(verdict(errors, nothing(), dropping(39, server), 0).cause()).isEqualTo("overflow");
        assertThat(verdict(errors, nothing(), server, 3).cause()).isEqualTo("overflow"); // they wait nowhere
    }

    /** Each listening socket has a queue of its own, of a backlog of its own. */
    @Test
    void aQueueIsFullByItselfAndNotTogetherWithOthers() {
        Facts five = listening(
                CALM,
                IntStream.of(4, 4, 4, 4, 3)
                        .mapToObj(waiting -> new AcceptQueue("127.0.0.1", 8989, waiting))
                        .toArray(AcceptQueue[]::new));
        ServerEnd server = server(RUNNING, Map.of(), five);
        assertThat(verdict(Map.of(), nothing(), server, 19).text()).doesNotContain("overflowed", "full");
        Facts one = listening(CALM, new AcceptQueue("127.0.0.1", 8989, 9), new AcceptQueue("127.0.0.1", 8989, 2));
        assertThat(verdict(Map.of(), nothing(), server(RUNNING, Map.of(), one), 11)
                        .text())
                .contains("the accept queue of the server is full (9 wait in the fullest of its 2 queues, backlog 8)")
                .doesNotContain("overflowed", "ListenOverflows");
    }

    @Test
    void unacceptedConnectionsAloneAreExplained() {
        Facts full = waiting(CALM, 8989, 9);
        assertThat(verdict(Map.of(), nothing(), server(RUNNING, Map.of(), full), 11)
                        .cause())
                .isEqualTo("overflow");
    }

    /** A SYN that finds no room is dropped and repeated for two minutes: until then nothing has failed. */
    @Test
    void aConnectThatWaitsForRoomIsExplained() {
        Statistics waits = Statistics.of(new Snapshot(9, 3, 0, 0, 0, 0, 0, 0, new TreeMap<>()));
        Verdict verdict = verdict(evidence(waits, server(RUNNING, Map.of(), waiting(CALM, 8989, 9))));
        assertThat(verdict.cause()).isEqualTo("overflow");
        assertThat(verdict.text())
                .contains("the accept queue of the server is full (9 wait, backlog 8)", "still connecting 3");
        assertThat(Catalogue.ALL.verdict(evidence(waits, server(RUNNING, Map.of(), waiting(CALM, 8989, 8)))))
                .as("there is room: they are on their way")
                .isEmpty();
    }

    @Test
    void anOverflowThatResets() {
        Facts aborts = with(with(CALM, Fact.LISTEN_OVERFLOWS, 64), Fact.ABORT_ON_OVERFLOW, 1);
        assertThat(verdict(Map.of("receive ECONNRESET", 5L), nothing(), server(RUNNING, Map.of(), aborts), 0)
                        .cause())
                .isEqualTo("overflow-reset");
    }

    @Test
    void somaxconnIsSaidWhereItCutsTheBacklog() {
        ServerEnd server = serverOf(1, with(nothing(), Fact.SOMAXCONN, 128));
        assertThat(finding(server, "net.core.somaxconn").at()).isEqualTo(128);
        assertThat(finding(server, "net.core.somaxconn").now()).isEqualTo("sysctl -w net.core.somaxconn=1024");
        assertThat(findings(new AcceptQueueLimit(), serverOf(1, with(nothing(), Fact.SOMAXCONN, 1024))))
                .isEmpty();
        assertThat(findings(new AcceptQueueLimit(), host("a", 1, server.now()))).isEmpty();
    }

    @Test
    void aResetInsteadOfARetryIsSaidOfTheServerAlone() {
        Facts aborts = with(nothing(), Fact.ABORT_ON_OVERFLOW, 1);
        assertThat(findings(new AcceptQueueLimit(), serverOf(1, aborts)))
                .containsExactly("net.ipv4.tcp_abort_on_overflow");
        assertThat(findings(new AcceptQueueLimit(), host("a", 1, aborts))).isEmpty();
    }
}
