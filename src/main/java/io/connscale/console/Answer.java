package io.connscale.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a command answers, in all three forms; the console prints the one that was asked for.
 *
 * @param json {@code result} of {@code -o json}: records, maps, lists, numbers, strings
 * @param table for {@code -o csv}, and for the screen where {@code lines} is empty
 * @param lines for the screen instead of the table, where a sentence says it better; may be empty
 * @param below for the screen below these or the table; may be empty
 */
public record Answer(Object json, Table table, List<String> lines, List<String> below) {
    public Answer {
        lines = List.copyOf(lines);
        below = List.copyOf(below);
    }

    public Answer(Object json, Table table, List<String> lines) {
        this(json, table, lines, List.of());
    }

    /** As it stands on a screen of so many columns; lines may be longer. */
    public List<String> shown(int columns) {
        List<String> shown = new ArrayList<>(lines.isEmpty() ? table.lines(columns) : lines);
        shown.addAll(below);
        return shown;
    }

    /** The form of answers: {@code -o table|json|csv}. */
    public enum Format {
        TABLE,
        JSON,
        CSV;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
