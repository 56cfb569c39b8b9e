package io.connscale.cluster;

import java.util.List;
import java.util.Optional;

/**
 * How an agent's process ended.
 *
 * @param exit its exit code, 128 + n where signal n ended it (POSIX sh's and Java's convention); -1 unknown
 * @param errors the last lines of its standard error
 * @param killed why the kernel killed it, with the evidence; empty where nothing says that it did
 */
record Ending(int exit, List<String> errors, Optional<String> killed) {
    private static final int SIGNAL = 128;
    /** The JVM says first why it can't start and then, in two more lines, that it can't. */
    private static final int IN_A_LINE = 3;

    private static final int LONGEST = 200;

    /** Nothing says that the kernel killed it. */
    Ending(int exit, List<String> errors) {
        this(exit, errors, Optional.empty());
    }

    /** {@code with exit code 137 (SIGKILL); its last words: …} */
    @Override
    public String toString() {
        return "with " + exitText()
                + (errors.isEmpty() ? "" : "; its last words: " + String.join(" | ", lastWords(IN_A_LINE)));
    }

    /** The last {@code most} lines of its standard error, each cut to what a user wants to read. */
    List<String> lastWords(int most) {
        return errors.subList(Math.max(0, errors.size() - most), errors.size()).stream()
                .map(line -> line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line)
                .toList();
    }

    /** {@code exit code 137 (SIGKILL), killed by the kernel: out of memory (…)}. */
    String exitText() {
        return codeText() + killed.map(why -> ", " + why).orElse("");
    }

    private String codeText() {
        if (exit == Exits.UNKNOWN) {
            return "no exit code";
        }
        String signal = switch (exit - SIGNAL) {
            case 1 -> " (SIGHUP)";
            case 2 -> " (SIGINT)";
            case 6 -> " (SIGABRT)";
            case 9 -> " (SIGKILL)";
            case 11 -> " (SIGSEGV)";
            case 15 -> " (SIGTERM)";
            default -> "";
        };
        return "exit code " + exit + signal;
    }
}
