package io.connscale.kernel.plan;

import io.connscale.kernel.Largest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Memory of a machine, or of the control group that the processes are in: when it is used up, the kernel kills.
 *
 * @param available bytes that can be had without swapping ({@code MemAvailable}, proc(5)), or left in the control group
 * @param shares what each end that is here takes
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

    @Override
    public long allows() {
        return Largest.that(k -> needs(k) <= available, Plan.MOST);
    }

    @Override
    public String sum() {
        return Words.bytes(available) + " available, " + Words.bytes((long) needs(wanted)) + " needed, "
                + Words.bytes(Math.round(needs(wanted) / Math.max(1, wanted))) + " a connection";
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("availableBytes", available);
        numbers.put("neededBytes", (long) needs(wanted));
        return numbers;
    }

    @Override
    public String lift() {
        return "more memory, less on this machine, or the other end on another machine";
    }
}
