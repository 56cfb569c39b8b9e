package io.connscale.kernel.plan;

import io.connscale.kernel.Remedy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A connection is a descriptor, and a process may have so many ({@code RLIMIT_NOFILE}, getrlimit(2)); beyond,
 * {@code connect} and {@code accept} fail with {@code EMFILE}.
 *
 * @param end the agent's processes or the server's
 */
public record ProcessFiles(List<String> where, long wanted, Processes end) implements Limit {
    private static final long ENOUGH = 1 << 20;

    @Override
    public String name() {
        return "files";
    }

    @Override
    public long allows() {
        return Math.max(0, end.all() - end.held());
    }

    @Override
    public String sum() {
        String each = Words.number(end.files()) + " files − " + end.own().files() + " of its own";
        return (end.max() == 1 ? each : Words.number(end.max()) + " processes × (" + each + ")")
                + (end.held() == 0 ? "" : " − " + Words.number(end.held()) + " open already");
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("filesPerProcess", end.files());
        numbers.put("ownFiles", end.own().files());
        numbers.put("processes", end.max());
        numbers.put("held", end.held());
        return numbers;
    }

    @Override
    public String lift() {
        return Remedy.files(ENOUGH).text()
                + ", above fs.nr_open raise that first; or more processes (workers: in hosts.yaml)";
    }
}
