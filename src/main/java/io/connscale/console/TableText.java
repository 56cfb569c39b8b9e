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

    private TableText() {}

    /**
     * Aligned columns; those of numbers stand to the right.
     *
     * <pre>
     *            established  connecting
     * server          10,000
     * client1         10,000           0
     * </pre>
     */
    static List<String> aligned(Table table) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(table.columns().stream().map(Visible::line).toList());
        table.rows().forEach(row -> rows.add(row.stream().map(TableText::shown).toList()));
        List<String> lines = new ArrayList<>();
        for (List<String> row : table.columns().isEmpty() ? List.<List<String>>of() : rows) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < row.size(); c++) {
                line.append(c == 0 ? "" : GAP).append(padded(row.get(c), width(rows, c), numeric(table, c)));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
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
