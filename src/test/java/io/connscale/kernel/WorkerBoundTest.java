package io.connscale.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many processes there may be: by memory and threads, of the machine, the control group and the user. */
class WorkerBoundTest {
    @TempDir
    private Path folder;

    private Path proc;

    @BeforeEach
    void machine() throws IOException {
        proc = folder.resolve("proc");
        write("proc/meminfo", "MemTotal: 9000000 kB\nMemAvailable: 1000000 kB\n");
        write("proc/loadavg", "0.00 0.01 0.05 2/345 678\n");
        write("proc/sys/kernel/threads-max", "100000\n");
        write("proc/sys/kernel/pid_max", "32768\n");
        write("proc/self/limits", "Max processes             60                   60                   processes \n");
        write("proc/self/status", "Uid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\n");
    }

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private WorkerBound.Left left() {
        return WorkerBound.left(proc, folder.resolve("sys"));
    }

    @Test
    void theMachineHasWhatIsNotInUse() {
        assertThat(left().bytes()).hasValue(1_000_000L << 10);
        assertThat(left().threads())
                .as("of pid_max, root is exempt from ulimit -u")
                .hasValue(32_768 - 345);
    }

    @Test
    void theUsersThreadsCountWhereTheyAreBound() throws IOException {
        write("proc/self/status", "Uid:\t1000\t1000\t1000\t1000\nCapEff:\t0000000000000000\n");
        write("proc/7/status", "Uid:\t1000\t1000\t1000\t1000\nThreads:\t35\n");
        assertThat(left().threads()).hasValue(25);
    }

    @Test
    void theControlGroupCounts() throws IOException {
        write("proc/self/cgroup", "0::/a\n");
        write("sys/fs/cgroup/cgroup.controllers", "memory pids\n");
        write("sys/fs/cgroup/a/pids.max", "40\n");
        write("sys/fs/cgroup/a/pids.current", "10\n");
        write("sys/fs/cgroup/a/memory.max", "1000\n");
        write("sys/fs/cgroup/a/memory.high", "900\n");
        write("sys/fs/cgroup/a/memory.current", "100\n");
        assertThat(left().threads()).hasValue(30);
        assertThat(left().bytes()).as("of memory.high").hasValue(800);
    }

    @Test
    void whatTheSystemDoesNotTellBoundsNothing() {
        WorkerBound.Left unknown = WorkerBound.left(folder.resolve("nowhere"), folder.resolve("nowhere"));
        assertThat(unknown).isEqualTo(new WorkerBound.Left(OptionalLong.empty(), OptionalLong.empty()));
        assertThat(WorkerBound.more(1, 20_000, false, false, unknown)).isEqualTo(1023);
    }

    /** So that the kernel is asked: its word is what a verdict needs. */
    @Test
    void oneProcessMoreThanThereAreThreadsForIsTried() {
        OptionalLong plenty = OptionalLong.empty();
        assertThat(WorkerBound.more(1, 100, false, false, new WorkerBound.Left(plenty, OptionalLong.of(40))))
                .isEqualTo(3);
        assertThat(WorkerBound.more(1, 100, false, false, new WorkerBound.Left(plenty, OptionalLong.of(0))))
                .isEqualTo(1);
    }

    @Test
    void nothingIsStartedThatHasNoMemory() {
        long each = Costs.PROCESS_BYTES + (Costs.SOCKET + Costs.IN_AGENT) * 100;
        assertThat(WorkerBound.more(
                        1, 100, false, false, new WorkerBound.Left(OptionalLong.of(3 * each), OptionalLong.empty())))
                .isEqualTo(3);
        assertThat(WorkerBound.more(
                        1, 100, false, false, new WorkerBound.Left(OptionalLong.of(each - 1), OptionalLong.of(900))))
                .isZero();
        long overTls = each + Costs.TLS_IN_SERVER * 100;
        assertThat(WorkerBound.more(
                        1, 100, true, false, new WorkerBound.Left(OptionalLong.of(3 * overTls), OptionalLong.empty())))
                .isEqualTo(3);
        assertThat(WorkerBound.more(
                        1, 100, true, false, new WorkerBound.Left(OptionalLong.of(3 * each), OptionalLong.empty())))
                .isLessThan(3);
    }

    /** Where this process filled itself, it could start none later. */
    @Test
    void filesAreKeptForThoseThatMayBeStarted() {
        assertThat(new WorkerBound(3, new Limits(100_000, 100_000, 1, 2), false, true).kept())
                .isEqualTo(2 * Costs.WORKER_FILES);
        assertThat(new WorkerBound(1, new Limits(100_000, 100_000, 1, 2), false, true).kept())
                .isZero();
        Limits few = new Limits(2_000, 2_000, 1, 2);
        assertThat(new WorkerBound(1_000, few, false, true).kept())
                .as("a quarter of its own at most")
                .isBetween(1L, few.roomHere() / 4 + 10); // which files are open here may change in between
    }

    @Test
    void whatHostsYamlSaysHolds() {
        assertThat(new WorkerBound(3, new Limits(100, 100, 1, 2), false, false).more(1))
                .isEqualTo(2);
        assertThat(new WorkerBound(3, new Limits(100, 100, 1, 2), false, false).more(9))
                .isZero();
    }
}
