package io.connscale.limits;

import static io.connscale.kernel.Known.nothing;
import static io.connscale.kernel.Known.with;
import static io.connscale.limits.Given.CALM;
import static io.connscale.limits.Given.at;
import static io.connscale.limits.Given.evidence;
import static io.connscale.limits.Given.facts;
import static io.connscale.limits.Given.finding;
import static io.connscale.limits.Given.findings;
import static io.connscale.limits.Given.host;
import static io.connscale.limits.Given.inGroup;
import static io.connscale.limits.Given.nowhere;
import static io.connscale.limits.Given.overTls;
import static io.connscale.limits.Given.plan;
import static io.connscale.limits.Given.processes;
import static io.connscale.limits.Given.row;
import static io.connscale.limits.Given.rows;
import static io.connscale.limits.Given.seen;
import static io.connscale.limits.Given.server;
import static io.connscale.limits.Given.serverOf;
import static io.connscale.limits.Given.verdict;
import static io.connscale.limits.ServerEnd.State.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Costs;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.limits.Limit.Finding;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** Memory: what kills is refused, what holds up is said, and each group has its own. */
class MemoryLimitTest {
    private static final long GIB = 1L << 30;

    private static Facts available(long bytes) {
        return with(nothing(), Fact.MEMORY_AVAILABLE, bytes);
    }

    private static Facts group(String path, long left) {
        Facts facts = facts(
                Map.of(Fact.MEMORY_AVAILABLE, 1L << 40, Fact.CGROUP_MEMORY_MAX, left + 200, Fact.CGROUP_MEMORY, 200L));
        return inGroup(facts, Facts.MEMORY_GROUP, path);
    }

    @Test
    void aMachineWithBothEndsPaysForBoth() {
        Facts machine = available(110_000_000);
        assertThat(rows(plan(serverOf(10_000, machine), host("a", 10_000, machine)), "memory"))
                .containsExactly("a,server 10000");
        assertThat(rows(plan(serverOf(10_000, at("s", "s", machine)), host("a", 10_000, machine)), "memory"))
                .containsExactly("a 20000", "server 20000");
    }

    @Test
    void furtherProcessesCostMemory() {
        HostEnd host = host("a", 80_000, processes(20_000, 8), available(60_000 * 5_500L + 2 * Costs.PROCESS_BYTES));
        assertThat(rows(plan(nowhere(), host), "memory")).containsExactly("a 60000"); // the third would not fit
    }

    @Test
    void twoHostsOfOneMachineInTwoControlGroupsHaveEachItsOwnRowWhateverTheirNames() {
        HostEnd small = host("small", 10_000, group("/a", 5_500_000));
        HostEnd large = host("large", 10_000, group("/b", 600_000_000));
        for (List<HostEnd> order : List.of(List.of(small, large), List.of(large, small))) {
            Plan plan = plan(nowhere(), order.toArray(HostEnd[]::new));
            assertThat(rows(plan, "memory"))
                    .hasSize(3)
                    .contains("small 1000")
                    .anyMatch(row -> row.startsWith("large "));
            assertThat(plan.first().orElseThrow().where()).containsExactly(small);
            assertThat(plan.killing().orElseThrow().calculation()).contains("available in control group /a");
        }
    }

    @Test
    void hostsInOneControlGroupShareIt() {
        Facts facts = group("/a", 55_000_000);
        assertThat(rows(plan(nowhere(), host("a", 10_000, facts), host("b", 10_000, facts)), "memory"))
                .contains("a,b 10000");
    }

    /** Above memory.high the kernel kills nothing: it is a limit like the others, and not refused. */
    @Test
    void whatOnlyHoldsUpIsNotRefused() {
        Facts facts = facts(Map.of(Fact.CGROUP_MEMORY_HIGH, 5_500_200L, Fact.CGROUP_MEMORY_OF_HIGH, 200L));
        HostEnd host = host("a", 10_000, inGroup(facts, Facts.MEMORY_HIGH_GROUP, "/a"));
        Plan plan = plan(nowhere(), host);
        assertThat(rows(plan, "memory")).contains("a 1000");
        assertThat(plan.killing()).isEmpty();
        assertThat(plan.first().orElseThrow().calculation()).contains("memory.high of control group /a");
        Finding finding = finding(host, "memory.high");
        assertThat(finding.at()).isEqualTo(1000);
        assertThat(finding.stops()).contains("holds them up");
        assertThat(finding.forGood()).contains("MemoryHigh");
    }

