package io.connscale.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * How long the event loops of this process ran, and how long they waited for a CPU though they could have run: the first two
 * numbers of each thread's {@code schedstat} (sched-stats.rst). Who generates load too slowly may be the limit itself.
 */
final class LoopTimes {
    private static final int MAX_THREADS = 1000;

    private final Path tasks;

    LoopTimes(Path tasks) {
        this.tasks = tasks;
    }

    Map<String, Long> read() {
        Map<String, Long> times = new HashMap<>();
        for (Path thread : loops()) {
            OptionalLong ran = ProcFiles.number(thread.resolve("schedstat"), 0);
            OptionalLong waited = ProcFiles.number(thread.resolve("schedstat"), 1);
            if (ran.isPresent() && waited.isPresent()) {
                times.merge(Fact.LOOPS_RAN.kernelName(), ran.getAsLong(), Long::sum);
                times.merge(Fact.LOOPS_WAITED.kernelName(), waited.getAsLong(), Long::sum);
                times.merge(Fact.LOOPS.kernelName(), 1L, Long::sum);
            }
        }
        return times;
    }

    /** By the names that the agent's and the server's loops have. */
    private List<Path> loops() {
        List<Path> all;
        try (Stream<Path> threads = Files.list(tasks)) {
            all = threads.limit(MAX_THREADS).toList();
        } catch (IOException e) {
            return List.of();
        }
        return all.stream() // after the folder is closed: there may be one descriptor only
                .filter(thread -> ProcFiles.line(thread.resolve("comm")).matches("(agent-loop|server)-.*"))
                .toList();
    }
}
