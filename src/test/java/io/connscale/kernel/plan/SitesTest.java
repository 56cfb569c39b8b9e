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
                        Fact.MAX_FILES, 500L,
                        Fact.FILES_IN_USE, 200L,
                        Fact.THREADS_MAX, 90L,
                        Fact.PIDS_MAX, 80L,
                        Fact.THREADS, 70L)),
                "client1");
        assertThat(machine).isEqualTo(new Machine("boot", 1000, 300, 10));
    }

    @Test
    void aControlGroupIsALimitOfItsOwn() {
        Facts facts = facts(Map.of(
                Fact.MEMORY_AVAILABLE, 1000L,
                Fact.CGROUP_MEMORY_MAX, 900L,
                Fact.CGROUP_MEMORY, 200L,
                Fact.CGROUP_PIDS_MAX, 50L,
                Fact.CGROUP_PIDS, 49L));
        assertThat(Machine.of(facts, "client1").memory()).isEqualTo(1000);
        assertThat(Pool.of(facts, "client1").stream().map(Pool::left)).containsExactly(700L, 1L);
        assertThat(Pool.of(facts, "client1").stream().map(Pool::id))
                .as("unlike resources are unlike pools")
                .doesNotHaveDuplicates();
    }

    @Test
    void aControlGroupWithoutALimitIsNone() {
        assertThat(Pool.of(facts(Map.of(Fact.CGROUP_MEMORY_MAX, Facts.UNLIMITED, Fact.CGROUP_MEMORY, 200L)), "client1"))
                .isEmpty();
    }

    @Test
    void theThreadsOfAUserAreLimitedWhereTheKernelCountsThem() {
        Map<Fact, Long> root = Map.of(Fact.SOFT_PROCESSES, 60L, Fact.UID, 0L);
        assertThat(Pool.of(facts(root), "client1")).isEmpty();
        Map<Fact, Long> user = Map.of(Fact.SOFT_PROCESSES, 60L, Fact.UID, 1000L, Fact.USER_THREADS, 35L);
        assertThat(Pool.of(facts(user), "client1").get(0).left()).isEqualTo(25);
        assertThat(Pool.of(facts(user), "client1").get(0).name()).isEqualTo("ulimit -u 60");
    }

    @Test
    void whatIsNotToldIsUnknownAndTheHostStandsForItself() {
        assertThat(Machine.of(Facts.NONE, "client1")).isEqualTo(Machine.unknown("client1"));
        assertThat(Network.of(Facts.NONE, "client1")).isEqualTo(Network.untracked("client1", Facts.UNKNOWN));
    }

    @Test
    void aNetworkTracksConnectionsWhereItHasEntries() {
        Map<Fact, Long> loaded =
                Map.of(Fact.FIRST_PORT, 100L, Fact.LAST_PORT, 199L, Fact.CONNTRACK_MAX, 64L, Fact.CONNTRACK_IN_USE, 0L);
        assertThat(Network.of(facts(loaded), "x")).isEqualTo(Network.untracked("boot net:[1]", 100));
        Map<Fact, Long> used = new EnumMap<>(loaded);
        used.put(Fact.CONNTRACK_IN_USE, 4L);
        assertThat(Network.of(facts(used), "x")).isEqualTo(new Network("boot net:[1]", 100, 64, 4));
    }
}
