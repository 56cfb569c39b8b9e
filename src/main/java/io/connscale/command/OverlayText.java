package io.connscale.command;

import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.Quantity;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.limits.Formula;
import io.connscale.limits.Formula.Overlay;
import io.connscale.limits.HostEnd;
import io.connscale.limits.Observation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How large an overlay may get, as an answer.
 *
 * <pre>
 * limit  host     allows  nodes  connections a node
 * files  client1   1,024    336               1,023
 * 336 nodes: with 337 a node needs 1,026 connections, and files allow 1,024
 * </pre>
 */
final class OverlayText {
    private static final List<Column<Overlay>> COLUMNS = List.of(
            new Column<>("limit", Overlay::limit),
            new Column<>("host", Overlay::host),
            new Column<>("allows", Overlay::allows),
            new Column<>("nodes", Overlay::nodes),
            new Column<>("connections a node", Overlay::connections));

    /**
     * In JSON.
     *
     * @param limit which bounds the nodes
     */
    private record Json(String formula, long nodes, String limit, List<Overlay> limits, String verdict) {}

    private OverlayText() {}

    /** By the limits that were given. */
    static List<Overlay> given(Formula formula, @Nullable Long files, @Nullable Long ports) {
        List<Overlay> overlays = new ArrayList<>();
        if (files != null) {
            overlays.add(Overlay.of(formula, "", "files", files));
        }
        if (ports != null) {
            overlays.add(Overlay.of(formula, "", "ports", ports));
        }
        return overlays;
    }

    /** By the files and the ports of these hosts, as nodes of the overlay. */
    static List<Overlay> of(Formula formula, Observation hosts) throws CommandException {
        List<Overlay> overlays = new ArrayList<>();
        for (HostEnd host : hosts.hosts()) {
            if (host.now().knows(Fact.HARD_FILES)) {
                overlays.add(
                        Overlay.of(formula, host.name(), "files", host.now().get(Fact.HARD_FILES)));
            }
            if (host.now().ports() != Facts.UNKNOWN) {
                overlays.add(
                        Overlay.of(formula, host.name(), "ports", host.now().ports()));
            }
        }
        if (overlays.isEmpty()) {
            throw new CommandException("no limit of these hosts is known", "give one: --files 1024");
        }
        return overlays;
    }

    /** {@code overlays} has at least one. */
    static Answer answer(Formula formula, List<Overlay> overlays) {
        Overlay first =
                overlays.stream().min(Comparator.comparingLong(Overlay::nodes)).orElseThrow();
        Table table = Table.of(COLUMNS, overlays);
        List<String> lines = new ArrayList<>(table.lines());
        String verdict = verdict(formula, first);
        lines.add(verdict);
        return new Answer(new Json(formula.text(), first.nodes(), first.limit(), overlays, verdict), table, lines);
    }

    private static String verdict(Formula formula, Overlay first) {
        if (first.nodes() >= Formula.MAX) {
            return Quantity.text(Formula.MAX) + " nodes or more: no limit is met";
        }
        long next = first.nodes() + 1;
        long needs = formula.at(next);
        return "%s %s: with %s a node needs %s connections, and %s allow %s"
                .formatted(
                        Quantity.text(first.nodes()),
                        first.nodes() == 1 ? "node" : "nodes",
                        Quantity.text(next),
                        needs == Long.MAX_VALUE ? "more than any" : Quantity.text(needs),
                        first.limit(),
                        Quantity.text(first.allows()));
    }
}
