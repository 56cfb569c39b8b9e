package io.connscale.kernel.plan;

import io.connscale.kernel.Limits;

/**
 * What a machine has left for all processes there together; {@link Limits#UNKNOWN} where it does not say.
 *
 * @param id the same for all hosts that share it
 * @param memory bytes that can be had
 * @param files of {@code fs.file-max}
 * @param tasks threads and processes
 */
public record Machine(String id, long memory, long files, long tasks) {
    /** A machine of which nothing is known. */
    public static Machine unknown(String id) {
        return new Machine(id, Limits.UNKNOWN, Limits.UNKNOWN, Limits.UNKNOWN);
    }
}
