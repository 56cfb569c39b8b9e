package io.connscale.console;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Columns and rows as values; how they look is the printer's business. Numbers stand to the right with thousands
 * separated on the screen and plain in CSV; an empty cell is {@code ""}.
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

    /** Aligned for the screen, for an answer that has more to say below its table. */
    public List<String> lines() {
        return TableText.aligned(this);
    }

    /** The same on a screen of so many columns. */
    public List<String> lines(int columns) {
        return TableText.aligned(this, columns);
    }
}
