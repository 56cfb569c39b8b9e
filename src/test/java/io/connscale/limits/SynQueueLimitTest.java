package io.connscale.limits;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.with;
import static io.connscale.limits.Given.CALM;
import static io.connscale.limits.Given.dropping;
import static io.connscale.limits.Given.facts;
import static io.connscale.limits.Given.finding;
import static io.connscale.limits.Given.findings;
import static io.connscale.limits.Given.host;
import static io.connscale.limits.Given.plan;
import static io.connscale.limits.Given.seen;
import static io.connscale.limits.Given.server;
import static io.connscale.limits.Given.serverOf;
import static io.connscale.limits.Given.verdict;
import static io.connscale.limits.ServerEnd.State.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.stats.Distribution;
import io.connscale.stats.Statistics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Handshakes under way are rate times round trip; without cookies so many fit. */
class SynQueueLimitTest {
    @Test
    void aFullSynQueueIsNamedAndNeverDenied() {
        Facts before = with(with(with(CALM, Fact.LISTEN_DROPS, 10), Fact.SYNCOOKIES, 0), Fact.SYN_BACKLOG, 8);
        Facts dropped = with(before, Fact.LISTEN_DROPS, 5_863);
        Map<String, Long> errors = Map.of("connect ETIMEDOUT", 30L);
        ServerEnd server = server(RUNNING, Map.of(), before, dropped, "127.0.0.1");
        Verdict verdict = verdict(errors, nothing(), dropping(5_853, server), 0);
        assertThat(verdict.cause()).isEqualTo("syn-queue");
        assertThat(verdict.text())
                .contains("SYN queue", "ListenDrops +5,853", "ListenOverflows +0", "tcp_max_syn_backlog 8")
                .contains("tcp_syncookies=1")
                .doesNotContain("no overflow", "firewall");
        Facts withCookies = with(dropped, Fact.SYNCOOKIES, 1);
        assertThat(verdict(errors, nothing(), server(RUNNING, Map.of(), before, withCookies, "127.0.0.1"), 0)
                        .text())
                .contains("whether the server's sockets dropped SYNs is not known", "ListenDrops +5,853")
                .doesNotContain("get lost on the way");
        assertThat(verdict(errors, nothing(), dropping(0, server), 0).text())
                .as("another program's")
                .contains("no SYN dropped at the server's sockets; another program's were", "ListenDrops +5,853")
                .contains("get lost on the way")
                .doesNotContain("SYN queue");
    }

    private static Optional<Plan.Pace> pace(long cookies, long max, long backlog, long perSecond, double millis) {
        Facts facts = facts(Map.of(Fact.SYNCOOKIES, cookies, Fact.SYN_BACKLOG, max));
        ServerEnd of = serverOf(100, facts);
        ServerEnd server = new ServerEnd(
                of.state(),
                of.place(),
                new ServerEnd.Listening(
                        List.of("127.0.0.1"),
                        List.of(8989),
                        backlog,
                        backlog,
                        List.of(),
                        Facts.UNKNOWN,
                        List.of(),
                        false),
                of.wanted(),
                of.processes(),
                0,
                0,
                of.errors(),
                of.before(),
                of.now());
        Distribution connects = millis < 0 ? Distribution.NONE : Given.connects((long) (millis * 1000));
        HostEnd host = new HostEnd(
                "a",
                new HostEnd.Settings(List.of(), List.of("127.0.0.1:8989"), 5_000, perSecond, false),
                100,
                Processes.NONE,
                Statistics.NONE,
                connects,
                Facts.NONE,
                nothing());
        return new SynQueueLimit().pace(new Observation(List.of(host), server, 0));
    }

    @Test
    void withCookiesThereIsNone() {
        assertThat(pace(1, 8, 1024, 1000, 100)).isEmpty();
        assertThat(plan(serverOf(10, nothing()), host("a", 10, nothing())).paces())
                .isEmpty(); // unknown
    }

