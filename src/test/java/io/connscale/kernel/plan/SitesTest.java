package io.connscale.kernel.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a machine and its network have left, from what the kernel tells. */
class SitesTest {
    private static Facts facts(Map<Fact, Long> values) {
        TreeMap<String, Long> named = new TreeMap<>();
        values.forEach((fact, value) -> named.put(fact.kernelName(), value));
        return new Facts(named, List.of(), "boot", "net:[1]", "tsc");
    }

    @Test
    void aMachineHasWhatIsNotInUse() {
        Machine machine = Machine.of(
                facts(Map.of(
                        Fact.MEMORY_AVAILABLE, 1000L,
                        Fact.MOST_FILES, 500L,
                        Fact.FILES_IN_USE, 200L,
                        Fact.THREADS_MOST, 90L,
                        Fact.PIDS_MOST, 80L)),
                "client1");
        assertThat(machine).isEqualTo(new Machine("boot", 1000, 300, 80));
    }

    @Test
    void aControlGroupThatLeavesLessIsTheLimit() {
        Machine machine = Machine.of(
                facts(Map.of(
                        Fact.MEMORY_AVAILABLE, 1000L,
                        Fact.CGROUP_MEMORY_MOST, 900L,
                        Fact.CGROUP_MEMORY, 200L,
                        Fact.PIDS_MOST, 80L,
                        Fact.CGROUP_PIDS_MOST, 50L,
                        Fact.CGROUP_PIDS, 49L)),
                "client1");
        assertThat(machine).isEqualTo(new Machine("boot", 700, Facts.UNKNOWN, 1));
    }

    @Test
    void aControlGroupWithoutALimitIsNone() {
        Machine machine = Machine.of(
                facts(Map.of(
                        Fact.MEMORY_AVAILABLE, 1000L,
                        Fact.CGROUP_MEMORY_MOST, Facts.UNLIMITED,
                        Fact.CGROUP_MEMORY, 200L)),
                "client1");
        assertThat(machine.memory()).isEqualTo(1000);
    }

    @Test
    void whatIsNotToldIsUnknownAndTheHostStandsForItself() {
        assertThat(Machine.of(Facts.NONE, "client1")).isEqualTo(Machine.unknown("client1"));
        assertThat(Network.of(Facts.NONE, "client1")).isEqualTo(Network.untracked("client1", Facts.UNKNOWN));
    }

    @Test
    void aNetworkTracksConnectionsWhereItHasEntries() {
        Map<Fact, Long> loaded = Map.of(
                Fact.FIRST_PORT, 100L, Fact.LAST_PORT, 199L, Fact.CONNTRACK_MOST, 64L, Fact.CONNTRACK_IN_USE, 0L);
        assertThat(Network.of(facts(loaded), "x")).isEqualTo(Network.untracked("boot net:[1]", 100));
        Map<Fact, Long> used = new EnumMap<>(loaded);
        used.put(Fact.CONNTRACK_IN_USE, 4L);
        assertThat(Network.of(facts(used), "x")).isEqualTo(new Network("boot net:[1]", 100, 64, 4));
    }
}
