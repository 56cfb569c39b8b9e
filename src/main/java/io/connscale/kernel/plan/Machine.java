package io.connscale.kernel.plan;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.stream.LongStream;

/**
 * What a machine has left for all processes there together; {@link Facts#UNKNOWN} where it does not say.
 *
 * @param id the same for all hosts that share it
 * @param memory bytes that can be had: {@code MemAvailable} (proc(5)), or what the control group leaves where that is less
 * @param files of {@code fs.file-max}
 * @param tasks threads and processes: what the control group leaves, or {@code kernel.threads-max} or {@code kernel.pid_max}
 */
public record Machine(String id, long memory, long files, long tasks) {
    /** A machine of which nothing is known. */
    public static Machine unknown(String id) {
        return new Machine(id, Facts.UNKNOWN, Facts.UNKNOWN, Facts.UNKNOWN);
    }

    /**
     * As the kernel tells it.
     *
     * @param name stands for its identity where the kernel does not tell it
     */
    public static Machine of(Facts facts, String name) {
        return new Machine(
                facts.machine().isEmpty() ? name : facts.machine(),
                least(facts.get(Fact.MEMORY_AVAILABLE), left(facts, Fact.CGROUP_MEMORY_MOST, Fact.CGROUP_MEMORY)),
                left(facts, Fact.MOST_FILES, Fact.FILES_IN_USE),
                least(
                        left(facts, Fact.CGROUP_PIDS_MOST, Fact.CGROUP_PIDS),
                        facts.get(Fact.THREADS_MOST),
                        facts.get(Fact.PIDS_MOST)));
    }

    private static long left(Facts facts, Fact most, Fact used) {
        if (!facts.knows(most) || !facts.knows(used) || facts.get(most) == Facts.UNLIMITED) {
            return Facts.UNKNOWN;
        }
        return Math.max(0, facts.get(most) - facts.get(used));
    }

    /** The least of those that are known. */
    private static long least(long... values) {
        return LongStream.of(values)
                .filter(value -> value != Facts.UNKNOWN)
                .min()
                .orElse(Facts.UNKNOWN);
    }
}
