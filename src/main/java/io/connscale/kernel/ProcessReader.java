package io.connscale.kernel;

import com.sun.management.OperatingSystemMXBean;
import io.connscale.stats.ProcessLoad;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/** Reads what this process uses. Everything needed is at hand from the start: it works when no file is left, too. */
public final class ProcessReader implements AutoCloseable {
    private static final String RESIDENT = "VmRSS:";
    private static final long KIB = 1024;

    private static final String DIRECT = "direct";

    private final HeldFile memory = new HeldFile(Path.of("/proc/self/status"), 16 << 10);
    private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private final List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();
    private final List<BufferPoolMXBean> pools = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class);
    private final long began = ProcessHandle.current()
            .info()
            .startInstant()
            .map(start ->
                    System.nanoTime() - Duration.between(start, Instant.now()).toNanos())
            .orElse(System.nanoTime());

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

    /** CPU time of the thread that calls, in nanoseconds; 0 where the JVM can't tell. */
    public static long threadCpuNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return threads.isCurrentThreadCpuTimeSupported() ? Math.max(0, threads.getCurrentThreadCpuTime()) : 0;
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
