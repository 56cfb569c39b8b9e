package io.connscale.command;

import io.connscale.console.Answer;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.Quantity;
import io.connscale.limits.Allowance;
import io.connscale.limits.End;
import io.connscale.limits.Plan;
import io.connscale.limits.ServerEnd;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A plan as an answer.
 *
 * <pre>
 * limit     host     limits at   asked  calculation
 * 4-tuples  client1  28,232  30,000  1 source × 1 server port × 28,232 ports
 * stops at 28,232 on client1: 4-tuples, 1 source × 1 server port × 28,232 ports
 *   server: {ports: …} with 2 ports, more source addresses …
 * </pre>
 */
final class PlanText {
    private static final List<Column<Allowance>> COLUMNS = List.of(
            new Column<>("limit", Allowance::limit),
            new Column<>("host", Allowance::names),
            new Column<>("limits at", row -> row.known() ? row.allows() : "unknown"),
            new Column<>("asked", Allowance::wanted),
            new Column<>("calculation", Allowance::calculation));

    private PlanText() {}

    static Answer answer(Plan plan) {
        Table table = Table.of(COLUMNS, plan.allowances());
        List<String> lines = new ArrayList<>(table.lines());
        lines.add(verdict(plan));
        plan.first().ifPresent(row -> lines.add("  " + row.fix()));
        Map<String, Object> json = json(plan);
        plan.paces().forEach(pace -> {
            if (!pace.text().isEmpty()) {
                lines.add(pace.text());
                lines.add("  " + pace.fix());
            }
            json.put(pace.name(), pace.numbers());
        });
        return new Answer(json, table, lines);
    }

    /** {@code 10,000 fit}, or {@code stops at 28,232 on client1: 4-tuples, 1 source × …}. */
    static String verdict(Plan plan) {
        return plan.first()
                .map(row -> "stops at %s on %s: %s, %s"
                        .formatted(Quantity.text(row.allows()), row.names(), row.limit(), row.calculation()))
                .orElseGet(() -> Quantity.text(plan.wanted()) + " fit" + asFarAsKnown(plan));
    }

    private static String asFarAsKnown(Plan plan) {
        return plan.unknown().isEmpty()
                ? ""
                : " as far as is known; unknown: "
                        + plan.unknown().stream()
                                .map(row -> row.limit() + " on " + row.names())
                                .collect(Collectors.joining(", "));
    }

    /** {@code client1, server}. */

    private static Map<String, Object> json(Plan plan) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("wanted", plan.wanted());
        boolean known = plan.unknown().isEmpty();
        json.put("fits", plan.first().isPresent() ? (Boolean) false : known ? true : null);
        plan.first().ifPresent(row -> json.put("first", json(row)));
        json.put("limits", plan.allowances().stream().map(PlanText::json).toList());
        json.put("verdict", verdict(plan));
        return json;
    }

    private static Map<String, Object> json(Allowance row) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("limit", row.limit());
        json.put("hosts", row.where().stream().map(End::name).toList());
        json.put("allows", row.known() ? row.allows() : null);
        json.put("wanted", row.wanted());
        json.put("atServer", row.where().stream().anyMatch(ServerEnd.class::isInstance)); // a host may be called so
        json.putAll(row.numbers());
        json.put("lift", row.fix());
        return json;
    }
}
