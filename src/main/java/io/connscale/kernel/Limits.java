package io.connscale.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one process and its machine that bound how many connections it can open, as {@code /proc} says them (proc(5)).
 * {@value #UNKNOWN} where the system does not tell.
 *
 * @param softFiles {@code RLIMIT_NOFILE}, soft: descriptors this process may have open
 * @param hardFiles {@code RLIMIT_NOFILE}, hard: what the soft one may be raised to
 * @param firstPort first of {@code net.ipv4.ip_local_port_range}
 * @param lastPort last of it, inclusive
 * @param reservedPorts how many of them {@code net.ipv4.ip_local_reserved_ports} keeps back; null from an agent that does not tell
 */
public record Limits(
        long softFiles,
        long hardFiles,
        int firstPort,
        int lastPort,
        @Nullable Integer reservedPorts) {
    public static final int UNKNOWN = -1;

    private static final int MAX_PORT = 65_535;
    /** Descriptors that a process may come to need beside: a class to load, a worker being started. */
    private static final long RESERVE = 40;
    /** Those that a worker has open before its first connection, and a part of what it keeps back: together what a plan counts with. */
    private static final long OF_A_WORKER = Costs.PROCESS_FILES + Costs.RESERVED_FILES - RESERVE;

    public Limits {
        reservedPorts = reservedPorts == null ? 0 : reservedPorts;
    }

    /** No port is reserved. */
    public Limits(long softFiles, long hardFiles, int firstPort, int lastPort) {
        this(softFiles, hardFiles, firstPort, lastPort, 0);
    }

    /** Those of this process, now. */
    public static Limits ofThisProcess() {
        return read(Path.of("/proc"));
    }

    /** What can't be read is unknown, never an error. */
    static Limits read(Path proc) {
        Map<String, Long> limits = Tables.limits(proc.resolve("self/limits"));
        Path range = proc.resolve("sys/net/ipv4/ip_local_port_range");
        long first = ProcFiles.number(range, 0).orElse(UNKNOWN);
        long last = ProcFiles.number(range, 1).orElse(UNKNOWN);
        return new Limits(
                limits.getOrDefault(Fact.SOFT_FILES.kernelName(), (long) UNKNOWN),
                limits.getOrDefault(Fact.HARD_FILES.kernelName(), (long) UNKNOWN),
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

    /** How many connections this process has descriptors for, beside those that it has open now; never negative. */
    public long roomHere() {
        return room(open());
    }

    /** How many connections another process with these limits has descriptors for, before its first one; never negative. */
    public long roomOfWorker() {
        return room(OF_A_WORKER);
    }

    private long room(long open) {
        return softFiles == UNKNOWN ? Integer.MAX_VALUE : Math.max(0, softFiles - open - RESERVE);
    }

    private static long open() {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        } catch (IOException e) {
            return OF_A_WORKER;
        }
    }

    /**
     * The ephemeral ports that the kernel gives out for one (source, server address, server port), or {@value #UNKNOWN}: what
     * every command means by "ports".
     */
    public int ports() {
        return (int) ports(firstPort, lastPort, reservedPorts == null ? 0 : reservedPorts);
    }

    /** A limit, or another of the kernel's numbers, for JSON: null where it is unknown. */
    public static @Nullable Long known(long limit) {
        return limit == UNKNOWN ? null : (Long) limit;
    }

    static long ports(long first, long last, long reserved) {
        return first == UNKNOWN || last == UNKNOWN ? UNKNOWN : Math.max(0, last - first + 1 - Math.max(0, reserved));
    }
}
