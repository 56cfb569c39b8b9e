package io.connscale.kernel;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * How many processes an agent or a server may be.
 *
 * @param max as {@code hosts.yaml} says, the first one among them; 0: as many as the machine has memory and threads for
 * @param limits of this process, which a worker has too
 * @param loops whether those that are started are event loops of this process, with files of their own
 */
public record WorkerBound(int max, Limits limits, boolean tls, boolean loops) {
    private static final int MAX = 1024;
    /** Of the first one's files at most one in so many is kept for others. */
    private static final int KEPT = 4;

    /** Connections that a new worker has room for. */
    public long room() {
        return limits.roomOfWorker();
    }

    /**
     * Descriptors of this process that are not its connections', since those that it may come to start need them: where it filled itself, it
     * could start none any more.
     */
    public long kept() {
        return Math.min(Costs.WORKER_FILES * more(1), limits.roomHere() / KEPT);
    }

    /** How many event loops with files of their own a process can have that has files for {@code room} connections and fills itself first. */
    public static long loops(long room, long held) {
        return Math.max(room / KEPT, room - held) / Costs.WORKER_FILES;
    }

    /** How many more there may be beside those {@code there}. */
    public int more(int there) {
        if (max > 0) {
            return Math.max(0, max - there);
        }
        int more = more(there, room(), tls, loops, left(Path.of("/proc"), Path.of("/sys")));
        return loops ? (int) Math.min(more, limits.roomHere() / Costs.WORKER_FILES) : more;
    }

    /** What new processes here can have; empty where the system does not tell. */
    record Left(OptionalLong bytes, OptionalLong threads) {}

    /**
     * One process more than there are threads for: that it does not start is the kernel's word, which the user wants to see.
     *
     * @param room connections of each
     * @param loops whether they are event loops
     */
    static int more(int there, long room, boolean tls, boolean loops, Left left) {
        long more = tls ? Math.max(Costs.TLS_IN_AGENT, Costs.TLS_IN_SERVER) : 0;
        long each =
                Costs.bytesOfWorker(loops) + (Costs.SOCKET + Math.max(Costs.IN_AGENT, Costs.IN_SERVER) + more) * room;
        long byMemory = left.bytes.orElse(Long.MAX_VALUE) / each;
        long byThreads = left.threads.isEmpty() ? MAX : left.threads.getAsLong() / Costs.threadsOfWorker(loops) + 1;
        return (int) Math.max(
                0, LongStream.of(byMemory, byThreads, MAX - there).min().orElse(0));
    }

    /** The least that machine, control group and user have left. */
    static Left left(Path proc, Path sys) {
        Map<String, Long> found = new HashMap<>(Tables.meminfo(proc.resolve("meminfo")));
        found.putAll(Tables.limits(proc.resolve("self/limits")));
        found.putAll(new Cgroup(sys.resolve("fs/cgroup"), ProcFiles.lines(proc.resolve("self/cgroup"))).values());
        found.putAll(ThreadCounts.read(proc, proc.resolve("self")));
        Stream.of(Fact.THREADS_MAX, Fact.PIDS_MAX)
                .forEach(fact -> ProcFiles.number(
                                proc.resolve("sys").resolve(fact.setting().replace('.', '/')), 0)
                        .ifPresent(value -> found.put(fact.kernelName(), value)));
        long available = found.getOrDefault(Fact.MEMORY_AVAILABLE.kernelName(), Facts.UNLIMITED);
        return new Left(
                least(
                        available,
                        left(found, Fact.CGROUP_MEMORY_MAX, Fact.CGROUP_MEMORY),
                        left(found, Fact.CGROUP_MEMORY_HIGH, Fact.CGROUP_MEMORY_OF_HIGH)),
                least(
                        left(found, Fact.CGROUP_PIDS_MAX, Fact.CGROUP_PIDS),
                        left(found, Fact.SOFT_PROCESSES, Fact.USER_THREADS),
                        left(found, Fact.THREADS_MAX, Fact.THREADS),
                        left(found, Fact.PIDS_MAX, Fact.THREADS)));
    }

    private static long left(Map<String, Long> found, Fact max, Fact used) {
        Long allowed = found.get(max.kernelName());
        Long taken = found.get(used.kernelName());
        return allowed == null || taken == null || allowed == Facts.UNLIMITED
                ? Facts.UNLIMITED
                : Math.max(0, allowed - taken);
    }

    private static OptionalLong least(long... left) {
        return LongStream.of(left).filter(one -> one != Facts.UNLIMITED).min();
    }
}
