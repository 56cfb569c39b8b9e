package io.connscale.kernel.plan;

import io.connscale.kernel.Largest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Threads: those that {@code kernel.threads-max} and {@code kernel.pid_max} leave on a machine, {@code pids.max} in a control
 * group, or {@code ulimit -u} a user who is not root. A connection needs none, but each further process does.
 *
 * @param of which limit
 * @param lift what would give more
 * @param left how many more there may be
 * @param shares what each end that is here takes
 */
public record Tasks(List<String> where, long wanted, String of, String lift, long left, List<Share> shares)
        implements Limit {
    static final String NAME = "threads";

    public Tasks {
        shares = List.copyOf(shares);
    }

    static Tasks ofMachine(List<String> where, long wanted, long left, List<Share> shares) {
        String lift = "raise kernel.threads-max or kernel.pid_max, whichever is less, or " + FEWER;
        return new Tasks(where, wanted, "kernel.threads-max and kernel.pid_max", lift, left, shares);
    }

    static Tasks of(Pool pool, List<String> where, long wanted, List<Share> shares) {
        return new Tasks(where, wanted, pool.name(), pool.remedy().text() + ", or " + FEWER, pool.left(), shares);
    }

    private static final String FEWER = "more file descriptors per process, so that fewer processes are needed";

    @Override
    public String name() {
        return NAME;
    }

    private double needs(long k) {
        double part = wanted == 0 ? 0 : (double) k / wanted;
        return shares.stream().mapToDouble(share -> share.tasks(part)).sum();
    }

    @Override
    public long allows() {
        return Largest.that(k -> needs(k) <= left, Plan.MAX);
    }

    @Override
    public String sum() {
        return Words.number(left) + " left of " + of + ", " + Words.number((long) needs(wanted)) + " needed";
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("of", of);
        numbers.put("left", left);
        numbers.put("needed", (long) needs(wanted));
        return numbers;
    }
}
