package io.connscale.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@link Facts} of this process, its network namespace and its machine from {@code /proc} and {@code /sys}. Takes
 * milliseconds; what can't be read is left out.
 */
public final class FactsReader {
    /** With more sockets than this, those that listen are asked for: the native library for it takes a tenth of a second, once. */
    private static final long MANY = 30_000;

    /** All sockets are counted within this time, a few millions, or their number is unknown. */
    private static final long COUNTED_WITHIN = TimeUnit.MILLISECONDS.toNanos(2_000);
    /** So long processes are searched for who listens. */
    private static final long FOUND_WITHIN = TimeUnit.MILLISECONDS.toNanos(300);

    private final Path proc;
    private final Path sys;
    /** The process that is read: {@code /proc/self}, or another one's folder. */
    private final Path self;

    private final long countedWithin;
    private final Evidence evidence;

    /** Of this process and its machine. What tells of an overflow stays open, so that it can be read when no descriptor is left. */
    public FactsReader() {
        this(Path.of("/proc"), Path.of("/sys"), Path.of("/proc/self"), COUNTED_WITHIN, Evidence.OF_THIS_PROCESS);
    }

    /** @param countedWithin ns that counting all sockets may take */
    FactsReader(Path proc, Path sys, long countedWithin) {
        this(proc, sys, proc.resolve("self"), countedWithin, new Evidence(proc));
    }

    private FactsReader(Path proc, Path sys, Path self, long countedWithin, Evidence evidence) {
        this.proc = proc;
        this.sys = sys;
        this.self = self;
        this.countedWithin = countedWithin;
        this.evidence = evidence;
    }

    /**
     * The files that say that a server is out of descriptors: above all they are wanted when no file can be opened. A server with
     * connections in its accept queue takes each descriptor that becomes free, and {@link ProcFiles.SpareFile}'s too.
     */
    private static final class Evidence {
        static final Evidence OF_THIS_PROCESS = new Evidence(Path.of("/proc"));
        private static final int COUNTERS = 16 << 10;

        private final Path folder;
        private final Map<String, ProcFiles.HeldFile> held;

        Evidence(Path folder, Map<String, ProcFiles.HeldFile> held) {
            this.folder = folder;
            this.held = held;
        }

        Evidence(Path proc) {
            folder = proc.resolve("net");
            held = Map.of(
                    "snmp", new ProcFiles.HeldFile(folder.resolve("snmp"), COUNTERS),
                    "netstat", new ProcFiles.HeldFile(folder.resolve("netstat"), COUNTERS),
                    "tcp", new ProcFiles.HeldFile(folder.resolve("tcp"), TcpTable.BEGINNING),
                    "tcp6", new ProcFiles.HeldFile(folder.resolve("tcp6"), TcpTable.BEGINNING));
        }

        private String text(String file) {
            ProcFiles.HeldFile open = held.get(file);
            return open == null ? "" : open.read();
        }

        List<String> counters(String file) {
            String text = text(file);
            return text.isEmpty()
                    ? ProcFiles.lines(folder.resolve(file))
                    : text.lines().map(String::strip).toList();
        }

        Optional<List<TcpTable.Listener>> listening(String file) {
            Optional<List<TcpTable.Listener>> found = TcpTable.listening(text(file));
            return found.isPresent() ? found : TcpTable.listening(folder.resolve(file));
        }
    }

    /** Whether a process of this machine is stopped (state T, proc(5)), by a signal or a debugger: it says nothing until it goes on. */
    public static boolean isStopped(long pid) {
        return isStopped(Path.of("/proc"), Long.toString(pid));
    }

