package io.connscale.kernel;

import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/** The memory that is left for more processes here: of the machine, as {@code /proc/meminfo} has it (proc(5)), and of the control group. */
public final class Memory {
    private Memory() {}

    /** Bytes that new work may take without swapping or being killed; empty where the system does not tell. */
    public static OptionalLong available() {
        return available(Path.of("/proc"), Path.of("/sys"));
    }

    static OptionalLong available(Path proc, Path sys) {
        Map<String, Long> machine = Tables.meminfo(proc.resolve("meminfo"));
        Map<String, Long> group =
                new Cgroup(sys.resolve("fs/cgroup"), ProcFiles.lines(proc.resolve("self/cgroup"))).values();
        long max = group.getOrDefault(Fact.CGROUP_MEMORY_MAX.kernelName(), Facts.UNLIMITED);
        long left = max == Facts.UNLIMITED
                ? Facts.UNLIMITED
                : Math.max(0, max - group.getOrDefault(Fact.CGROUP_MEMORY.kernelName(), 0L));
        return LongStream.of(machine.getOrDefault(Fact.MEMORY_AVAILABLE.kernelName(), Facts.UNLIMITED), left)
                .filter(bytes -> bytes != Facts.UNLIMITED)
                .min();
    }
}