    @Test
    void whatOtherLimitsDoNotLetComeUpNeedsNoMemory() {
        HostEnd few = host("a", 10_000, processes(900, 1), available(5_500_000));
        assertThat(plan(nowhere(), few).killing()).isEmpty();
        HostEnd enough = host("a", 10_000, processes(1_100, 1), available(5_500_000));
        assertThat(plan(nowhere(), enough).killing()).isPresent();
        assertThat(plan(serverOf(10_000, processes(900, 1), at("s", "s", nothing())), enough)
                        .killing())
                .as("what the server can't accept")
                .isEmpty();
    }

    @Test
    void whatStopsOnlyWhereTheMemoryHasEndedIsNotSaid() {
        Facts facts = with(available(GIB), Fact.HARD_FILES, 1 << 20);
        assertThat(new FileDescriptorLimit().findings(host("a", 1, processes(1 << 20, 1), facts)))
                .isEmpty();
        assertThat(new FileDescriptorLimit()
                        .findings(host("a", 1, processes(1 << 20, 1), with(facts, Fact.MEMORY_AVAILABLE, 64 * GIB))))
                .hasSize(1);
        Facts inGroup = with(with(facts, Fact.CGROUP_MEMORY_MAX, GIB / 2), Fact.CGROUP_MEMORY, 0);
        assertThat(findings(new MemoryLimit(), host("a", 1, inGroup))).containsExactly("memory.max");
    }

    /** A machine that does not tell has perhaps less than the group: the group's limit holds all the same. */
    @Test
    void aGroupIsSaidWhereTheMachineDoesNotTell() {
        Facts facts = facts(Map.of(Fact.CGROUP_MEMORY_MAX, GIB, Fact.CGROUP_MEMORY, 0L));
        HostEnd host = host("a", 1, processes(1 << 20, 1), facts);
        assertThat(findings(new MemoryLimit(), host)).containsExactly("memory.max");
        assertThat(rows(plan(nowhere(), host), "memory")).containsExactly("a unknown", "a " + GIB / host.bytesEach());
    }

    @Test
    void noMemoryForAnotherSocket() {
        Map<String, Long> errors = Map.of("connect ENOMEM", 3L);
        assertThat(verdict(errors, available(90 << 20), server(RUNNING, Map.of(), CALM), 0)
                        .text())
                .contains("no memory for another socket (90 MiB available; connect ENOMEM 3)", "more hosts");
        assertThat(verdict(errors, nothing(), server(RUNNING, Map.of(), CALM), 0)
                        .text())
                .contains("what is available is unknown");
        assertThat(verdict(errors, group("/a", 5 << 20), server(RUNNING, Map.of(), CALM), 0)
                        .text())
                .contains("(5 MiB available in control group /a;", "memory.max of the control group /a");
    }

    @Test
    void aProcessThatTheKernelKilledIsToldFromOneThatSomebodyDid() {
        Map<String, Long> lost = Map.of("worker killed: out of memory", 555L);
        Facts before = with(nothing(), Fact.OOM_KILLS, 2);
        Facts after = with(nothing(), Fact.OOM_KILLS, 3);
        Verdict killed = verdict(evidence(lost, 0, before, after, server(RUNNING, Map.of(), CALM), 0));
        assertThat(killed.cause()).isEqualTo("out-of-memory");
        assertThat(killed.sentence())
                .contains("out of memory (control group, memory.oom_kill +1; worker killed: out of memory 555)");
        Observation another =
                evidence(Map.of("worker lost", 555L), 0, before, after, server(RUNNING, Map.of(), CALM), 0);
        assertThat(verdict(another).cause())
                .as("another process of the group was")
                .isEqualTo("process-lost");
    }

    @Test
    void aProcessOfTheServerThatTheKernelKilledIsNamedToo() {
        Facts before = with(nothing(), Fact.OOM_KILLS, 2);
        Facts after = with(nothing(), Fact.OOM_KILLS, 3);
        Map<String, Long> lost = Map.of("server process killed: out of memory", 90L);
        Verdict killed = verdict(
                seen(Map.of("receive closed", 90L), CALM, server(RUNNING, lost, before, after, "127.0.0.1"), 0));
        assertThat(killed.cause()).isEqualTo("out-of-memory");
        assertThat(killed.host()).isEqualTo("server");
        assertThat(killed.sentence())
                .contains("the kernel killed a process of the server, out of memory")
                .contains("memory.oom_kill +1; server process killed: out of memory 90)");
    }

