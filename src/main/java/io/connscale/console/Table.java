package io.connscale.console;

import io.connscale.control.NameRanges;
import io.connscale.control.PlainText;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Columns and rows as values, and how they are written: aligned for the screen, with numbers to the right and thousands separated,
 * or as CSV with plain numbers. An empty cell is {@code ""}.
 *
 * @param columns the headings
 * @param rows each as long as {@code columns}; cells are {@code String}, {@code Long}, {@code Integer} or {@code Double}
 */
public record Table(List<String> columns, List<List<Object>> rows) {
    /** One column of a table of {@code T}: its heading and its getter. */
    public record Column<T>(String name, Function<T, Object> value) {}

    public Table {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }

    /** A table declared as a constant: columns with names and getters, filled with {@code items}. */
    public static <T> Table of(List<Column<T>> columns, List<T> items) {
        List<List<Object>> rows = new ArrayList<>();
        for (T item : items) {
            rows.add(columns.stream().map(c -> c.value().apply(item)).toList());
        }
        return new Table(columns.stream().map(Column::name).toList(), rows);
    }

    /** These columns, and further ones. */
    public static <T> List<Column<T>> columns(List<Column<T>> first, List<Column<T>> further) {
        return Stream.concat(first.stream(), further.stream()).toList();
    }

    /** Aligned for the screen, as wide as they need: for an answer that has more to say below its table. */
    public List<String> lines() {
        return lines(Screen.AS_WIDE_AS_NEEDED);
    }

    /**
     * Aligned on a screen of {@code width} columns. Words of a last column that is too wide go on below it; where that is not enough,
     * further columns follow in a table of their own, which begins with the first column again.
     *
     * <pre>
     *            established  connecting
     * server          10,000
     * client1         10,000           0
     * </pre>
     */
    public List<String> lines(int width) {
        return columns.isEmpty() ? List.of() : new Layout(this, width).lines();
    }

    /**
     * For a screen, where the first column is hosts' names: of more than a few hosts, those with equal cells are one row, in which a cell
     * has {@code {host}} for the host's name and a further column says how many they are. Where that leaves too many rows, numbers need not
     * be equal unless they are 0, as times need never be: {@code 98–100}. In the order in which they begin.
     */
    public Table folded() {
        if (rows.size() <= NameRanges.FEW) {
            return this;
        }
        List<List<List<Object>>> groups = alike(false);
        groups = groups.size() > NameRanges.FEW ? alike(true) : groups;
        List<String> headings = new ArrayList<>(columns);
        headings.add(1, "hosts");
        List<List<Object>> all = new ArrayList<>();
        groups.subList(0, Math.min(MAX_FOLDED, groups.size())).forEach(group -> all.add(folded(group)));
        if (groups.size() > MAX_FOLDED) {
            List<List<Object>> rest = groups.subList(MAX_FOLDED, groups.size()).stream()
                    .flatMap(List::stream)
                    .toList();
            List<Object> last = new ArrayList<>(List.of(names(rest), (long) rest.size()));
            columns.stream().skip(1).forEach(column -> last.add("…"));
            all.add(last);
        }
        return new Table(headings, all);
    }

    private static final int MAX_FOLDED = 25;

    private List<List<List<Object>>> alike(boolean numbersDiffer) {
        Map<List<Object>, List<List<Object>>> groups = new LinkedHashMap<>();
        for (List<Object> row : rows) {
            List<Object> key = new ArrayList<>();
            row.stream()
                    .skip(1)
                    .map(cell -> cell instanceof Number number
                            ? ((numbersDiffer || cell instanceof Double) && number.doubleValue() != 0
                                    ? Number.class // unlike a blank, which is unknown
                                    : cell)
                            : NameRanges.without(cell.toString(), row.get(0).toString()))
                    .forEach(key::add);
            groups.computeIfAbsent(key, none -> new ArrayList<>()).add(row);
        }
        return List.copyOf(groups.values());
    }

    private static String names(List<List<Object>> group) {
        return NameRanges.shown(group.stream().map(row -> row.get(0).toString()).toList());
    }

    private static List<Object> folded(List<List<Object>> group) {
        List<Object> first = group.get(0);
        List<Object> row = new ArrayList<>(List.of(names(group), (long) group.size()));
        for (int c = 1; c < first.size(); c++) {
            int column = c;
            row.add(
                    group.size() == 1
                            ? first.get(c)
                            : first.get(c) instanceof Number
                                    ? range(group.stream()
                                            .map(one -> (Number) one.get(column))
                                            .toList())
                                    : NameRanges.without(
                                            first.get(c).toString(),
                                            first.get(0).toString()));
        }
        return row;
    }

    private static Object range(List<Number> numbers) {
        List<Number> sorted = numbers.stream()
                .sorted(Comparator.comparingDouble(Number::doubleValue))
                .toList();
        Number min = sorted.get(0);
        Number max = sorted.get(sorted.size() - 1);
        return min.equals(max) ? min : Layout.shown(min) + "–" + Layout.shown(max);
    }

