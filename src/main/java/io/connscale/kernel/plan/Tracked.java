package io.connscale.kernel.plan;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a firewall tracks connections, the table has {@code nf_conntrack_max} entries, one for each; when it is full, packets
 * of new ones are dropped, and connect(2) waits until it gives up.
 *
 * @param max entries that there may be
 * @param used entries that there are
 */
public record Tracked(List<String> where, long wanted, long max, long used) implements Limit {
    @Override
    public String name() {
        return "conntrack";
    }

    @Override
    public long allows() {
        return Math.max(0, max - used);
    }

    @Override
    public String sum() {
        return Words.number(max) + " entries − " + Words.number(used) + " in use";
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("max", max);
        numbers.put("used", used);
        return numbers;
    }

    @Override
    public String lift() {
        return "sysctl -w net.netfilter.nf_conntrack_max=" + (wanted + used + 10_000)
                + ", or leave these connections untracked (nft: notrack)";
    }
}
