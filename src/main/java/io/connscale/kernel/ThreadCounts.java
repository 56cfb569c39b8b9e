package io.connscale.kernel;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** How many threads there are, of the machine and of this process's user: what {@code ulimit -u} and the kernel count. */
final class ThreadCounts {
    private static final int MAX_PROCESSES = 20_000;
    private static final int MAX_LOOPS = 1000;
    /** capabilities(7): with either one {@code RLIMIT_NPROC} does not bind (kernel/fork.c, copy_process). */
    private static final long EXEMPT = 1L << 21 | 1L << 24; // CAP_SYS_ADMIN, CAP_SYS_RESOURCE

    private ThreadCounts() {}

    /** @param self the folder of the process whose user is meant */
    static Map<String, Long> read(Path proc, Path self) {
        Map<String, Long> found = new HashMap<>();
        String[] load = ProcFiles.line(proc.resolve("loadavg")).split("[ /]", -1); // 0.00 0.01 0.05 2/345 678
        if (load.length > 4) {
            ProcFiles.number(load[4]).ifPresent(n -> found.put(Fact.THREADS.kernelName(), n));
        }
        List<String> status = ProcFiles.lines(self.resolve("status"));
        OptionalLong uid = number(status, "Uid:");
        uid.ifPresent(user -> found.put(Fact.UID.kernelName(), user));
        if (uid.isPresent() && uid.getAsLong() != 0 && (capabilities(status) & EXEMPT) == 0) {
            found.put(Fact.USER_THREADS.kernelName(), of(proc, uid.getAsLong()));
        }
        return found;
    }

    private static long of(Path proc, long uid) {
        long threads = 0;
        for (Path process : processes(proc)) {
            List<String> status = ProcFiles.lines(process.resolve("status")); // none: it has ended meanwhile
            if (number(status, "Uid:").orElse(-1) == uid) {
                threads += number(status, "Threads:").orElse(0);
            }
        }
        return threads;
    }

    private static List<Path> processes(Path proc) {
        List<Path> all = new ArrayList<>();
        try (DirectoryStream<Path> numbered = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : numbered) {
                if (all.size() == MAX_PROCESSES) {
                    break;
                }
                all.add(process);
            }
        } catch (IOException e) {
            return List.of();
        }
        return all; // after the folder is closed: there may be one descriptor only
    }

    /** The first number behind {@code name}; of {@code Uid:} that is the real one, which the limit is for. */
    private static OptionalLong number(List<String> status, String name) {
        return status.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> ProcFiles.words(line.substring(name.length())))
                .map(words -> words.length == 0 ? OptionalLong.empty() : ProcFiles.number(words[0]))
                .flatMapToLong(OptionalLong::stream)
                .findFirst();
    }

    private static long capabilities(List<String> status) {
        return status.stream()
                .filter(line -> line.startsWith("CapEff:"))
                .mapToLong(line -> Long.parseUnsignedLong(
                        line.substring("CapEff:".length()).strip(), 16))
                .findFirst()
                .orElse(0);
    }

    /**
     * How long the event loops of this process ran, and how long they waited for a CPU though they could have run: the first two
     * numbers of each thread's {@code schedstat} (sched-stats.rst). Who generates load too slowly may be the limit itself.
     *
     * @param tasks {@code /proc/self/task}
     */
    static Map<String, Long> loops(Path tasks) {
        Map<String, Long> times = new HashMap<>();
        for (Path thread : loopsIn(tasks)) {
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
    private static List<Path> loopsIn(Path tasks) {
        List<Path> all;
        try (Stream<Path> threads = Files.list(tasks)) {
            all = threads.limit(MAX_LOOPS).toList();
        } catch (IOException e) {
            return List.of();
        }
        return all.stream() // after the folder is closed: there may be one descriptor only
                .filter(thread -> isLoop(ProcFiles.line(thread.resolve("comm"))))
                .toList();
    }

    private static boolean isLoop(String name) {
        return name.startsWith("agent-loop-") || name.startsWith("server-");
    }
}
