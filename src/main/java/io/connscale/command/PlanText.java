package io.connscale.command;

import io.connscale.console.Answer;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.Quantity;
import io.connscale.kernel.plan.Limit;
import io.connscale.kernel.plan.Plan;
import io.connscale.kernel.plan.SynQueue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private static final List<Column<Limit>> COLUMNS = List.of(
            new Column<>("limit", Limit::name),
            new Column<>("host", PlanText::where),
            new Column<>("limits at", limit -> limit.known() ? limit.allows() : "unknown"),
            new Column<>("asked", Limit::wanted),
            new Column<>("calculation", Limit::sum));

    private PlanText() {}

    /** @param queue the server's, where it has no cookies */
    static Answer answer(Plan plan, Optional<SynQueue> queue) {
        Table table = Table.of(COLUMNS, plan.limits());
        List<String> lines = new ArrayList<>(table.lines());
        lines.add(verdict(plan));
        plan.first().ifPresent(limit -> lines.add("  " + limit.lift()));
        queue.flatMap(SynQueue::text).ifPresent(text -> {
            lines.add(text);
            lines.add("  " + queue.get().lift());
        });
        Map<String, Object> json = json(plan);
        queue.ifPresent(handshakes -> json.put("synQueue", handshakes.numbers()));
        return new Answer(json, table, lines);
    }

    /** {@code 10,000 fit}, or {@code stops at 28,232 on client1: 4-tuples, 1 source × …}. */
    static String verdict(Plan plan) {
        return plan.first()
                .map(limit -> "stops at %s on %s: %s, %s"
                        .formatted(Quantity.text(limit.allows()), where(limit), limit.name(), limit.sum()))
                .orElseGet(() -> Quantity.text(plan.wanted()) + " fit" + asFarAsKnown(plan));
    }

    private static String asFarAsKnown(Plan plan) {
        return plan.unknown().isEmpty()
                ? ""
                : " as far as is known; unknown: "
                        + plan.unknown().stream()
                                .map(limit -> limit.name() + " on " + where(limit))
                                .collect(Collectors.joining(", "));
    }

    private static String where(Limit limit) {
        return String.join(", ", limit.where());
    }

    private static Map<String, Object> json(Plan plan) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("wanted", plan.wanted());
        boolean known = plan.unknown().isEmpty();
        json.put("fits", plan.first().isPresent() ? (Boolean) false : known ? true : null);
        plan.first().ifPresent(limit -> json.put("first", json(limit)));
        json.put("limits", plan.limits().stream().map(PlanText::json).toList());
        json.put("verdict", verdict(plan));
        return json;
    }

    private static Map<String, Object> json(Limit limit) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("limit", limit.name());
        json.put("hosts", limit.where());
        json.put("allows", limit.known() ? limit.allows() : null);
        json.put("wanted", limit.wanted());
        json.putAll(limit.numbers());
        json.put("lift", limit.lift());
        return json;
    }
}
