package io.connscale.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The machine's memory, as {@code /proc/meminfo} tells it (proc(5)). */
public final class Memory {
    private static final String AVAILABLE = "MemAvailable:";
    private static final long KIB = 1024;

    private Memory() {}

    /** Bytes that new work may take without swapping; empty where the system does not tell. */
    public static OptionalLong available() {
        return available(Path.of("/proc/meminfo"));
    }

    static OptionalLong available(Path file) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(AVAILABLE))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * KIB)
                    .findFirst();
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }
}
