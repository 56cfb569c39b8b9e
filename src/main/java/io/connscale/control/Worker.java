package io.connscale.control;

import io.connscale.kernel.FileRoom;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A further agent process on this machine, for the agent or the server that started it.
 *
 * @param room connections that it has files for, before its first one
 */
public record Worker(String name, AgentProcess process, long room) {
    /** One that takes longer to say what it counts, since it was stopped, counts with what it said last. */
    private static final long COUNTS_SECONDS = 5;

    /** {@code process} has greeted. */
    static Worker of(String name, AgentProcess process) {
        return new Worker(
                name, process, FileRoom.ofWorker(process.hello().join().limits()));
    }

    /** How many more connections there are files for, of {@code room}, where a process has these. */
    public static long left(long room, Snapshot counts) {
        return Math.max(0, room - counts.established() - counts.connecting());
    }

    /** Its counts now; within seconds. Where it ends meanwhile: what is left of them, {@code lost} being why. */
    public CompletableFuture<Snapshot> counts(String lost) {
        return process.snapshot()
                .completeOnTimeout(process.latest(), COUNTS_SECONDS, TimeUnit.SECONDS)
                .exceptionally(ended -> afterLoss(lost).counts());
    }

    /** What is left of all that it said last, now that it is gone, {@code lost} being why. */
    public Statistics afterLoss(String lost) {
        return process.latestStatistics().afterLoss(process.latest(), lost);
    }
}
