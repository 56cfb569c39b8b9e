package io.connscale.kernel.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Facts;
import io.connscale.kernel.Remedy;
import io.connscale.kernel.plan.Processes.Base;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** The plan's arithmetic, with machines made up. */
class PlanTest {
    private static final Base SMALL = new Base(40, 20, 60 << 20);
    private static final Machine UNKNOWN = Machine.unknown("m");
    private static final Network NET = Network.untracked("m", 28_232);

    private static End client(String name, long wanted, Machine machine, String... sources) {
        return new End(name, wanted, Set.of(sources), 6_000, processes(20_040, 1), machine, NET);
    }

    private static End server(long wanted, Machine machine) {
        return new End("server", wanted, Set.of(), 4_000, processes(1_000_040, 1), machine, NET);
    }

    private static Processes processes(long files, int max) {
        return new Processes(files, max, 1, 0, SMALL);
    }

    private static long allows(Plan plan, String limit) {
        return plan.limits().stream()
                .filter(l -> l.name().equals(limit))
                .findFirst()
                .orElseThrow()
                .allows();
    }

    @Test
    void whereAllFitNothingIsFirst() {
        Plan plan = Plan.of(List.of(client("a", 20_000, UNKNOWN, "x")), Optional.of(server(20_000, UNKNOWN)), 1);
        assertThat(plan.first()).isEmpty();
        assertThat(plan.wanted()).isEqualTo(20_000);
    }

    @Test
    void theFirstLimitIsTheOneThatAllowsTheLeastOfWhatIsAsked() {
        Plan plan = Plan.of(List.of(client("a", 50_000, UNKNOWN, "x")), Optional.of(server(50_000, UNKNOWN)), 1);
        assertThat(plan.first().orElseThrow().name()).isEqualTo("files");
        assertThat(plan.first().orElseThrow().allows()).isEqualTo(20_000);
        assertThat(allows(plan, "4-tuples")).isEqualTo(28_232);
    }

    @Test
    void hostsOfOneNetworkShareTheTuplesOfTheSameSource() {
        Plan plan = Plan.of(
                List.of(client("a", 15_000, UNKNOWN, "x"), client("b", 15_000, UNKNOWN, "x")), Optional.empty(), 1);
        Limit first = plan.first().orElseThrow();
        assertThat(first.where()).containsExactly("a", "b");
        assertThat(first.allows()).isEqualTo(28_232);
        assertThat(first.wanted()).isEqualTo(30_000);
    }

    @Test
    void otherSourcesAreNotSharedAndTheyMultiply() {
        Plan plan = Plan.of(
                List.of(client("a", 15_000, UNKNOWN, "x", "y"), client("b", 15_000, UNKNOWN, "z")),
                Optional.empty(),
                3);
        assertThat(plan.first()).isEmpty();
        assertThat(plan.limits().get(0).allows()).isEqualTo(2 * 3 * 28_232L);
        assertThat(plan.limits().get(1).allows()).isEqualTo(3 * 28_232L);
    }

    @Test
    void aSourceInCommonMakesOnePoolOfAll() {
        Plan plan = Plan.of(
                List.of(client("a", 1, UNKNOWN, "x"), client("b", 1, UNKNOWN, "z"), client("c", 1, UNKNOWN, "x", "z")),
                Optional.empty(),
                1);
        assertThat(plan.limits().get(0).where()).containsExactly("a", "b", "c");
        assertThat(plan.limits().get(0).allows()).isEqualTo(2 * 28_232L);
    }

    @Test
    void whatIsHeldIsTakenOff() {
        End held = new End("a", 10, Set.of("x"), 1, new Processes(140, 2, 2, 150, SMALL), UNKNOWN, NET);
        Plan plan = Plan.of(List.of(held), Optional.empty(), 1);
        assertThat(allows(plan, "4-tuples")).isEqualTo(28_232 - 150);
        assertThat(allows(plan, "files")).isEqualTo(50);
    }

