package io.connscale.kernel.plan;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All processes of a machine together may have {@code fs.file-max} files open (proc(5)); beyond, {@code ENFILE}. The kernel
 * lets processes with {@code CAP_SYS_ADMIN} go beyond it.
 *
 * @param free {@code fs.file-max} less those in use
 * @param perConnection 2 where both ends are on this machine
 */
public record MachineFiles(List<String> where, long wanted, long free, double perConnection) implements Limit {
    static final String NAME = "machine's files";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public long allows() {
        return (long) (free / perConnection);
    }

    @Override
    public String sum() {
        return Words.number(free) + " free of fs.file-max, with CAP_SYS_ADMIN more"
                + (perConnection > 1 ? ", both ends are here" : "");
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("free", free);
        numbers.put("perConnection", perConnection);
        return numbers;
    }

    @Override
    public String lift() {
        long enough = (long) Math.ceil(wanted * perConnection) + 100_000;
        return "sysctl -w fs.file-max=" + enough + " (for good: a file in /etc/sysctl.d)";
    }
}
