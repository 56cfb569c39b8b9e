package io.connscale.command;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.connscale.console.Answer;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.NameRanges;
import io.connscale.control.Quantity;
import io.connscale.limits.Allowance;
import io.connscale.limits.End;
import io.connscale.limits.Plan;
import io.connscale.limits.ServerEnd;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.function.ToLongFunction;
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
            new Column<>("host", PlanText::names),
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

    /**
     * A limit of many hosts, on the screen.
     *
     * @param rows of the same name, at least one; the tightest is the one that is told of
     */
    private record Limit(List<Allowance> rows) {
        private static final List<Column<Limit>> COLUMNS = List.of(
                new Column<>("limit", limit -> limit.tightest().limit()),
                new Column<>("host", limit -> NameRanges.shown(limit.names())),
                new Column<>("hosts", limit -> limit.names().size()),
                new Column<>("limits at", Limit::allows),
                new Column<>("asked", limit -> limit.range(Allowance::wanted)),
                new Column<>("calculation", Limit::calculation));

        /** Those that are reached first. */
        static Table table(List<Allowance> all) {
            Map<String, List<Allowance>> byName = new LinkedHashMap<>();
            all.forEach(row -> byName.computeIfAbsent(row.limit(), name -> new ArrayList<>())
                    .add(row));
            return Table.of(
                    COLUMNS,
                    byName.values().stream()
                            .map(Limit::new)
                            .sorted(Comparator.comparing(limit -> !limit.isReached()))
                            .toList());
        }

        private Allowance tightest() {
            return rows.stream()
                    .min(Comparator.comparingDouble(Allowance::part))
                    .orElseThrow();
        }

        private boolean isReached() {
            return tightest().part() < 1;
        }

        private List<String> names() {
            return rows.stream()
                    .flatMap(row -> row.where().stream())
                    .map(End::name)
                    .distinct()
                    .toList();
        }

        private Object allows() {
            return rows.stream().allMatch(Allowance::known) ? range(Allowance::allows) : "unknown";
        }

        private Object range(ToLongFunction<Allowance> of) {
            LongSummaryStatistics all = rows.stream().mapToLong(of).summaryStatistics();
            return all.getMin() == all.getMax()
                    ? (Object) all.getMin()
                    : Quantity.text(all.getMin()) + "–" + Quantity.text(all.getMax());
        }

        private String calculation() {
            boolean alike = rows.stream().map(Allowance::calculation).distinct().count() == 1;
            return (alike ? "" : PlanText.names(tightest()) + ": ") + tightest().calculation();
        }
    }

    private PlanText() {}

    static Answer answer(Plan plan) {
        Table table = Table.of(COLUMNS, plan.allowances());
        long ends = plan.allowances().stream()
                .flatMap(row -> row.where().stream())
                .distinct()
                .count();
        List<String> lines = new ArrayList<>(
                ends > NameRanges.FEW ? Limit.table(plan.allowances()).lines() : table.lines());
        lines.add(verdict(plan));
        plan.first().ifPresent(row -> lines.add("  " + row.fix()));
        plan.paces().stream().filter(pace -> !pace.text().isEmpty()).forEach(pace -> {
            lines.add(pace.text());
            lines.add("  " + pace.fix());
        });
        return new Answer(Json.of(plan), table, lines);
    }

    /** {@code client1, server}; many in short. */
    private static String names(Allowance row) {
        return row.where().size() <= NameRanges.FEW
                ? row.names()
                : NameRanges.shown(row.where().stream().map(End::name).toList());
    }

    /** {@code 10,000 fit}, or {@code stops at 28,232 on client1: 4-tuples, 1 source × …}. */
    static String verdict(Plan plan) {
        return plan.first()
                .map(row -> "stops at %s on %s: %s, %s"
                        .formatted(Quantity.text(row.allows()), names(row), row.limit(), row.calculation()))
                .orElseGet(() -> Quantity.text(plan.wanted()) + " fit" + asFarAsKnown(plan));
    }

    private static String asFarAsKnown(Plan plan) {
        return plan.unknown().isEmpty() ? "" : " as far as is known; unknown: " + unknown(plan.unknown());
    }

    private static String unknown(List<Allowance> rows) {
        Map<String, List<String>> byLimit = new LinkedHashMap<>();
        rows.forEach(row -> byLimit.computeIfAbsent(row.limit(), limit -> new ArrayList<>())
                .addAll(row.where().stream().map(End::name).toList()));
        return rows.size() <= NameRanges.FEW
                ? rows.stream().map(row -> row.limit() + " on " + names(row)).collect(Collectors.joining(", "))
                : byLimit.entrySet().stream()
                        .map(one -> one.getKey() + " on " + NameRanges.shown(one.getValue()))
                        .collect(Collectors.joining(", "));
    }
}