    @Test
    void aMachineWithBothEndsPaysForBoth() {
        Machine machine = new Machine("m", 100_000_000, 15_000, Facts.UNKNOWN);
        Plan plan = Plan.of(List.of(client("a", 10_000, machine, "x")), Optional.of(server(10_000, machine)), 1);
        assertThat(allows(plan, "memory")).isEqualTo(10_000);
        assertThat(allows(plan, "machine's files")).isEqualTo(7_500);
        assertThat(plan.first().orElseThrow().where()).containsExactly("a", "server");
    }

    @Test
    void aMachineWithoutTheServerPaysForTheClientAlone() {
        Machine machine = new Machine("m", 60_000_000, 15_000, Facts.UNKNOWN);
        Machine elsewhere = new Machine("s", 60_000_000, Facts.UNKNOWN, Facts.UNKNOWN);
        Plan plan = Plan.of(List.of(client("a", 12_000, machine, "x")), Optional.of(server(12_000, elsewhere)), 1);
        assertThat(plan.limits().stream().filter(l -> l.name().equals("memory")).map(Limit::allows))
                .containsExactly(10_000L, 15_000L);
        assertThat(allows(plan, "machine's files")).isEqualTo(15_000);
    }

    @Test
    void furtherProcessesCostMemoryAndThreads() {
        Machine machine = new Machine("m", 200_000_000, Facts.UNKNOWN, 50);
        End many = new End("a", 80_000, Set.of("x"), 1_000, processes(20_040, 8), machine, NET);
        Plan plan = Plan.of(List.of(many), Optional.empty(), 5);
        long memory = allows(plan, "memory");
        assertThat(memory).isEqualTo(60_000); // two more processes, 60 MiB each; the third would not fit
        assertThat(allows(plan, "threads")).isEqualTo(60_000);
    }

    @Test
    void trackingCountsEachConnectionOnce() {
        Network tracked = new Network("m", 28_232, 65_536, 60_000);
        End client = new End("a", 6_000, Set.of("x"), 1, processes(20_040, 1), UNKNOWN, tracked);
        End server = new End("server", 6_000, Set.of(), 1, processes(20_040, 1), UNKNOWN, tracked);
        Plan plan = Plan.of(List.of(client), Optional.of(server), 1);
        assertThat(plan.first().orElseThrow().name()).isEqualTo("conntrack");
        assertThat(plan.first().orElseThrow().allows()).isEqualTo(5_536);
        assertThat(plan.first().orElseThrow().wanted()).isEqualTo(6_000);
    }

    @Test
    void whatCouldNotBeReadIsAmongTheLimitsAsUnknown() {
        Network unknown = Network.untracked("m", Facts.UNKNOWN);
        End client = new End("a", 6_000, Set.of("x"), 1, processes(Facts.UNKNOWN, 1), UNKNOWN, unknown);
        Plan plan = Plan.of(List.of(client), Optional.empty(), 1);
        assertThat(plan.unknown()).isEqualTo(plan.limits());
        assertThat(plan.unknown().stream().map(Limit::name))
                .containsExactly("4-tuples", "files", "machine's files", "memory", "threads");
        assertThat(plan.first()).isEmpty();
        assertThat(plan.exhausted()).isEmpty();
    }

    private static End in(String name, long wanted, Pool... pools) {
        Machine machine = new Machine("m", 1L << 40, 1L << 40, 30_000);
        return new End(
                name, wanted, Set.of("x"), 6_000, processes(20_040, 8), machine, NET, List.of(pools), Taken.NOTHING);
    }

    private static Pool memory(String group, long left) {
        String name = "control group " + group;
        return new Pool(Pool.Resource.MEMORY, group, name, left, Remedy.memoryOfGroup(name));
    }

    private static List<String> rows(Plan plan, String limit) {
        return plan.limits().stream()
                .filter(l -> l.name().equals(limit))
                .map(l -> String.join(",", l.where()) + " " + l.allows())
                .toList();
    }

    @Test
    void twoHostsOfOneMachineInTwoControlGroupsHaveEachItsOwnRowWhateverTheirNames() {
        End small = in("small", 10_000, memory("/a", 6_000_000));
        End large = in("large", 10_000, memory("/b", 600_000_000));
        for (List<End> order : List.of(List.of(small, large), List.of(large, small))) {
            Plan plan = Plan.of(order, Optional.empty(), 5);
            assertThat(rows(plan, "memory"))
                    .hasSize(3)
                    .contains("small 1000")
                    .anyMatch(row -> row.startsWith("large "));
            assertThat(plan.first().orElseThrow().where()).containsExactly("small");
            assertThat(plan.exhausted().orElseThrow().group()).isEqualTo("control group /a");
        }
    }

