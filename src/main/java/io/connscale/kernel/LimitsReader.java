package io.connscale.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads {@link Limits} from {@code /proc} (proc(5)); what can't be read is unknown, never an error. */
public final class LimitsReader {
    private final Path proc;

    public LimitsReader() {
        this(Path.of("/proc"));
    }

    LimitsReader(Path proc) {
        this.proc = proc;
    }

    /** The limits of this process, now. */
    public Limits read() {
        String[] files = lineOf("self/limits", "Max open files").orElse("").split("\\s+");
        String[] ports =
                lineOf("sys/net/ipv4/ip_local_port_range", "").orElse("").split("\\s+");
        return new Limits(number(files, 3), number(files, 4), (int) number(ports, 0), (int) number(ports, 1));
    }

    private Optional<String> lineOf(String file, String start) {
        try {
            return Files.readAllLines(proc.resolve(file)).stream()
                    .filter(line -> line.startsWith(start))
                    .map(String::strip)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static long number(String[] words, int at) {
        if (at >= words.length) {
            return Limits.UNKNOWN;
        }
        try {
            return words[at].equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(words[at]);
        } catch (NumberFormatException e) {
            return Limits.UNKNOWN;
        }
    }
}
