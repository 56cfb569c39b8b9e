package io.connscale.kernel;

import com.sun.management.OperatingSystemMXBean;
import io.connscale.stats.MachineLoad;
import io.connscale.stats.ProcessLoad;
import io.connscale.stats.Statistics;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads this process and this machine, as the part of the {@link Statistics} that is not about connections. Any thread. */
public final class LoadReader implements AutoCloseable {
    /** Both null in a worker within another's process. */
    private final @Nullable ProcessReader process;

    private final @Nullable MachineReader machine;

    /** @param tells false: reads nothing, since another in the same process does */
    public LoadReader(boolean tells) {
        process = tells ? new ProcessReader() : null;
        machine = tells ? new MachineReader() : null;
    }

    public Statistics read() {
        return process == null || machine == null ? Statistics.NONE : Statistics.of(process.read(), machine.read());
    }

    @Override
    public void close() {
        if (process != null && machine != null) {
            process.close();
            machine.close();
        }
    }

    /** CPU time of the thread that calls, in nanoseconds; 0 where the JVM can't tell. */
    public static long threadCpuNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return threads.isCurrentThreadCpuTimeSupported() ? Math.max(0, threads.getCurrentThreadCpuTime()) : 0;
    }

    /** Reads what this process uses. Everything needed is at hand from the start: it works when no file is left, too. */
    static final class ProcessReader implements AutoCloseable {
        private static final String RESIDENT = "VmRSS:";
        private static final long KIB = 1024;

        private static final String DIRECT = "direct";

        private final ProcFiles.HeldFile memory = new ProcFiles.HeldFile(Path.of("/proc/self/status"), 16 << 10);
        private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        private final List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
        private final List<BufferPoolMXBean> pools = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class);
        /** Not from when the process began by the clock of the day, which may have been set since. */
        private final long began = System.nanoTime()
                - TimeUnit.MILLISECONDS.toNanos(
                        ManagementFactory.getRuntimeMXBean().getUptime());

        /** This process, now. Any thread. */
        public ProcessLoad read() {
            Runtime heap = Runtime.getRuntime();
            return new ProcessLoad(
                    1,
                    System.nanoTime() - began,
                    Math.max(0, system.getProcessCpuTime()),
                    0,
                    0,
                    collectors.stream()
                            .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                            .sum(),
                    collectors.stream()
                            .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                            .sum(),
                    heap.totalMemory() - heap.freeMemory(),
                    pools.stream()
                            .filter(pool -> pool.getName().equals(DIRECT))
                            .mapToLong(BufferPoolMXBean::getMemoryUsed)
                            .sum(),
                    resident(memory.read()));
        }

        /** {@code VmRSS:  1234 kB} of {@code /proc/self/status}, in bytes: not in pages, which have another size on each machine; or unknown. */
        static long resident(String status) {
            return status.lines()
                    .filter(line -> line.startsWith(RESIDENT))
                    .map(line -> ProcFiles.number(
                            line.substring(RESIDENT.length()).strip().split(" ", 2)[0]))
                    .flatMapToLong(OptionalLong::stream)
                    .map(number -> number * KIB)
                    .findFirst()
                    .orElse(ProcessLoad.UNKNOWN);
        }

        @Override
        public void close() {
            memory.close();
        }
    }

    /** Reads what this machine is doing from {@code /proc} (proc(5)), whose files it keeps open. */
    static final class MachineReader implements AutoCloseable {
        private static final int KIB = 1024;
        private static final Pattern A_CPU = Pattern.compile("cpu[0-9]");
        private static final Pattern SPACES = Pattern.compile("\\s+");
        private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

        private final String name;
        private final ProcFiles.HeldFile stat;
        private final ProcFiles.HeldFile memory;

        public MachineReader() {
            this(Path.of("/proc"));
        }

        MachineReader(Path proc) {
            name = name(proc);
            stat = new ProcFiles.HeldFile(proc.resolve("stat"), 64 << 10);
            memory = new ProcFiles.HeldFile(proc.resolve("meminfo"), 4 << 10);
        }

        /** The same for all containers and network namespaces of a machine, and another after each of its starts. */
        private static String name(Path proc) {
            try {
                return Files.readString(proc.resolve("sys/kernel/random/boot_id"))
                        .strip();
            } catch (IOException e) {
                return "this machine";
            }
        }

        /** This machine under its name, now; empty where the kernel does not say. Any thread. */
        public Map<String, MachineLoad> read() {
            String said = stat.read();
            String held = memory.read();
            if (said.isEmpty() || held.isEmpty()) {
                return Map.of();
            }
            long[] ticks = numbers(line(said, "cpu "));
            return Map.of(
                    name,
                    new MachineLoad(
                            (int) said.lines()
                                    .filter(line -> A_CPU.matcher(line).lookingAt())
                                    .count(),
                            sum(
                                    ticks, 0,
                                    8), // user nice system idle iowait irq softirq steal; guests are in user and nice
                            sum(ticks, 3, 5),
                            sum(ticks, 7, 8),
                            first(line(said, "procs_running")),
                            bytes(line(held, "MemTotal:")),
                            bytes(line(held, "MemAvailable:"))));
        }

        private static String line(String text, String start) {
            Optional<String> found =
                    text.lines().filter(line -> line.startsWith(start)).findFirst();
            return found.map(line -> line.substring(start.length())).orElse("").strip();
        }

        private static long first(String words) {
            long[] numbers = numbers(words);
            return numbers.length == 0 ? 0 : numbers[0];
        }

        /** Unknown where there is no such line: {@code MemAvailable} came with Linux 3.14, and a container may hide it. */
        private static long bytes(String words) {
            long[] numbers = numbers(words);
            return numbers.length == 0 ? Facts.UNKNOWN : numbers[0] * KIB;
        }

        private static long[] numbers(String words) {
            return SPACES.splitAsStream(words)
                    .filter(word -> NUMBER.matcher(word).matches())
                    .mapToLong(Long::parseLong)
                    .toArray();
        }

        private static long sum(long[] numbers, int from, int to) {
            return Arrays.stream(numbers).limit(to).skip(from).sum();
        }

        @Override
        public void close() {
            stat.close();
            memory.close();
        }
    }
}