    /** As RFC 4180 has it, the headings first; lines end as they do on this kind of machine, with LF alone. */
    List<String> csv() {
        return columns.isEmpty()
                ? List.of()
                : Stream.concat(Stream.of(columns), rows.stream())
                        .map(cells -> cells.stream().map(Table::field).collect(Collectors.joining(",")))
                        .toList();
    }

    private static String field(Object cell) {
        if (cell instanceof Double d) {
            return Double.isFinite(d) ? BigDecimal.valueOf(d).toPlainString() : "";
        }
        String text = PlainText.of(cell.toString()); // an agent's words may be in it
        boolean plain = text.chars().noneMatch(c -> c == '"' || c == ',' || c == '\n' || c == '\r');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    /** Where the cells of a table stand on a screen. */
    private static final class Layout {
        private static final String GAP = "  ";
        private static final String BELOW = "    ";
        /** Columns that a last column of words has at least. */
        private static final int MIN_LAST = 28;

        private final Table table;
        private final int screen;
        /** The headings, then the rows. */
        private final List<List<String>> cells = new ArrayList<>();

        private final int last;

        Layout(Table table, int screen) {
            this.table = table;
            this.screen = screen;
            last = table.columns.size() - 1;
            cells.add(table.columns.stream().map(PlainText::of).toList());
            table.rows.forEach(row -> cells.add(row.stream().map(Layout::shown).toList()));
        }

        List<String> lines() {
            List<String> lines = new ArrayList<>();
            for (List<Integer> group : groups()) {
                if (!lines.isEmpty()) {
                    lines.add("");
                }
                cells.forEach(row -> lines.addAll(line(row, group)));
            }
            return lines;
        }

        private List<String> line(List<String> row, List<Integer> group) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < group.size(); i++) {
                int c = group.get(i);
                String gap = i == 0 ? "" : GAP;
                int begin = length(line.toString()) + gap.length();
                if (wraps(c) && stands(group)) {
                    if (begin + length(row.get(c)) > screen) {
                        List<String> lines = new ArrayList<>();
                        Wrapped.lines(row.get(c), screen - begin)
                                .forEach(part -> lines.add((lines.isEmpty() ? line + gap : " ".repeat(begin)) + part));
                        return lines;
                    }
                } else if (wraps(c) && i > 0) {
                    return below(line.toString().stripTrailing(), row.get(c));
                }
                line.append(gap).append(padded(row.get(c), c));
            }
            return List.of(line.toString().stripTrailing());
        }

        /** Whether there is room for words beside the other columns. */
        private boolean stands(List<Integer> group) {
            int others = group.stream()
                    .filter(c -> !wraps(c))
                    .mapToInt(c -> width(c) + GAP.length())
                    .sum();
            return others + Math.min(width(last), MIN_LAST) <= screen || group.size() == 1;
        }

        /** On a very narrow screen: words stand below the row, indented. */
        private List<String> below(String line, String words) {
            List<String> lines = new ArrayList<>(List.of(line));
            if (!words.isEmpty()) {
                Wrapped.lines(words, Math.max(1, screen - BELOW.length())).forEach(part -> lines.add(BELOW + part));
            }
            return lines;
        }

        /** The columns that stand side by side. */
        private List<List<Integer>> groups() {
            List<Integer> keys = keys();
            List<List<Integer>> groups = new ArrayList<>();
            List<Integer> group = new ArrayList<>();
            int used = 0;
            for (int c = 0; c <= last; c++) {
                int needed = wraps(c) ? Math.min(width(c), MIN_LAST) : width(c);
                if (group.size() > keys.size() && used + GAP.length() + needed > screen) {
                    groups.add(group);
                    group = new ArrayList<>(keys);
                    used = keys.stream()
                                    .mapToInt(key -> width(key) + GAP.length())
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
        private List<Integer> keys() {
            List<Object> first = table.rows.stream().map(row -> row.get(0)).toList();
            boolean tells = first.stream().distinct().count() == first.size() || last < 2;
            return tells ? List.of(0) : List.of(0, 1);
        }

        private boolean wraps(int column) {
            return column == last && !numeric(column);
        }

        private String padded(String cell, int column) {
            String blanks = " ".repeat(width(column) - length(cell));
            return numeric(column) ? blanks + cell : cell + blanks;
        }

        private int width(int column) {
            return cells.stream().mapToInt(row -> length(row.get(column))).max().orElse(0);
        }

        private static int length(String cell) {
            return cell.codePointCount(0, cell.length());
        }

        /** Also where one of the cells says in a word why there is no number. */
        private boolean numeric(int column) {
            List<Object> values =
                    table.rows.stream().map(row -> row.get(column)).toList();
            return values.stream().anyMatch(Number.class::isInstance)
                    && values.stream().allMatch(value -> value instanceof Number || oneWord(value));
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
                    : PlainText.of(cell.toString());
        }
    }
}
