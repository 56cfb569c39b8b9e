package io.connscale.kernel.plan;

import io.connscale.kernel.Largest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Memory of a machine, or of a control group that processes are in: when it is used up, the kernel kills.
 *
 * @param group the control group; empty for the machine
 * @param lift what would give more
 * @param available bytes that can be had without swapping ({@code MemAvailable}, proc(5)), or left in the control group
 * @param shares what each end that is here takes, in the order of {@code where}
 */
public record Memory(List<String> where, long wanted, String group, String lift, long available, List<Share> shares)
        implements Limit {
    static final String NAME = "memory";

    public Memory {
        shares = List.copyOf(shares);
    }

    static Memory ofMachine(List<String> where, long wanted, long available, List<Share> shares) {
        String lift = "more memory, less on this machine, or the other end on another machine";
        return new Memory(where, wanted, "", lift, available, shares);
    }

    static Memory of(Pool pool, List<String> where, long wanted, List<Share> shares) {
        return new Memory(where, wanted, pool.name(), pool.remedy().text(), pool.left(), shares);
    }

    @Override
    public String name() {
        return NAME;
    }

    /** What {@code k} of the wanted connections take here, bytes. */
    double needs(long k) {
        double part = wanted == 0 ? 0 : (double) k / wanted;
        return shares.stream().mapToDouble(share -> share.bytes(part)).sum();
    }

    /**
     * What they take where other limits stop them first, bytes.
     *
     * @param max how many more connections an end, by its name, can come to have
     */
    double needs(ToLongFunction<String> max) {
        double needs = 0;
        for (int i = 0; i < shares.size(); i++) {
            Share share = shares.get(i);
            double can = Math.min(share.wanted(), max.applyAsLong(where.get(i)));
            needs += share.wanted() == 0 ? 0 : share.bytes(can / share.wanted());
        }
        return needs;
    }

    @Override
    public long allows() {
        return Largest.that(k -> needs(k) <= available, Plan.MAX);
    }

    @Override
    public String sum() {
        return Words.bytes(available) + " available" + (group.isEmpty() ? "" : " in " + group) + ", "
                + Words.bytes((long) needs(wanted)) + " needed: "
                + Words.bytes(each()) + " a connection, "
                + Words.bytes(shares.stream()
                        .mapToLong(share -> share.processes().own().bytes())
                        .max()
                        .orElse(0))
                + " a further process";
    }

    /** Bytes that a connection takes, apart from the processes that are started for it. */
    private long each() {
        double all = shares.stream()
                .mapToDouble(share -> (double) share.wanted() * share.bytesEach())
                .sum();
        return Math.round(all / Math.max(1, wanted));
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> numbers = new LinkedHashMap<>();
        if (!group.isEmpty()) {
            numbers.put("group", group);
        }
        numbers.put("availableBytes", available);
        numbers.put("neededBytes", (long) needs(wanted));
        numbers.put("bytesPerConnection", each());
        return numbers;
    }
}
