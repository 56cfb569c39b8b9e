package io.connscale.limits;

import static io.connscale.kernel.Known.listening;
import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.with;
import static io.connscale.limits.Given.CALM;
import static io.connscale.limits.Given.OWN;
import static io.connscale.limits.Given.RANGE;
import static io.connscale.limits.Given.at;
import static io.connscale.limits.Given.facts;
import static io.connscale.limits.Given.finding;
import static io.connscale.limits.Given.findings;
import static io.connscale.limits.Given.host;
import static io.connscale.limits.Given.nowhere;
import static io.connscale.limits.Given.plan;
import static io.connscale.limits.Given.row;
import static io.connscale.limits.Given.rows;
import static io.connscale.limits.Given.server;
import static io.connscale.limits.Given.serverOf;
import static io.connscale.limits.Given.toPorts;
import static io.connscale.limits.Given.verdict;
import static io.connscale.limits.ServerEnd.State.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.AcceptQueue;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.Routes;
import io.connscale.limits.Limit.Finding;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Source ports: shared by those who share an address, and less what is not free. */
class EphemeralPortsLimitTest {
    @Test
    void noFreePort() {
        Verdict verdict = verdict(Map.of("connect EADDRNOTAVAIL", 12L), RANGE, server(RUNNING, Map.of(), CALM), 0);
        assertThat(verdict.cause()).isEqualTo("ports");
        assertThat(verdict.text())
                .startsWith("stopped at 28,232 on client1: no free port for 127.0.0.2 → 127.0.0.1:8989"
                        + " (ip_local_port_range 32768–60999")
                .contains("sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"");
    }

    @Test
    void whereMostAreInTimeWaitWaitingHelps() {
        Facts few = facts(
                Map.of(Fact.FIRST_PORT, 40_000L, Fact.LAST_PORT, 40_199L, Fact.TIME_WAIT, 150L, Fact.TW_REUSE, 2L));
        String text = verdict(Map.of("connect EADDRNOTAVAIL", 12L), few, server(RUNNING, Map.of(), CALM), 0)
                .text();
        assertThat(text).contains("200 ports, 150 in TIME-WAIT", "try again after 60 s", "net.ipv4.tcp_tw_reuse=1");
        Facts some = with(few, Fact.TIME_WAIT, 20);
        assertThat(verdict(Map.of("connect EADDRNOTAVAIL", 12L), some, server(RUNNING, Map.of(), CALM), 0)
                        .text())
                .doesNotContain("try again");
    }

    private static HostEnd wide(String name, long wanted, String... sources) {
        return host(name, wanted, RANGE, sources);
    }

    @Test
    void hostsOfOneNetworkShareTheTuplesOfTheSameSource() {
        Allowance first = plan(nowhere(), wide("a", 15_000, "x"), wide("b", 15_000, "x"))
                .first()
                .orElseThrow();
        assertThat(first.where()).extracting(End::name).containsExactly("a", "b");
        assertThat(first.allows()).isEqualTo(28_232);
        assertThat(first.wanted()).isEqualTo(30_000);
    }

    @Test
    void hostsOfAnotherNetworkDoNot() {
        HostEnd elsewhere = host("b", 15_000, at("m", "another", RANGE), "x");
        assertThat(rows(plan(nowhere(), wide("a", 15_000, "x"), elsewhere), "4-tuples"))
                .containsExactly("a 28232", "b 28232");
    }

    @Test
    void otherSourcesAreNotSharedAndTheyMultiply() {
        Plan plan = plan(nowhere(), toPorts(3, wide("a", 15_000, "x", "y")), toPorts(3, wide("b", 15_000, "z")));
        assertThat(plan.first()).isEmpty();
        assertThat(rows(plan, "4-tuples")).containsExactly("a " + 2 * 3 * 28_232, "b " + 3 * 28_232);
    }

    @Test
    void aSourceInCommonMakesOnePoolOfAll() {
        assertThat(rows(plan(nowhere(), wide("a", 1, "x"), wide("b", 1, "z"), wide("c", 1, "x", "z")), "4-tuples"))
                .containsExactly("a,b,c " + 2 * 28_232);
    }

    @Test
    void portsThatOthersHaveAreNotFree() {
        List<AcceptQueue> listening = java.util.stream.IntStream.range(0, 32)
                .mapToObj(port -> new AcceptQueue("0.0.0.0", 40_000 + port, 0))
                .toList();
        Facts taken = listening(RANGE, listening.toArray(AcceptQueue[]::new))
                .with(new Routes(List.of(), new TreeMap<>(), 150, 40));
        HostEnd host = host("a", 28_000, new Processes(100_000, 1, 1, 100, OWN), taken, "x");
        Allowance tuples = row(plan(nowhere(), host), "4-tuples");
        assertThat(tuples.allows()).isEqualTo(28_232 - 32 - 150 - 40);
        assertThat(tuples.calculation())
                .isEqualTo("1 source × 1 server port × (28,232 ports − 32 that somebody listens on)"
                        + " − 100 open already − 50 of other programs − 40 in TIME-WAIT");
        assertThat(tuples.fix()).contains("sysctl -w net.ipv4.tcp_tw_reuse=1");
    }

    @Test
    void aSourceThatCannotBeUsedIsNamedAndAllowsNothing() {
        Facts unusable = RANGE.with(
                new Routes(List.of(), new TreeMap<>(Map.of("10.9.9.9", "is no address of this host")), 0, 0));
        Allowance tuples =
                plan(nowhere(), host("a", 10, unusable, "10.9.9.9")).first().orElseThrow();
        assertThat(tuples.allows()).isZero();
        assertThat(tuples.calculation()).endsWith("; source 10.9.9.9 is no address of this host");
        assertThat(tuples.fix()).contains("source: in hosts.yaml");
    }

    @Test
    void portsStopAHostAtTheirNumberTimesSourcesAndServerPorts() {
        Finding finding = finding(wide("a", 1), "net.ipv4.ip_local_port_range");
        assertThat(finding.at()).isEqualTo(28_232);
        assertThat(finding.now()).isEqualTo("sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"");
        assertThat(finding.forGood()).contains("/etc/sysctl.d/");
        assertThat(finding.root()).isTrue();
        assertThat(finding(toPorts(10, wide("a", 1)), "net.ipv4.ip_local_port_range")
                        .at())
                .isEqualTo(282_320);
        assertThat(findings(new EphemeralPortsLimit(), serverOf(1, RANGE))).isEmpty();
    }

    /** A range that can't be wider is nowhere said to be widened. */
    @Test
    void theWidestRangeIsLiftedByPortsAndSourcesWhichNeedNoRoot() {
        Facts widest = facts(Map.of(Fact.FIRST_PORT, 1_024L, Fact.LAST_PORT, 65_535L));
        HostEnd host = host("a", 1, widest);
        Finding finding = finding(host, "net.ipv4.ip_local_port_range");
        assertThat(finding.now()).contains("source");
        assertThat(finding.root()).isFalse();
        Verdict verdict = verdict(Map.of("connect EADDRNOTAVAIL", 1L), widest, server(RUNNING, Map.of(), CALM), 0);
        assertThat(verdict.remedy()).contains("source addresses").doesNotContain("wider", "sysctl");
        assertThat(row(plan(nowhere(), host), "4-tuples").fix()).doesNotContain("wider", "sysctl");
    }

    @Test
    void whatIsNotToldIsUnknown() {
        assertThat(rows(plan(nowhere(), host("a", 1, nothing())), "4-tuples")).containsExactly("a unknown");
        assertThat(finding(host("a", 1, with(nothing(), Fact.TW_REUSE, 0)), "net.ipv4.tcp_tw_reuse")
                        .at())
                .isEqualTo(Finding.NO_NUMBER);
    }

    private static String fix(HostEnd host) {
        return row(plan(nowhere(), host), "4-tuples").fix();
    }

    @Test
    void theFixSaysHowManyPortsOfTheServerAreEnoughForThoseThereAreAndThoseWanted() {
        assertThat(fix(wide("a", 10, "x"))).startsWith("more of the server's ports");
        assertThat(fix(wide("a", 28_232, "x"))).startsWith("more of the server's ports");
        assertThat(fix(wide("a", 28_233, "x"))).startsWith("server: {ports: …} with 2 ports");
        assertThat(fix(wide("a", 2 * 28_232, "x"))).startsWith("server: {ports: …} with 2 ports");
        assertThat(fix(wide("a", 2 * 28_232 + 1, "x"))).startsWith("server: {ports: …} with 3 ports");
        assertThat(fix(wide("a", 100_000, "x", "y"))).startsWith("server: {ports: …} with 2 ports");
        HostEnd holds = host("a", 2 * 28_232, new Processes(100_000, 1, 1, 1, OWN), RANGE, "x");
        assertThat(fix(holds)).startsWith("server: {ports: …} with 3 ports");
        assertThat(fix(wide("a", 1_000_000_000_000L, "x"))).startsWith("more of the server's ports");
    }

    @Test
    void whoeverListensWithinTheRangeTakesAPortAndNobodyElse() {
        Facts taken = listening(
                RANGE,
                new AcceptQueue("0.0.0.0", 32_767, 0),
                new AcceptQueue("0.0.0.0", 32_768, 0),
                new AcceptQueue("0.0.0.0", 60_999, 0),
                new AcceptQueue("0.0.0.0", 61_000, 0));
        assertThat(row(plan(nowhere(), host("a", 1, taken, "x")), "4-tuples").allows())
                .isEqualTo(28_232 - 2);
    }

    /** Both tell of the same connections: the one that was asked later tells of more. */
    @Test
    void whatTwoHostsOfOneSourceTellIsNotAddedUp() {
        HostEnd a = host("a", 1, RANGE.with(new Routes(List.of(), new TreeMap<>(), 100, 0)), "x");
        HostEnd b = host("b", 1, RANGE.with(new Routes(List.of(), new TreeMap<>(), 150, 0)), "x");
        assertThat(rows(plan(nowhere(), a, b), "4-tuples")).containsExactly("a,b " + (28_232 - 150));
        assertThat(rows(plan(nowhere(), b, a), "4-tuples")).containsExactly("b,a " + (28_232 - 150));
    }
}
