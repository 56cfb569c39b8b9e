package io.connscale.kernel.plan;

import java.util.List;
import java.util.Map;

/**
 * A limit that is there and could not be read: a container may hide parts of {@code /proc}. It may stop connections as well as
 * a known one, so it is said.
 *
 * @param file what could not be read
 */
public record Unread(String name, List<String> where, long wanted, String file) implements Limit {
    @Override
    public boolean known() {
        return false;
    }

    /** As far as is known. */
    @Override
    public long allows() {
        return Plan.MAX;
    }

    @Override
    public double part() {
        return Double.POSITIVE_INFINITY;
    }

    @Override
    public String sum() {
        return "not known: " + file + " can't be read there";
    }

    @Override
    public Map<String, Object> numbers() {
        return Map.of("unread", file);
    }

    @Override
    public String lift() {
        return "mount /proc there without subset=pid, so that it can be read";
    }
}
