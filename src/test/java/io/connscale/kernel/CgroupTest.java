package io.connscale.kernel;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Control groups of both versions, as files in a folder of our own. */
class CgroupTest {
    @TempDir
    private Path folder;

    private Path root;

    @BeforeEach
    void root() throws IOException {
        root = Files.createDirectories(folder.resolve("fs/cgroup"));
        write("cgroup.controllers", "memory pids cpu\n");
    }

    private Cgroup in(String membership) {
        return new Cgroup(root, membership.lines().toList());
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private static long value(Cgroup cgroup, Fact fact) {
        return cgroup.values().getOrDefault(fact.kernelName(), Facts.UNKNOWN);
    }

    private static Facts.Group group(Cgroup cgroup, String resource) {
        return Objects.requireNonNull(cgroup.groups().get(resource));
    }

    @Test
    void pageCacheThatNobodyUsesIsNotUsedMemory() throws IOException {
        write("a/memory.max", "1000\n");
        write("a/memory.current", "900\n");
        write("a/memory.stat", "anon 100\ninactive_file 600\nactive_file 200\n");
        assertThat(value(in("0::/a\n"), Fact.CGROUP_MEMORY)).isEqualTo(300);
    }

    @Test
    void norIsItInVersionOneWhereTheGroupsBelowCount() throws IOException {
        write("memory/a/memory.limit_in_bytes", "1000\n");
        write("memory/a/memory.usage_in_bytes", "900\n");
        write("memory/a/memory.stat", "inactive_file 1\ntotal_inactive_file 600\n");
        assertThat(value(in("4:memory:/a\n"), Fact.CGROUP_MEMORY)).isEqualTo(300);
    }

    @Test
    void killsForWantOfMemoryAreCounted() throws IOException {
        write("a/memory.events", "low 0\nhigh 0\nmax 9\noom 4\noom_kill 3\n");
        write("a/b/memory.max", "9\n");
        write("a/b/memory.current", "1\n");
        assertThat(value(in("0::/a\n"), Fact.OOM_KILLS)).isEqualTo(3);
        write("a/memory.events.local", "low 0\nhigh 0\nmax 9\noom 4\noom_kill 1\n");
        assertThat(value(in("0::/a\n"), Fact.OOM_KILLS))
                .as("not of the groups below")
                .isEqualTo(1);
        write("memory/b/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
        assertThat(value(in("4:memory:/b\n"), Fact.OOM_KILLS)).isEqualTo(2);
    }

    @Test
    void aKillOfAProcessIsToldFromOneOfAnotherGroup() throws IOException {
        Path proc = folder.resolve("proc");
        Files.createDirectories(proc.resolve("7"));
        Files.writeString(proc.resolve("7/cgroup"), "0::/a\n");
        Files.writeString(proc.resolve("vmstat"), "oom_kill 7\n");
        write("a/memory.events", "oom_kill 3\n");
        OomKills kills = OomKills.of(proc, folder, 7, clock::get);
        Files.delete(proc.resolve("7/cgroup")); // it has ended
        Files.writeString(proc.resolve("vmstat"), "oom_kill 8\n");
        assertThat(kills.atTheEnd()).as("of another group").isEmpty();
        write("a/memory.events", "oom_kill 4\n");
        clock.addAndGet(SECONDS.toNanos(6));
        assertThat(kills.atTheEnd())
                .contains("killed by the kernel: out of memory"
                        + " (control group /a, memory.oom_kill +1 within the last 7 s)");
    }

    /** Another process of the group was killed while this one lived on. */
    @Test
    void anEarlierKillIsAnotherProcesss() throws IOException {
        Path proc = folder.resolve("proc");
        Files.createDirectories(proc.resolve("7"));
        Files.writeString(proc.resolve("7/cgroup"), "0::/a/b\n");
        write("a/memory.max", "1000\n"); // the tightest group, which does not count
        write("a/memory.current", "10\n");
        write("a/b/memory.events", "oom_kill 3\n");
        OomKills kills = OomKills.of(proc, folder, 7, clock::get);
        write("a/b/memory.events", "oom_kill 4\n");
        for (int second = 0; second < 10; second++) {
            assertThat(kills.atTheEnd()).as("second %d", second).isPresent();
            clock.addAndGet(SECONDS.toNanos(1));
            kills.tick();
        }
        assertThat(kills.atTheEnd()).isEmpty();
        write("a/b/memory.events", "oom_kill 5\n");
        assertThat(kills.atTheEnd()).hasValueSatisfying(why -> assertThat(why).contains("control group /a/b, "));
    }

    private final AtomicLong clock = new AtomicLong();

    @Test
    void withoutControlGroupsTheMachineCounts() throws IOException {
        Path proc = Files.createDirectories(folder.resolve("proc"));
        Files.writeString(proc.resolve("vmstat"), "oom_kill 7\n");
        OomKills kills = OomKills.of(proc, folder, 7, clock::get);
        assertThat(kills.atTheEnd()).isEmpty();
        Files.writeString(proc.resolve("vmstat"), "oom_kill 8\n");
        assertThat(kills.atTheEnd())
                .contains("killed by the kernel: out of memory"
                        + " (the machine, vmstat.oom_kill +1 within the last 1 s)");
    }

    @Test
    void theQuotaOfCpuIsThatOfTheGroupThatHasTheLeast() throws IOException {
        write("a/cpu.max", "50000 100000\n");
        write("a/cpu.stat", "usage_usec 9\nnr_periods 80\nnr_throttled 60\nthrottled_usec 7000\n");
        write("a/b/cpu.max", "max 100000\n");
        write("a/b/cpu.stat", "usage_usec 1\nnr_periods 0\nnr_throttled 0\nthrottled_usec 0\n");
        Cgroup cgroup = in("0::/a/b\n");
        assertThat(value(cgroup, Fact.CPU_QUOTA)).isEqualTo(500_000);
        assertThat(value(cgroup, Fact.CPU_PERIODS)).isEqualTo(80);
        assertThat(value(cgroup, Fact.CPU_THROTTLED)).isEqualTo(60);
        assertThat(value(cgroup, Fact.CPU_THROTTLED_TIME)).isEqualTo(7_000_000);
        assertThat(group(cgroup, Facts.CPU_GROUP).path()).isEqualTo("/a");
    }

    /** Siblings may use up what the group around has, though the own quota is smaller. */
    @Test
    void eachGroupOnTheWayUpHasItsQuota() throws IOException {
        write("a/cpu.max", "400000 100000\n");
        write("a/cpu.stat", "nr_periods 80\nnr_throttled 60\nthrottled_usec 7000\n");
        write("a/b/cpu.max", "50000 100000\n");
        write("a/b/cpu.stat", "nr_periods 70\nnr_throttled 1\nthrottled_usec 2\n");
        write("a/b/c/cpu.max", "max 100000\n");
        write("a/b/c/cpu.stat", "nr_periods 0\nnr_throttled 0\nthrottled_usec 0\n");
        Cgroup cgroup = in("0::/a/b/c\n");
        assertThat(value(cgroup, Fact.CPU_QUOTA)).isEqualTo(500_000);
        assertThat(cgroup.quotas())
                .extracting(quota -> quota.group().path() + " " + quota.microsPerSecond() + " " + quota.throttled())
                .containsExactly("/a/b 500000 1", "/a 4000000 60");
    }

    @Test
    void versionOneHasTheQuotaInFilesOfItsOwn() throws IOException {
        write("cpu/a/cpu.cfs_quota_us", "20000\n");
        write("cpu/a/cpu.cfs_period_us", "100000\n");
        write("cpu/a/cpu.stat", "nr_periods 10\nnr_throttled 9\nthrottled_time 12345\n");
        Cgroup cgroup = in("1:cpu,cpuacct:/a\n");
        assertThat(value(cgroup, Fact.CPU_QUOTA)).isEqualTo(200_000);
        assertThat(value(cgroup, Fact.CPU_THROTTLED)).isEqualTo(9);
        assertThat(value(cgroup, Fact.CPU_THROTTLED_TIME)).isEqualTo(12_345);
    }

    @Test
    void withoutAQuotaThereIsNone() throws IOException {
        write("cpu/cpu.cfs_quota_us", "-1\n");
        write("cpu/cpu.cfs_period_us", "100000\n");
        assertThat(value(in("1:cpu:/\n"), Fact.CPU_QUOTA)).isEqualTo(Facts.UNLIMITED);
        assertThat(in("1:cpu:/\n").values()).doesNotContainKey(Fact.CPU_THROTTLED.kernelName());
    }

    @Test
    void eachGroupIsToldApartFromOthersOfTheSamePath() throws IOException {
        write("pids/a/pids.max", "100\n");
        write("pids/a/pids.current", "7\n");
        write("pids/b/pids.max", "100\n");
        write("pids/b/pids.current", "9\n");
        Facts.Group a = group(in("8:pids:/a\n"), Facts.PIDS_GROUP);
        assertThat(a).isEqualTo(group(in("8:pids:/a\n"), Facts.PIDS_GROUP));
        assertThat(a.id())
                .isNotEqualTo(group(in("8:pids:/b\n"), Facts.PIDS_GROUP).id());
        assertThat(a.path()).isEqualTo("/a");
    }

    @Test
    void insideAContainerThePathMayBeTheOneOutside() throws IOException {
        write("memory.max", "1000\n");
        write("memory.current", "10\n");
        write("memory.events", "oom_kill 1\n");
        Cgroup cgroup = in("0::/system.slice/docker-1.scope\n");
        assertThat(value(cgroup, Fact.CGROUP_MEMORY_MAX)).isEqualTo(1000);
        assertThat(value(cgroup, Fact.OOM_KILLS)).isEqualTo(1);
        assertThat(group(cgroup, Facts.MEMORY_GROUP).path()).isEqualTo("/");
        assertThat(value(in("0::/../../x\n"), Fact.CGROUP_MEMORY_MAX)).isEqualTo(1000);
    }

    @Test
    void versionTwoThatIsMountedElsewhereSaysNothing() throws IOException {
        write("memory.max", "1000\n");
        write("memory.current", "900\n");
        Files.delete(root.resolve("cgroup.controllers"));
        assertThat(in("0::/\n").values()).isEmpty();
    }

    /** It may be another group's than memory.max; one without is none. */
    @Test
    void memoryHighIsReadOfTheGroupThatHasTheLeast() throws IOException {
        write("a/memory.max", "max\n");
        write("a/memory.high", "500\n");
        write("a/memory.current", "300\n");
        write("a/memory.events", "low 0\nhigh 7\nmax 9\noom 4\noom_kill 3\n");
        write("a/b/memory.max", "1000\n");
        write("a/b/memory.high", "max\n");
        write("a/b/memory.current", "200\n");
        Cgroup cgroup = in("0::/a/b\n");
        assertThat(value(cgroup, Fact.CGROUP_MEMORY_HIGH)).isEqualTo(500);
        assertThat(value(cgroup, Fact.CGROUP_MEMORY_OF_HIGH)).isEqualTo(300);
        assertThat(value(cgroup, Fact.HELD_UP_FOR_MEMORY)).isEqualTo(7);
        assertThat(group(cgroup, Facts.MEMORY_HIGH_GROUP).path()).isEqualTo("/a");
        assertThat(value(cgroup, Fact.CGROUP_MEMORY_MAX)).isEqualTo(1000);
        assertThat(value(cgroup, Fact.CGROUP_MEMORY)).isEqualTo(200);
        write("a/memory.high", "max\n");
        assertThat(in("0::/a/b\n").groups()).doesNotContainKey(Facts.MEMORY_HIGH_GROUP);
    }
}
