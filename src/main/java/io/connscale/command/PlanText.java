package io.connscale.command;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonInclude;
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
import org.jspecify.annotations.Nullable;

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

    /**
     * In JSON.
     *
     * @param fits null: as far as is known, and something is unknown
     * @param first the limit that is reached first; left out where all fit
     * @param paces each under its own name
     */
    private record Json(
            long wanted,
            @Nullable Boolean fits,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Row first,

            List<Row> limits,
            String verdict,
            @JsonAnyGetter Map<String, Map<String, @Nullable Object>> paces) {
        static Json of(Plan plan) {
            Map<String, Map<String, @Nullable Object>> paces = new LinkedHashMap<>();
            plan.paces().forEach(pace -> paces.put(pace.name(), pace.numbers()));
            Boolean known = plan.unknown().isEmpty() ? true : null;
            return new Json(
                    plan.wanted(),
                    plan.first().isPresent() ? Boolean.FALSE : known,
                    plan.first().map(Row::of).orElse(null),
                    plan.allowances().stream().map(Row::of).toList(),
                    PlanText.verdict(plan),
                    paces);
        }
    }

    /**
     * A limit.
     *
     * @param hosts those that share it, {@code server} among them where it is one of them
     * @param allows null: unknown
     * @param atServer whether the server is one of them: a host may be called so
     * @param numbers of the calculation, each under its own name
     */
    private record Row(
            String limit,
            List<String> hosts,
            @Nullable Long allows,
            long wanted,
            boolean atServer,
            @JsonAnyGetter Map<String, Object> numbers,
            String lift) {
        static Row of(Allowance row) {
            return new Row(
                    row.limit(),
                    row.where().stream().map(End::name).toList(),
                    row.known() ? (Long) row.allows() : null,
                    row.wanted(),
                    row.where().stream().anyMatch(ServerEnd.class::isInstance),
                    row.numbers(),
                    row.fix());
        }
    }

    private PlanText() {}

    static Answer answer(Plan plan) {
        Table table = Table.of(COLUMNS, plan.allowances());
        List<String> lines = new ArrayList<>(table.lines());
        lines.add(verdict(plan));
        plan.first().ifPresent(row -> lines.add("  " + row.fix()));
        plan.paces().stream().filter(pace -> !pace.text().isEmpty()).forEach(pace -> {
            lines.add(pace.text());
            lines.add("  " + pace.fix());
        });
        return new Answer(Json.of(plan), table, lines);
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
}
