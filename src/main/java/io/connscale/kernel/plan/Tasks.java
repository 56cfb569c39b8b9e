package io.connscale.kernel.plan;

import io.connscale.kernel.Largest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Threads and processes of a machine: the least left of {@code kernel.threads-max}, {@code kernel.pid_max}, {@code ulimit -u}
 * and the control group's {@code pids.max}. A connection needs none, but each further process does.
 *
 * @param left how many more there may be
 * @param shares what each end that is here takes
 */
public record Tasks(List<String> where, long wanted, long left, List<Share> shares) implements Limit {
    public Tasks {
        shares = List.copyOf(shares);
    }

    @Override
    public String name() {
        return "threads";
    }

    private double needs(long k) {
        double part = wanted == 0 ? 0 : (double) k / wanted;
        return shares.stream().mapToDouble(share -> share.tasks(part)).sum();
    }

    @Override
    public long allows() {
        return Largest.that(k -> needs(k) <= left, Plan.MOST);
    }

    @Override
    public String sum() {
        return Words.number(left) + " left, " + Words.number((long) needs(wanted)) + " needed";
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("left", left);
        numbers.put("needed", (long) needs(wanted));
        return numbers;
    }

    @Override
    public String lift() {
        return "more files a process, so that fewer are needed; or raise ulimit -u, kernel.pid_max, kernel.threads-max or the "
                + "control group's pids.max, whichever is least";
    }
}
