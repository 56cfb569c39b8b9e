package io.connscale.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads {@link Facts} of this process, its network namespace and its machine from {@code /proc} and {@code /sys}. Takes
 * milliseconds; what can't be read is left out.
 */
public final class FactsReader {
    /** Sockets looked at to count handshakes; with more the number is of a part, and reading on would take seconds. */
    private static final long MOST_SOCKETS = 200_000;

    private final Path proc;
    private final Path sys;

    public FactsReader() {
        this(Path.of("/proc"), Path.of("/sys"));
    }

    FactsReader(Path proc, Path sys) {
        this.proc = proc;
        this.sys = sys;
    }

    /** The facts now. */
    public Facts read() {
        return read(false);
    }

    /**
     * The facts now.
     *
     * @param handshakes whether to count those that are not finished, too, which takes up to a second with many sockets
     */
    public Facts read(boolean handshakes) {
        SpareFile.give();
        try {
            return facts(handshakes);
        } finally {
            SpareFile.take();
        }
    }

    /**
     * The facts now, and what the kernel says of the routes from some sources to some targets; takes up to a second with many
     * sockets.
     *
     * @param targets {@code host:port}
     * @param sources addresses; none: the kernel chooses
     */
    public Facts read(List<String> targets, List<String> sources) {
        return read(false).with(Routes.read(proc, targets, sources));
    }

    /** One file at a time: there may be one descriptor only. */
    private Facts facts(boolean handshakes) {
        Map<String, Long> found = new HashMap<>();
        found.putAll(sysctls());
        found.putAll(Tables.pairs(proc.resolve("net/snmp")));
        found.putAll(Tables.pairs(proc.resolve("net/netstat")));
        found.putAll(Tables.sockstat(proc.resolve("net/sockstat")));
        found.putAll(Tables.sockstat(proc.resolve("net/sockstat6")));
        found.putAll(Tables.conntrack(proc.resolve("net/stat/nf_conntrack")));
        found.putAll(Tables.meminfo(proc.resolve("meminfo")));
        found.putAll(Tables.limits(proc.resolve("self/limits")));
        Cgroup cgroup = new Cgroup(sys.resolve("fs/cgroup"), ProcFiles.lines(proc.resolve("self/cgroup")));
        found.putAll(cgroup.values());
        found.putAll(Threads.read(proc));
        found.put(Fact.CPUS.kernelName(), (long) Runtime.getRuntime().availableProcessors());
        found.putAll(Tables.vmstat(proc.resolve("vmstat")));
        found.putAll(new LoopTimes(proc.resolve("self/task")).read());
        openFiles(found);
        uptime(found);
        if (handshakes) {
            found.put(Fact.SYN_RECEIVED.kernelName(), synReceived());
        }
        return new Facts(
                known(found),
                listening(),
                ProcFiles.line(proc.resolve("sys/kernel/random/boot_id")),
                network(),
                ProcFiles.line(sys.resolve("devices/system/clocksource/clocksource0/current_clocksource")),
                cgroup.groups(),
                null);
    }

    /** Without what a table says besides, and without what is unknown. */
    private static SortedMap<String, Long> known(Map<String, Long> found) {
        SortedMap<String, Long> known = new TreeMap<>();
        for (Fact fact : Fact.values()) {
            Long value = found.get(fact.kernelName());
            if (value != null && value >= 0) {
                known.put(fact.kernelName(), value);
            }
        }
        return known;
    }

    private Map<String, Long> sysctls() {
        Map<String, Long> values = new HashMap<>();
        for (Fact fact : Fact.values()) {
            String name = fact.kernelName();
            int column = name.endsWith("]") ? name.charAt(name.length() - 2) - '0' : 0;
            Path file = proc.resolve("sys").resolve(fact.setting().replace('.', '/'));
            ProcFiles.number(file, column).ifPresent(value -> values.put(name, value));
        }
        long first = values.getOrDefault(Fact.FIRST_PORT.kernelName(), Facts.UNKNOWN);
        long last = values.getOrDefault(Fact.LAST_PORT.kernelName(), Facts.UNKNOWN);
        values.put(Fact.RESERVED_PORTS.kernelName(), LimitsReader.reservedPorts(proc, first, last));
        return values;
    }

    private void openFiles(Map<String, Long> found) {
        try {
            long open = Files.size(proc.resolve("self/fd"));
            if (open > 0) {
                found.put(Fact.OPEN_FILES.kernelName(), open);
            }
        } catch (IOException e) {
            found.remove(Fact.OPEN_FILES.kernelName()); // unknown
        }
    }

    /** Seconds with two digits after the point. */
    private void uptime(Map<String, Long> found) {
        String[] words = ProcFiles.line(proc.resolve("uptime")).split("[. ]", -1);
        if (words.length > 2) {
            ProcFiles.number(words[0] + words[1]).ifPresent(n -> found.put(Fact.UPTIME.kernelName(), n * 10));
        }
    }

    private List<AcceptQueue> listening() {
        List<AcceptQueue> all = new ArrayList<>(TcpTable.listening(proc.resolve("net/tcp")));
        all.addAll(TcpTable.listening(proc.resolve("net/tcp6")));
        return all;
    }

    private long synReceived() {
        long four = TcpTable.synReceived(proc.resolve("net/tcp"), MOST_SOCKETS);
        long six = TcpTable.synReceived(proc.resolve("net/tcp6"), MOST_SOCKETS);
        return four < 0 ? six : four + Math.max(0, six);
    }

    private String network() {
        try {
            return Files.readSymbolicLink(proc.resolve("self/ns/net")).toString();
        } catch (IOException e) {
            return "";
        }
    }
}