    /**
     * Of another process of this machine, its control groups and its network namespace. What {@code sysctl} says of networks is of
     * this process's namespace, and so it is left out where the other one is in another.
     *
     * @param process its folder in {@code /proc}
     */
    static Facts of(Path proc, Path sys, Path process) {
        FactsReader reader =
                new FactsReader(proc, sys, process, COUNTED_WITHIN, new Evidence(process.resolve("net"), Map.of()));
        Facts facts = reader.facts(Facts.Depth.LISTENERS);
        if (facts.network().equals(network(proc.resolve("self")))) {
            return facts;
        }
        SortedMap<String, Long> known = new TreeMap<>(facts.values());
        known.keySet().removeIf(name -> name.startsWith("net."));
        return new Facts(
                known,
                facts.listening(),
                facts.machine(),
                facts.network(),
                facts.clock(),
                facts.groups(),
                facts.routes(),
                facts.quotas());
    }

    /** The machine's, and what the control groups say that a process was in which is gone. */
    static Facts ofGroups(Path proc, Path sys, List<String> membership) {
        Cgroup cgroup = new Cgroup(sys.resolve("fs/cgroup"), membership);
        Map<String, Long> found = new HashMap<>(cgroup.values());
        found.putAll(Tables.vmstat(proc.resolve("vmstat")));
        return new Facts(
                known(found),
                null,
                ProcFiles.line(proc.resolve("sys/kernel/random/boot_id")),
                "",
                "",
                cgroup.groups(),
                null,
                cgroup.quotas());
    }

    /** The facts now, with the listening sockets. */
    public Facts read() {
        return read(Facts.Depth.LISTENERS);
    }

    /** The facts now. */
    public Facts read(Facts.Depth depth) {
        ProcFiles.SpareFile.give();
        try {
            return facts(depth);
        } finally {
            ProcFiles.SpareFile.take();
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
        return read().with(Routes.read(proc, targets, sources));
    }

    /** One file at a time: there may be one descriptor only. */
    private Facts facts(Facts.Depth depth) {
        boolean thorough = depth == Facts.Depth.SOCKETS;
        Map<String, Long> found = new HashMap<>();
        found.putAll(sysctls());
        found.putAll(Tables.pairs(evidence.counters("snmp")));
        found.putAll(Tables.pairs(evidence.counters("netstat")));
        found.putAll(Tables.sockstat(evidence.folder.resolve("sockstat")));
        found.putAll(Tables.sockstat(evidence.folder.resolve("sockstat6")));
        found.putAll(Tables.conntrack(evidence.folder.resolve("stat/nf_conntrack")));
        found.putAll(Tables.meminfo(proc.resolve("meminfo")));
        found.putAll(Tables.limits(self.resolve("limits")));
        Cgroup cgroup = new Cgroup(sys.resolve("fs/cgroup"), ProcFiles.lines(self.resolve("cgroup")));
        found.putAll(cgroup.values());
        found.putAll(ThreadCounts.read(proc, self));
        found.put(Fact.CPUS.kernelName(), (long) Runtime.getRuntime().availableProcessors());
        found.putAll(Tables.vmstat(proc.resolve("vmstat")));
        found.putAll(ThreadCounts.loops(self.resolve("task")));
        found.put(Fact.PID.kernelName(), pid());
        stoppedChild().ifPresent(pid -> found.put(Fact.STOPPED_CHILD.kernelName(), pid));
        openFiles(found);
        uptime(found);
        Optional<TcpTable.Counts> counts = thorough ? counts() : Optional.empty();
        counts.ifPresent(all -> found.put(Fact.SYN_RECEIVED.kernelName(), all.synReceived()));
        List<TcpTable.Listener> listeners =
                depth == Facts.Depth.VALUES ? null : listeners(found.getOrDefault(Fact.SOCKETS.kernelName(), 0L));
        return new Facts(
                known(found),
                listeners == null ? null : listening(listeners, thorough, counts),
                ProcFiles.line(proc.resolve("sys/kernel/random/boot_id")),
                network(self),
                ProcFiles.line(sys.resolve("devices/system/clocksource/clocksource0/current_clocksource")),
                cgroup.groups(),
                null,
                cgroup.quotas());
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
            if (!fact.isSetting()) {
                continue; // a file that is not there takes longer than one that is
            }
            String name = fact.kernelName();
            int column = name.endsWith("]") ? name.charAt(name.length() - 2) - '0' : 0;
            Path file = proc.resolve("sys").resolve(fact.setting().replace('.', '/'));
            ProcFiles.number(file, column).ifPresent(value -> values.put(name, value));
        }
        long first = values.getOrDefault(Fact.FIRST_PORT.kernelName(), Facts.UNKNOWN);
        long last = values.getOrDefault(Fact.LAST_PORT.kernelName(), Facts.UNKNOWN);
        values.put(Fact.RESERVED_PORTS.kernelName(), Limits.reservedPorts(proc, first, last));
        return values;
    }

