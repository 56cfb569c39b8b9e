package io.connscale.kernel;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** Reads {@link Limits} from {@code /proc} (proc(5)); what can't be read is unknown, never an error. */
public final class LimitsReader {
    private static final int MAX_PORT = 65_535;

    private final Path proc;

    public LimitsReader() {
        this(Path.of("/proc"));
    }

    LimitsReader(Path proc) {
        this.proc = proc;
    }

    /** The limits of this process, now. */
    public Limits read() {
        Map<String, Long> limits = Tables.limits(proc.resolve("self/limits"));
        Path range = proc.resolve("sys/net/ipv4/ip_local_port_range");
        long first = ProcFiles.number(range, 0).orElse(Limits.UNKNOWN);
        long last = ProcFiles.number(range, 1).orElse(Limits.UNKNOWN);
        return new Limits(
                limits.getOrDefault(Fact.SOFT_FILES.kernelName(), (long) Limits.UNKNOWN),
                limits.getOrDefault(Fact.HARD_FILES.kernelName(), (long) Limits.UNKNOWN),
                (int) first,
                (int) last,
                (int) reservedPorts(proc, first, last));
    }

    /** How many ports from {@code first} to {@code last} are reserved; the kernel lists them as {@code 8080,9000-9100}. */
    static long reservedPorts(Path proc, long first, long last) {
        String list = ProcFiles.line(proc.resolve("sys/net/ipv4/ip_local_reserved_ports"));
        return Stream.of(list.split(",", -1))
                .map(range -> range.split("-", 2))
                .mapToLong(ends -> {
                    long from = ProcFiles.number(ends[0]).orElse(1);
                    long to = ProcFiles.number(ends[ends.length - 1]).orElse(0);
                    return Math.max(0, Math.min(to, last < 0 ? MAX_PORT : last) - Math.max(from, first) + 1);
                })
                .sum();
    }
}