    @Test
    void hostsInOneControlGroupShareIt() {
        Plan plan = Plan.of(
                List.of(in("a", 10_000, memory("/a", 60_000_000)), in("b", 10_000, memory("/a", 60_000_000))),
                Optional.empty(),
                5);
        assertThat(rows(plan, "memory")).contains("a,b 10000");
    }

    @Test
    void aUserWhoMayHaveFewThreadsCanStartFewProcesses() {
        Pool user = new Pool(Pool.Resource.THREADS, "u", "ulimit -u 60", 25, Remedy.threadsOfUser(1000));
        Limit first = Plan.of(List.of(in("a", 80_000, user)), Optional.empty(), 5)
                .first()
                .orElseThrow();
        assertThat(first.name()).isEqualTo("threads");
        assertThat(first.allows()).isEqualTo(40_000); // one more process of 20 threads
        assertThat(first.sum()).startsWith("25 left of ulimit -u 60, ");
        assertThat(first.lift()).contains("ulimit -u 1000", "root - nproc 1000");
    }

    @Test
    void portsThatOthersHaveAreNotFree() {
        Taken taken = new Taken(32, 150, 40, new TreeMap<>());
        End client = new End(
                "a", 28_000, Set.of("x"), 1, new Processes(100_000, 1, 1, 100, SMALL), UNKNOWN, NET, List.of(), taken);
        Limit tuples = Plan.of(List.of(client), Optional.empty(), 1).limits().get(0);
        assertThat(tuples.allows()).isEqualTo(28_232 - 32 - 150 - 40);
        assertThat(tuples.sum())
                .isEqualTo("1 source × 1 server port × (28,232 ports − 32 that somebody listens on)"
                        + " − 100 open already − 50 of other programs − 40 in TIME-WAIT");
    }

    @Test
    void aSourceThatCannotBeUsedIsNamedAndAllowsNothing() {
        Taken taken = new Taken(0, 0, 0, new TreeMap<>(Map.of("10.9.9.9", "is no address of this host")));
        End client = new End("a", 10, Set.of("10.9.9.9"), 1, processes(20_040, 1), UNKNOWN, NET, List.of(), taken);
        Limit tuples = Plan.of(List.of(client), Optional.empty(), 1).first().orElseThrow();
        assertThat(tuples.allows()).isZero();
        assertThat(tuples.sum()).endsWith("; source 10.9.9.9 is no address of this host");
        assertThat(tuples.lift()).contains("source: in hosts.yaml");
    }

    @Property
    void whatIsAllowedFitsAndOneMoreDoesNot(
            @ForAll @LongRange(min = 0, max = 1L << 40) long available,
            @ForAll @LongRange(min = 1, max = 10_000_000) long wanted,
            @ForAll @IntRange(min = 41, max = 100_000) int files) {
        End end = new End(
                "a", wanted, Set.of("x"), 6_000, processes(files, 1000), new Machine("m", available, -1, -1), NET);
        Memory memory = Memory.ofMachine(List.of("a"), wanted, available, List.of(end.share()));
        long max = memory.allows();
        assertThat(memory.needs(max)).isLessThanOrEqualTo((double) available);
        assertThat(memory.needs(max + 1)).isGreaterThan((double) available);
    }

    @Property
    void nobodySumsOver(
            @ForAll @LongRange(min = 1, max = 1_000_000_000) long wanted, @ForAll @IntRange(min = 1) int max) {
        Processes unlimited = new Processes(Long.MAX_VALUE, max, 0, 0, SMALL);
        End end = new End(
                "a", wanted, Set.of("x"), 6_000, unlimited, new Machine("m", 1L << 60, 1L << 60, 1L << 60), NET);
        assertThat(Plan.of(List.of(end), Optional.empty(), 65_535).limits())
                .allSatisfy(limit -> assertThat(limit.allows()).isNotNegative());
    }
}