    private long pid() {
        return self.endsWith("self")
                ? ProcessHandle.current().pid()
                : Long.parseLong(self.getFileName().toString());
    }

    /** The kernel lists the children of each thread that has started some. */
    private Optional<Long> stoppedChild() {
        try (Stream<Path> threads = Files.list(self.resolve("task"))) {
            return threads.flatMap(thread ->
                            Stream.of(ProcFiles.line(thread.resolve("children")).split(" ", -1)))
                    .filter(pid -> !pid.isEmpty() && isStopped(proc, pid))
                    .map(Long::valueOf)
                    .findFirst();
        } catch (IOException | UncheckedIOException e) {
            return Optional.empty();
        }
    }

    /** {@code 123 (java) T 1 …}; a name may have blanks and parentheses. */
    private static boolean isStopped(Path proc, String pid) {
        String stat = ProcFiles.line(proc.resolve(pid).resolve("stat"));
        return stat.startsWith(") T ", stat.lastIndexOf(')'));
    }

    private void openFiles(Map<String, Long> found) {
        try {
            long open = Files.size(self.resolve("fd"));
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

    /** Null where it is unknown: without one of the two tables those of the other are not all. */
    private @Nullable List<TcpTable.Listener> listeners(long sockets) {
        if (!Files.exists(evidence.folder.resolve("tcp"))) {
            return null; // hidden, or no such system
        }
        if (sockets > MANY && evidence == Evidence.OF_THIS_PROCESS) {
            Optional<List<TcpTable.Listener>> told = SocketDiag.listening();
            if (told.isPresent()) {
                return told.get();
            }
        }
        Optional<List<TcpTable.Listener>> four = evidence.listening("tcp");
        Optional<List<TcpTable.Listener>> six = evidence.listening("tcp6");
        return four.isEmpty() || six.isEmpty()
                ? null
                : Stream.concat(four.get().stream(), six.get().stream()).toList();
    }

    private List<AcceptQueue> listening(
            List<TcpTable.Listener> listeners, boolean thorough, Optional<TcpTable.Counts> counts) {
        Set<Long> inodes = listeners.stream().map(TcpTable.Listener::inode).collect(Collectors.toSet());
        Map<Long, String> owners =
                thorough ? SocketOwners.of(proc, inodes, System.nanoTime() + FOUND_WITHIN) : Map.of();
        Map<Integer, Long> suspect =
                new HashMap<>(counts.map(TcpTable.Counts::suspect).orElse(Map.of()));
        List<AcceptQueue> queues = new ArrayList<>();
        for (TcpTable.Listener one : listeners) {
            AcceptQueue queue = one.queue();
            Long suspects = suspect.remove(queue.port());
            queues.add(new AcceptQueue(
                    queue.address(),
                    queue.port(),
                    queue.waiting(),
                    owners.get(one.inode()),
                    counts.isEmpty() ? null : suspects == null ? 0L : suspects));
        }
        return queues;
    }

    private Optional<TcpTable.Counts> counts() {
        long end = System.nanoTime() + countedWithin;
        if (!Files.exists(proc.resolve("net/tcp"))) {
            return Optional.empty();
        }
        return TcpTable.counts(proc.resolve("net/tcp"), end)
                .flatMap(four -> TcpTable.counts(proc.resolve("net/tcp6"), end).map(four::plus));
    }

    private static String network(Path process) {
        try {
            return Files.readSymbolicLink(process.resolve("ns/net")).toString();
        } catch (IOException e) {
            return "";
        }
    }
}
