package io.connscale.cluster;

import io.connscale.control.Exhausted;
import java.util.List;
import java.util.Optional;

/**
 * How an agent's process ended.
 *
 * @param exit its exit code, 128 + n where signal n ended it (POSIX sh's and Java's convention); -1 unknown
 * @param errors the last lines of its standard error
 */
record Ending(int exit, List<String> errors) {
    private static final int SIGNAL = 128;
    /** The JVM says first why it can't start and then, in two more lines, that it can't. */
    private static final int IN_A_LINE = 3;

    private static final int LONGEST = 200;

    /** What it ran out of, where that is why it ended: it says so on its standard error. */
    Optional<Exhausted> exhausted() {
        return exit == 0 || exit > SIGNAL ? Optional.empty() : Exhausted.of(errors);
    }

    /** {@code with exit code 137 (SIGKILL); its last words: …}, {@code with exit code 3: out of memory (heap)} */
    @Override
    public String toString() {
        boolean known = exhausted().isPresent();
        return "with " + exitText()
                + (known || errors.isEmpty() ? "" : "; its last words: " + String.join(" | ", lastWords(IN_A_LINE)));
    }

    /** What to do about it. */
    String hint(String otherwise) {
        return exhausted().map(Exhausted::hint).orElse(otherwise);
    }

    /** The last {@code most} lines of its standard error, each cut to what a user wants to read. */
    List<String> lastWords(int most) {
        return errors.subList(Math.max(0, errors.size() - most), errors.size()).stream()
                .map(line -> line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line)
                .toList();
    }

    String exitText() {
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
        return "exit code " + exit + signal
                + exhausted().map(what -> ": " + what.text()).orElse("");
    }
}
