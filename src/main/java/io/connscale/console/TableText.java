package io.connscale.console;

import io.connscale.control.PlainText;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A {@link Table} as text: aligned for the screen, or CSV. Pure. */
final class TableText {
    private static final String GAP = "  ";
    /** Columns that a last column of words has at least. */
    private static final int MIN_LAST = 28;

    private TableText() {}

    /** Aligned columns, as wide as they need. */
    static List<String> aligned(Table table) {
        return aligned(table, Screen.AS_WIDE_AS_NEEDED);
    }

    /**
     * Aligned columns; those of numbers stand to the right. Words of a last column that is too wide go on below; where that is not
     * enough, further columns follow in a table of their own, which begins with the first column again.
     *
     * <pre>
     *            established  connecting
     * server          10,000
     * client1         10,000           0
     * </pre>
     *
     * @param columns of the screen
     */
    static List<String> aligned(Table table, int columns) {
        if (table.columns().isEmpty()) {
            return List.of();
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(table.columns().stream().map(Visible::line).toList());
        table.rows().forEach(row -> rows.add(row.stream().map(TableText::shown).toList()));
        List<String> lines = new ArrayList<>();
        for (List<Integer> group : groups(table, rows, columns)) {
            if (!lines.isEmpty()) {
                lines.add("");
            }
            rows.forEach(row -> lines.addAll(line(table, rows, row, group, columns)));
        }
        return lines;
    }

    private static List<String> line(
            Table table, List<List<String>> rows, List<String> row, List<Integer> group, int columns) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < group.size(); i++) {
            int c = group.get(i);
            String gap = i == 0 ? "" : GAP;
            boolean last = c == row.size() - 1 && !numeric(table, c);
            int begin = length(line.toString()) + gap.length();
            if (last && begin + length(row.get(c)) > columns) {
                List<String> lines = new ArrayList<>();
                Wrapped.lines(row.get(c), Math.max(1, columns - begin))
                        .forEach(part -> lines.add((lines.isEmpty() ? line + gap : " ".repeat(begin)) + part));
                return lines;
            }
            line.append(gap).append(padded(row.get(c), width(rows, c), numeric(table, c)));
        }
        return List.of(line.toString().stripTrailing());
    }

    /** The columns that stand side by side. */
    private static List<List<Integer>> groups(Table table, List<List<String>> rows, int columns) {
        List<Integer> keys = keys(table);
        List<List<Integer>> groups = new ArrayList<>();
        List<Integer> group = new ArrayList<>();
        int used = 0;
        for (int c = 0; c < table.columns().size(); c++) {
            boolean wraps = c == table.columns().size() - 1 && !numeric(table, c);
            int needed = wraps ? Math.min(width(rows, c), MIN_LAST) : width(rows, c);
            if (group.size() > keys.size() && used + GAP.length() + needed > columns) {
                groups.add(group);
                group = new ArrayList<>(keys);
                used = keys.stream()
                                .mapToInt(key -> width(rows, key) + GAP.length())
                                .sum()
                        - GAP.length();
            }
            used += needed + (group.isEmpty() ? 0 : GAP.length());
            group.add(c);
        }
        groups.add(group);
        return groups;
    }

    /** What a row is told by: its first cell, or where several have the same, the first two. */
    private static List<Integer> keys(Table table) {
        List<Object> first = table.rows().stream().map(row -> row.get(0)).toList();
        boolean tells = first.stream().distinct().count() == first.size()
                || table.columns().size() < 3;
        return tells ? List.of(0) : List.of(0, 1);
    }

    private static String padded(String cell, int width, boolean right) {
        String blanks = " ".repeat(width - length(cell));
        return right ? blanks + cell : cell + blanks;
    }

    private static int width(List<List<String>> rows, int column) {
        return rows.stream().mapToInt(row -> length(row.get(column))).max().orElse(0);
    }

    private static int length(String cell) {
        return cell.codePointCount(0, cell.length());
    }

    /** Also where one of the cells says in a word why there is no number. */
    private static boolean numeric(Table table, int column) {
        return table.rows().stream().anyMatch(row -> row.get(column) instanceof Number)
                && table.rows().stream().allMatch(row -> row.get(column) instanceof Number || oneWord(row.get(column)));
    }

    private static boolean oneWord(Object cell) {
        return cell.toString().chars().allMatch(Character::isLetter);
    }

    private static String shown(Object cell) {
        if (cell instanceof Double d) {
            return Double.isFinite(d) ? String.format(Locale.ROOT, "%,.2f", d) : "";
        }
        return cell instanceof Number n
                ? String.format(Locale.ROOT, "%,d", n.longValue())
                : Visible.line(cell.toString());
    }

    /** As RFC 4180 has it, the headings first; lines end as they do on this kind of machine, with LF alone. */
    static List<String> csv(Table table) {
        List<String> lines = new ArrayList<>();
        if (!table.columns().isEmpty()) {
            lines.add(record(table.columns()));
            table.rows().forEach(row -> lines.add(record(row)));
        }
        return lines;
    }

    private static String record(List<?> cells) {
        return cells.stream().map(TableText::field).collect(Collectors.joining(","));
    }

    private static String field(Object cell) {
        if (cell instanceof Double d) {
            return Double.isFinite(d) ? BigDecimal.valueOf(d).toPlainString() : "";
        }
        String text = PlainText.of(cell.toString()); // an agent's words may be in it
        boolean plain = text.chars().noneMatch(c -> c == '"' || c == ',' || c == '\n' || c == '\r');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
