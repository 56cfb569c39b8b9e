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

/** How many threads there are, of the machine and of this process's user: what {@code ulimit -u} and the kernel count. */
final class Threads {
    private static final int MAX_PROCESSES = 20_000;
    /** capabilities(7): with either one {@code RLIMIT_NPROC} does not bind (kernel/fork.c, copy_process). */
    private static final long EXEMPT = 1L << 21 | 1L << 24; // CAP_SYS_ADMIN, CAP_SYS_RESOURCE

    private Threads() {}

    static Map<String, Long> read(Path proc) {
        Map<String, Long> found = new HashMap<>();
        String[] load = ProcFiles.line(proc.resolve("loadavg")).split("[ /]", -1); // 0.00 0.01 0.05 2/345 678
        if (load.length > 4) {
            ProcFiles.number(load[4]).ifPresent(n -> found.put(Fact.THREADS.kernelName(), n));
        }
        List<String> self = ProcFiles.lines(proc.resolve("self/status"));
        OptionalLong uid = number(self, "Uid:");
        uid.ifPresent(user -> found.put(Fact.UID.kernelName(), user));
        if (uid.isPresent() && uid.getAsLong() != 0 && (capabilities(self) & EXEMPT) == 0) {
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
                .map(line ->
                        ProcFiles.number(line.substring(name.length()).strip().split("\\s+", 2)[0]))
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
}
