package io.connscale.kernel.formula;

/**
 * How large an overlay may get by one limit.
 *
 * @param host whose limit it is; empty where it was given
 * @param limit its name, {@code files} or {@code ports}
 * @param allows connections that a node may have
 * @param nodes the most nodes, {@link Formula#MAX} where they are more
 * @param connections that a node then needs
 */
public record Overlay(String host, String limit, long allows, long nodes, long connections) {
    public static Overlay of(Formula formula, String host, String limit, long allows) {
        long nodes = formula.nodes(allows);
        return new Overlay(host, limit, allows, nodes, nodes == 0 ? 0 : formula.at(nodes));
    }
}
