package io.connscale.stats;

/**
 * A machine as its kernel tells it in {@code /proc/stat} and {@code /proc/meminfo} (proc(5)). The ticks only grow, a
 * hundred a second for each CPU; the rest is of now.
 *
 * @param cpus CPUs that are on
 * @param ticks of all CPUs
 * @param idleTicks of them with nothing to do, or waiting for a disk
 * @param stolenTicks of them that other machines of the same host had
 * @param runnable threads that run or wait for a CPU
 * @param memoryBytes physical memory; -1 where the kernel does not say
 * @param availableBytes of it that can be had without swapping; the same
 */
public record MachineLoad(
        int cpus, long ticks, long idleTicks, long stolenTicks, long runnable, long memoryBytes, long availableBytes) {

    /** What happened after {@code before}. */
    public MachineLoad since(MachineLoad before) {
        return new MachineLoad(
                cpus,
                ticks - before.ticks,
                idleTicks - before.idleTicks,
                stolenTicks - before.stolenTicks,
                runnable,
                memoryBytes,
                availableBytes);
    }

    /** The later of two readings of one machine. */
    MachineLoad orLater(MachineLoad other) {
        return other.ticks > ticks ? other : this;
    }

    /** The part of its CPUs that is at work, from 0 to 1; what is stolen is not to be had either. */
    public double busy() {
        return ticks <= 0 ? 0 : Math.max(0, 1 - (double) idleTicks / ticks);
    }

    /** The part of its CPUs that others had, from 0 to 1. */
    public double stolen() {
        return ticks <= 0 ? 0 : (double) stolenTicks / ticks;
    }
}
