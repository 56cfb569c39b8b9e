package io.connscale.kernel.plan;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.stream.LongStream;

/**
 * What a machine has left for all processes there together; {@link Facts#UNKNOWN} where it does not say.
 *
 * @param id the same for all hosts that share it
 * @param memory bytes that can be had: {@code MemAvailable} (proc(5))
 * @param files of {@code fs.file-max}
 * @param tasks threads: the least that {@code kernel.threads-max} and {@code kernel.pid_max} leave
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
                facts.get(Fact.MEMORY_AVAILABLE),
                left(facts, Fact.MAX_FILES, Fact.FILES_IN_USE),
                min(left(facts, Fact.THREADS_MAX, Fact.THREADS), left(facts, Fact.PIDS_MAX, Fact.THREADS)));
    }

    /** What is left of a limit; unknown where it is not known, or none. */
    static long left(Facts facts, Fact max, Fact used) {
        if (!facts.knows(max) || !facts.knows(used) || facts.get(max) == Facts.UNLIMITED) {
            return Facts.UNKNOWN;
        }
        return Math.max(0, facts.get(max) - facts.get(used));
    }

    /** The least of those that are known. */
    private static long min(long... values) {
        return LongStream.of(values)
                .filter(value -> value != Facts.UNKNOWN)
                .min()
                .orElse(Facts.UNKNOWN);
    }
}
