package io.connscale.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.stats.MachineLoad;
import io.connscale.stats.ProcessLoad;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.RuntimeMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a machine is doing, from files as proc(5) has them. */
class LoadReaderTest {
    @TempDir
    private Path proc;

    @Test
    void readsTicksThreadsAndMemory() throws IOException {
        Files.createDirectories(proc.resolve("sys/kernel/random"));
        Files.writeString(proc.resolve("sys/kernel/random/boot_id"), "8a0e\n");
        Files.writeString(proc.resolve("meminfo"), "MemTotal:  2048 kB\nMemFree: 1 kB\nMemAvailable:  1024 kB\n");
        Files.writeString(proc.resolve("stat"), """
                cpu  10 1 20 100 5 2 3 9 7 7
                cpu0 5 1 10 50 5 2 3 4 0 0
                cpu1 5 0 10 50 0 0 0 5 0 0
                intr 99 1 2 3
                procs_running 4
                """);
        try (LoadReader.MachineReader reader = new LoadReader.MachineReader(proc)) {
            assertThat(reader.read()).isEqualTo(Map.of("8a0e", new MachineLoad(2, 150, 105, 9, 4, 2 << 20, 1 << 20)));
            Files.writeString(proc.resolve("stat"), "cpu  20 1 20 110 5 2 3 9 7 7\ncpu0 1\ncpu1 1\nprocs_running 1\n");
            assertThat(reader.read().get("8a0e")).isEqualTo(new MachineLoad(2, 170, 115, 9, 1, 2 << 20, 1 << 20));
        }
    }

    /** Before Linux 3.14, or where a container hides it. */
    @Test
    void memoryThatTheKernelDoesNotTellIsUnknown() throws IOException {
        Files.writeString(proc.resolve("meminfo"), "MemTotal:  2048 kB\nMemFree: 1 kB\n");
        Files.writeString(proc.resolve("stat"), "cpu  20 1 20 110 5 2 3 9 7 7\ncpu0 1\nprocs_running 1\n");
        try (LoadReader.MachineReader reader = new LoadReader.MachineReader(proc)) {
            MachineLoad machine = reader.read().values().iterator().next();
            assertThat(machine.memoryBytes()).isEqualTo(2 << 20);
            assertThat(machine.availableBytes()).isEqualTo(Facts.UNKNOWN);
        }
    }

    @Test
    void whereTheKernelDoesNotSayThereIsNothing() {
        try (LoadReader.MachineReader reader = new LoadReader.MachineReader(proc)) {
            assertThat(reader.read()).isEmpty();
        }
    }

    @Test
    void thisProcessHasUsedSomething() {
        try (LoadReader.ProcessReader reader = new LoadReader.ProcessReader()) {
            assertThat(reader.read().heapBytes()).isPositive();
            assertThat(reader.read().upNanos()).isPositive();
        }
        assertThat(LoadReader.ProcessReader.resident("")).isEqualTo(ProcessLoad.UNKNOWN);
    }

    /** Which the clock of the day does not tell: it may be set. */
    @Test
    void aProcessIsThereForAsLongAsItsVirtualMachine() {
        RuntimeMXBean machine = ManagementFactory.getRuntimeMXBean();
        try (LoadReader.ProcessReader reader = new LoadReader.ProcessReader()) {
            long before = machine.getUptime();
            long up = reader.read().upNanos();
            assertThat(up)
                    .isBetween(
                            TimeUnit.MILLISECONDS.toNanos(before - 1),
                            TimeUnit.MILLISECONDS.toNanos(machine.getUptime() + 1));
        }
    }

    @Test
    void residentMemoryDoesNotDependOnThePageSize() {
        String of64KibPages = "Name:\tjava\nVmHWM:\t   99968 kB\nVmRSS:\t   97792 kB\nRssAnon:\t 1 kB\n";
        assertThat(LoadReader.ProcessReader.resident(of64KibPages)).isEqualTo(97_792 << 10);
    }
}