    @Test
    void theLastQuarterIsKeptForThoseThatAreKnown() {
        assertThat(pace(0, 8, 1024, 1000, 100).orElseThrow().numbers()).containsEntry("handshakes", 7L);
        assertThat(pace(0, 1024, 1024, 1000, 100).orElseThrow().numbers()).containsEntry("handshakes", 769L);
        assertThat(pace(0, 1024, 100, 1000, 100).orElseThrow().numbers()).containsEntry("handshakes", 100L);
    }

    /** The finding has the same number as the plan. */
    @Test
    void theFindingSaysHowManyHandshakesFit() {
        Facts facts = facts(Map.of(Fact.SYNCOOKIES, 0L, Fact.SYN_BACKLOG, 8L));
        assertThat(finding(serverOf(1, facts), "net.ipv4.tcp_max_syn_backlog").at())
                .isEqualTo(7);
        assertThat(findings(new SynQueueLimit(), serverOf(1, with(facts, Fact.SYN_BACKLOG, 4096))))
                .isEmpty();
        assertThat(findings(new SynQueueLimit(), serverOf(1, with(facts, Fact.SYNCOOKIES, 1))))
                .isEmpty();
        assertThat(findings(new SynQueueLimit(), host("a", 1, facts))).isEmpty();
    }

    @Test
    void whatDoesNotFitIsSaidWithARateThatDoes() {
        Plan.Pace narrow = pace(0, 8, 1024, 500, 100).orElseThrow();
        assertThat(narrow.fits()).isFalse();
        assertThat(narrow.narrow()).isTrue();
        assertThat(narrow.text())
                .contains("holds 7 handshakes (tcp_max_syn_backlog 8", "50 are under way at 500/s", "100 ms");
        assertThat(narrow.fix()).contains("tcp_syncookies=1", "at most 70/s");
        assertThat(pace(0, 8, 1024, 70, 100).orElseThrow().fits()).isTrue();
        assertThat(pace(0, 8, 1024, 70, 100).orElseThrow().text()).isEmpty();
        assertThat(pace(0, 8, 1024, 70, 100).orElseThrow().narrow()).isFalse();
    }

    @Test
    void anUnknownRoundTripIsSaidToBeUnknown() {
        Plan.Pace unknown = pace(0, 8, 1024, 500, -1).orElseThrow();
        assertThat(unknown.fits()).isNull();
        assertThat(unknown.text()).contains("up to 14 ms", "unknown until a connection is up");
        assertThat(unknown.numbers()).containsEntry("roundTripMillis", null).containsEntry("fits", null);
        assertThat(unknown.narrow()).isFalse();
        assertThat(pace(0, 8, 1024, 5_000, -1).orElseThrow().narrow()).isTrue();
        Plan.Pace unlimited = pace(0, 8, 1024, Facts.UNLIMITED, 100).orElseThrow();
        assertThat(unlimited.text()).contains("rate is unlimited");
        assertThat(unlimited.numbers()).containsEntry("perSecond", null);
    }

    @Test
    void whatOverflowedTheAcceptQueueIsNoDropOfTheSynQueue() {
        Facts before = facts(
                Map.of(Fact.LISTEN_DROPS, 0L, Fact.LISTEN_OVERFLOWS, 0L, Fact.SYNCOOKIES, 0L, Fact.SYN_BACKLOG, 8L));
        Facts now = with(with(before, Fact.LISTEN_DROPS, 10), Fact.LISTEN_OVERFLOWS, 4);
        Optional<Limit.Cause> cause = new SynQueueLimit()
                .cause(seen(
                        Map.of("connect ETIMEDOUT", 30L),
                        nothing(),
                        dropping(10, server(RUNNING, Map.of(), before, now, "127.0.0.1")),
                        0));
        assertThat(cause.orElseThrow().verdict().sentence())
                .contains("its sockets dropped 6 SYNs", ", tcp_syncookies 0", "ListenOverflows +4");
        Facts overflowsAlone = with(now, Fact.LISTEN_OVERFLOWS, 10);
        assertThat(new SynQueueLimit()
                        .cause(seen(
                                Map.of("connect ETIMEDOUT", 30L),
                                nothing(),
                                dropping(10, server(RUNNING, Map.of(), before, overflowsAlone, "127.0.0.1")),
                                0)))
                .isEmpty();
    }
}
