package io.connscale.command;

import io.connscale.console.Answer;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.Experiment.Report;
import io.connscale.control.Experiment.Trial;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Listening again, as an answer.
 *
 * <pre>
 * closed        SO_REUSEADDR  first      then       left there   listening again
 * server first  none          127.0.0.1  127.0.0.1  3 TIME-WAIT  bind EADDRINUSE
 * </pre>
 */
final class EaddrinuseText {
    private static final List<Column<Trial>> COLUMNS = List.of(
            new Column<>("closed", Trial::closing),
            new Column<>("SO_REUSEADDR", EaddrinuseText::reuse),
            new Column<>("first", Trial::first),
            new Column<>("then", Trial::second),
            new Column<>("left there", EaddrinuseText::left),
            new Column<>("listening again", EaddrinuseText::outcome));

    /** In JSON. */
    private record Json(String host, boolean apart, String note, boolean over, List<Trial> trials) {}

    private EaddrinuseText() {}

    static Answer answer(String host, Report seen) {
        Table table = Table.of(COLUMNS, seen.trials());
        List<String> lines = new ArrayList<>(table.lines());
        if (!seen.note().isEmpty()) {
            lines.add(seen.note());
        }
        lines.add(
                "SO_REUSEADDR must be set on both sockets: accepted connections and TIME-WAIT inherit the first one's."
                        + " Who closes first keeps TIME-WAIT; where the client does, the server's port is free at once.");
        return new Answer(
                new Json(
                        host,
                        seen.apart(),
                        seen.note(),
                        !seen.running() && seen.failure().isEmpty(),
                        seen.trials()),
                table,
                lines);
    }

    private static String reuse(Trial trial) {
        if (trial.reuseFirst() == trial.reuseSecond()) {
            return trial.reuseFirst() ? "both" : "none";
        }
        return trial.reuseSecond() ? "second" : "first";
    }

    private static String left(Trial trial) {
        return trial.left().isEmpty()
                ? "nothing"
                : trial.left().entrySet().stream()
                        .map(one -> one.getValue() + " " + one.getKey())
                        .collect(Collectors.joining(", "));
    }

    private static String outcome(Trial trial) {
        return trial.call() == null ? trial.outcome() : trial.call() + " " + trial.outcome();
    }
}
