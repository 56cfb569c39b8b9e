package io.connscale.kernel;

import io.connscale.stats.MachineLoad;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** Reads what this machine is doing from {@code /proc} (proc(5)), whose files it keeps open. */
public final class MachineReader implements AutoCloseable {
    private static final int KIB = 1024;

    private final String name;
    private final HeldFile stat;
    private final HeldFile memory;

    public MachineReader() {
        this(Path.of("/proc"));
    }

    MachineReader(Path proc) {
        name = name(proc);
        stat = new HeldFile(proc.resolve("stat"), 64 << 10);
        memory = new HeldFile(proc.resolve("meminfo"), 4 << 10);
    }

    /** The same for all containers and network namespaces of a machine, and another after each of its starts. */
    private static String name(Path proc) {
        try {
            return Files.readString(proc.resolve("sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            return "this machine";
        }
    }

    /** This machine under its name, now; empty where the kernel does not say. Any thread. */
    public Map<String, MachineLoad> read() {
        String said = stat.read();
        String held = memory.read();
        if (said.isEmpty() || held.isEmpty()) {
            return Map.of();
        }
        long[] ticks = numbers(line(said, "cpu "));
        return Map.of(
                name,
                new MachineLoad(
                        (int) said.lines()
                                .filter(line -> line.matches("cpu[0-9].*"))
                                .count(),
                        sum(ticks, 0, 8), // user nice system idle iowait irq softirq steal; guests are in user and nice
                        sum(ticks, 3, 5),
                        sum(ticks, 7, 8),
                        first(line(said, "procs_running")),
                        bytes(line(held, "MemTotal:")),
                        bytes(line(held, "MemAvailable:"))));
    }

    private static String line(String text, String start) {
        Optional<String> found =
                text.lines().filter(line -> line.startsWith(start)).findFirst();
        return found.map(line -> line.substring(start.length())).orElse("").strip();
    }

    private static long first(String words) {
        long[] numbers = numbers(words);
        return numbers.length == 0 ? 0 : numbers[0];
    }

    /** Unknown where there is no such line: {@code MemAvailable} came with Linux 3.14, and a container may hide it. */
    private static long bytes(String words) {
        long[] numbers = numbers(words);
        return numbers.length == 0 ? Facts.UNKNOWN : numbers[0] * KIB;
    }

    private static long[] numbers(String words) {
        return words.lines()
                .flatMap(line -> Arrays.stream(line.split("\\s+")))
                .filter(word -> word.matches("[0-9]{1,18}"))
                .mapToLong(Long::parseLong)
                .toArray();
    }

    private static long sum(long[] numbers, int from, int to) {
        return Arrays.stream(numbers).limit(to).skip(from).sum();
    }

    @Override
    public void close() {
        stat.close();
        memory.close();
    }
}
