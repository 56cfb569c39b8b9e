package io.connscale.stats;

/**
 * What some processes of connscale have used. The times only grow; the bytes are those of now.
 *
 * @param processes how many this is the sum of
 * @param upNanos how long they have been there, in sum
 * @param cpuNanos CPU time of all their threads
 * @param loopUpNanos how long their event loops have been there, in sum
 * @param loopCpuNanos CPU time of the event loops alone
 * @param collections garbage collections
 * @param collectionMillis how long those took
 * @param heapBytes of the Java heap in use
 * @param directBytes of buffers outside of the heap
 * @param residentBytes of physical memory; {@value #UNKNOWN} where the kernel does not say, of one of them
 */
public record ProcessLoad(
        int processes,
        long upNanos,
        long cpuNanos,
        long loopUpNanos,
        long loopCpuNanos,
        long collections,
        long collectionMillis,
        long heapBytes,
        long directBytes,
        long residentBytes) {
    public static final long UNKNOWN = -1;

    public static final ProcessLoad NONE = new ProcessLoad(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** An event loop's share. */
    public static ProcessLoad ofLoop(long upNanos, long cpuNanos) {
        return new ProcessLoad(0, 0, 0, upNanos, cpuNanos, 0, 0, 0, 0, 0);
    }

    public ProcessLoad plus(ProcessLoad other) {
        return new ProcessLoad(
                processes + other.processes,
                upNanos + other.upNanos,
                cpuNanos + other.cpuNanos,
                loopUpNanos + other.loopUpNanos,
                loopCpuNanos + other.loopCpuNanos,
                collections + other.collections,
                collectionMillis + other.collectionMillis,
                heapBytes + other.heapBytes,
                directBytes + other.directBytes,
                residentBytes == UNKNOWN || other.residentBytes == UNKNOWN
                        ? UNKNOWN
                        : residentBytes + other.residentBytes);
    }

    /** When the process is gone, what it used is still used up. */
    public ProcessLoad afterLoss() {
        return new ProcessLoad(0, upNanos, cpuNanos, loopUpNanos, loopCpuNanos, collections, collectionMillis, 0, 0, 0);
    }

    /** What was used after {@code before}; the bytes stay those of now. */
    public ProcessLoad since(ProcessLoad before) {
        return new ProcessLoad(
                processes,
                upNanos - before.upNanos,
                cpuNanos - before.cpuNanos,
                loopUpNanos - before.loopUpNanos,
                loopCpuNanos - before.loopCpuNanos,
                collections - before.collections,
                collectionMillis - before.collectionMillis,
                heapBytes,
                directBytes,
                residentBytes);
    }

    /** CPUs in use on average, all processes together: 1.5 is one and a half. */
    public double cpus() {
        return upNanos <= 0 ? 0 : (double) cpuNanos / upNanos * processes;
    }

    /** The part of their time that the event loops were at work: at 1 they have no time left. */
    public double loopBusy() {
        return loopUpNanos <= 0 ? 0 : (double) loopCpuNanos / loopUpNanos;
    }

    /** The part of the time that the processes stood still for garbage collection. */
    public double collecting() {
        return upNanos <= 0 ? 0 : collectionMillis * 1e6 / upNanos;
    }
}
