package io.connscale.kernel.plan;

import io.connscale.kernel.Largest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Memory of a machine, or of the control group that the processes are in: when it is used up, the kernel kills.
 *
 * @param available bytes that can be had without swapping ({@code MemAvailable}, proc(5)), or left in the control group
 * @param shares what each end that is here takes, in the order of {@code where}
 */
public record Memory(List<String> where, long wanted, long available, List<Share> shares) implements Limit {
    public Memory {
        shares = List.copyOf(shares);
    }

    @Override
    public String name() {
        return "memory";
    }

    /** What {@code k} of the wanted connections take here, bytes. */
    double needs(long k) {
        double part = wanted == 0 ? 0 : (double) k / wanted;
        return shares.stream().mapToDouble(share -> share.bytes(part)).sum();
    }

    /**
     * What they take where other limits stop them first, bytes.
     *
     * @param most how many more connections an end, by its name, can come to have
     */
    double needs(ToLongFunction<String> most) {
        double needs = 0;
        for (int i = 0; i < shares.size(); i++) {
            Share share = shares.get(i);
            double can = Math.min(share.wanted(), most.applyAsLong(where.get(i)));
            needs += share.wanted() == 0 ? 0 : share.bytes(can / share.wanted());
        }
        return needs;
    }

    @Override
    public long allows() {
        return Largest.that(k -> needs(k) <= available, Plan.MOST);
    }

    @Override
    public String sum() {
        return Words.bytes(available) + " available, " + Words.bytes((long) needs(wanted)) + " needed: "
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
        numbers.put("availableBytes", available);
        numbers.put("neededBytes", (long) needs(wanted));
        numbers.put("bytesPerConnection", each());
        return numbers;
    }

    @Override
    public String lift() {
        return "more memory, less on this machine, or the other end on another machine";
    }
}