    @Test
    void anEndThatWasHeldUpAboveMemoryHighIsNamed() {
        Facts before = inGroup(
                facts(Map.of(
                        Fact.HELD_UP_FOR_MEMORY, 5L,
                        Fact.CGROUP_MEMORY_HIGH, 100L << 20,
                        Fact.CGROUP_MEMORY_OF_HIGH, 101L << 20)),
                Facts.MEMORY_HIGH_GROUP,
                "/a");
        Facts after = inGroup(with(before, Fact.HELD_UP_FOR_MEMORY, 905), Facts.MEMORY_HIGH_GROUP, "/a");
        ServerEnd calm = server(RUNNING, Map.of(), CALM);
        Map<String, Long> late = Map.of("receive timeout", 40L);
        Verdict verdict =
                verdict(evidence(late, 0, CALM, CALM, server(RUNNING, Map.of(), before, after, "0.0.0.0"), 0));
        assertThat(verdict.cause()).isEqualTo("memory-high");
        assertThat(verdict.host()).isEqualTo("server");
        assertThat(verdict.text())
                .contains("control group /a exceeded memory.high 900 times (memory.high 100 MiB, 101 MiB in use;")
                .contains("memory.high of the control group /a", "MemoryHigh=infinity");
        assertThat(verdict(evidence(late, 0, before, after, calm, 0)).host()).isEqualTo("client1");
        Facts once = with(before, Fact.HELD_UP_FOR_MEMORY, 6);
        assertThat(verdict(evidence(late, 0, before, once, calm, 0)).cause()).isNotEqualTo("memory-high");
        assertThat(Catalogue.ALL.verdict(evidence(Map.of(), 0, before, after, calm, 0)))
                .as("nothing came late")
                .isEmpty();
    }

    @Property
    void whatIsAllowedFitsAndOneMoreDoesNot(
            @ForAll @LongRange(min = 0, max = 1L << 40) long available,
            @ForAll @LongRange(min = 1, max = 10_000_000) long wanted,
            @ForAll @IntRange(min = 1, max = 100_000) int each) {
        long max = row(plan(nowhere(), host("a", wanted, processes(each, 1000), available(available))), "memory")
                .allows();
        assertThat(needs(max, each)).isLessThanOrEqualTo(available);
        assertThat(needs(max + 1, each)).isGreaterThan(available);
    }

    private static long needs(long connections, long each) {
        long processes = Math.max(1, (connections + each - 1) / each);
        return connections * (Costs.SOCKET + Costs.IN_AGENT) + (processes - 1) * Costs.PROCESS_BYTES;
    }

    @Test
    void aConnectionCostsMoreWhereBothItsEndsAre() {
        Facts machine = available(110_000_000);
        assertThat(row(plan(serverOf(10_000, machine), host("a", 10_000, machine)), "memory")
                        .numbers())
                .containsEntry("bytesPerConnection", 2 * Costs.SOCKET + Costs.IN_AGENT + Costs.IN_SERVER);
        assertThat(row(plan(nowhere(), host("a", 10_000, machine)), "memory").numbers())
                .containsEntry("bytesPerConnection", Costs.SOCKET + Costs.IN_AGENT);
    }

    @Test
    void aConnectionOverTlsCostsMore() {
        Facts machine = available(110_000_000);
        assertThat(row(plan(nowhere(), overTls(host("a", 10_000, machine))), "memory")
                        .numbers())
                .containsEntry("bytesPerConnection", Costs.SOCKET + Costs.IN_AGENT + Costs.TLS_IN_AGENT);
    }

    @Test
    void moreThanATenthOfTheMemoryOnDiskIsSaid() {
        Facts swapped = facts(Map.of(Fact.MEMORY, 8 * GIB, Fact.SWAP, 4 * GIB, Fact.SWAP_FREE, 3 * GIB));
        Finding finding = finding(host("a", 1, swapped), "swap");
        assertThat(finding.value()).isEqualTo("1,024 MiB swapped out");
        assertThat(finding.values()).containsEntry("bytes", GIB);
        assertThat(finding.at()).isEqualTo(Finding.NO_NUMBER);
        assertThat(findings(new MemoryLimit(), host("a", 1, with(swapped, Fact.MEMORY, 10 * GIB))))
                .isEmpty();
        Facts unknown = facts(Map.of(Fact.MEMORY, 8 * GIB, Fact.SWAP, 4 * GIB));
        assertThat(findings(new MemoryLimit(), host("a", 1, unknown))).isEmpty();
    }
}
