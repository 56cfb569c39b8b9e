package io.connscale.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds somebody else's server on this machine and reads it, from {@code /proc} alone: nothing is changed there and nothing
 * listens for it. Takes milliseconds, and up to seconds with a million sockets. One thread at a time; it remembers whom it has
 * found, so that all descriptors of the machine are looked at only for a server that is new.
 */
public final class ForeignServerReader {
    private static final long COUNTED_WITHIN = TimeUnit.SECONDS.toNanos(2);
    private static final long ASKED_WITHIN = 2;
    private static final int MAX_PROCESSES = 20_000;
    /** Who listens has begun with that: its socket is among its first descriptors. */
    private static final int MAX_DESCRIPTORS = 1_000;
    /** Clock ticks of proc(5): the same on every machine that Java runs on. */
    private static final long NANOS_PER_TICK = TimeUnit.SECONDS.toNanos(1) / 100;

    private static final int MAX_THREADS = 1_000;
    private static final String ZOMBIE = "Z";
    /** {@code PF_EXITING} of linux/sched.h: it is on its way out, and its sockets may be closed already. */
    private static final long EXITING = 4;

    private static final Set<String> INITS = Set.of("systemd", "init");
    private static final String JAVA = "java";
    /** Of the arguments of a Java that is connscale: its jar, as it is built and as it is kept on a host, or its class. */
    private static final Pattern PROGRAM =
            Pattern.compile("(.*/)?(agent-)?connscale-[^/]*\\.jar|io\\.connscale\\.Main");

    private static final long KIB = 1024;
    /** Of a name in {@code /proc/PID/stat}. */
    private static final int MAX_NAME = 15;
    /** It holds the sockets that it hands to others (systemd.socket(5)), and becomes the parent of whom nobody else has begun. */
    private static final long INIT = 1;
    /** Processes that are remembered so that their end is noticed, and ended ones that are told. */
    private static final int MAX_REMEMBERED = 1_000;

    private static final int MAX_ENDED = 100;

    private final Path proc;
    private final Path sys;
    private List<ForeignServer.Member> last = List.of();
    private Set<Long> lastSockets = Set.of();
    /** By pid, those that were its and have not been seen to end; the oldest first. */
    private final Map<Long, ForeignServer.Member> living = new LinkedHashMap<>();

    private final Deque<ForeignServer.Member> ended = new ArrayDeque<>();
    /** Of a process that is gone the kernel's count of kills is still to be read. */
    private List<String> membership = List.of();

    private @Nullable Backlogs backlogs;

    /** What a port's queue may hold, as it was asked once for these sockets. */
    private record Backlogs(Set<Long> sockets, Map<Integer, Long> byPort) {}

    /** Which one is meant. */
    public record Wanted(
            List<Integer> ports,
            @Nullable Long pid,
            @Nullable String process) {
        public Wanted {
            ports = List.copyOf(ports);
        }

        private boolean isNamed() {
            return pid != null || process != null;
        }

        private boolean isAsked(TcpTable.Listener one) {
            return ports.contains(one.queue().port());
        }
    }

    /** Of this machine. */
    public ForeignServerReader() {
        this(Path.of("/proc"), Path.of("/sys"));
    }

    ForeignServerReader(Path proc, Path sys) {
        this.proc = proc;
        this.sys = sys;
    }

    /** A line of {@code /proc/PID/stat}. */
    private record Stat(long pid, long parent, String name, long began, long ownNanos, long childrenNanos) {}

    /**
     * The server now. Never fails: what can't be read is unknown, and {@link ForeignServer#unread} says why.
     *
     * @param wanted by process or pid where those are given, otherwise who listens at one of the ports
     */
    public synchronized ForeignServer read(Wanted wanted) {
        List<String> unread = new ArrayList<>();
        Optional<Map<Long, Stat>> table = processes(unread);
        Map<Long, Stat> all = table.orElse(Map.of());
        List<Stat> found = table.isPresent() ? found(wanted, all, unread) : List.of();
        Path net = proc.resolve(found.isEmpty() ? "net" : found.get(0).pid + "/net");
        Optional<List<TcpTable.Listener>> listening = listening(net);
        Map<Long, Set<Long>> sockets = sockets(found, listening.orElse(List.of()), unread);
        List<TcpTable.Listener> listeners = listeners(wanted, listening.orElse(List.of()), found, sockets);
        List<Integer> ports = listeners.isEmpty()
                ? wanted.ports()
                : listeners.stream().map(one -> one.queue().port()).distinct().toList();
        if (listening.isEmpty()) {
            unread.add("its machine's sockets can't be read (" + net + "/tcp)");
        } else if (listeners.isEmpty() && !(wanted.isNamed() && found.isEmpty())) {
            unread.add(nobodyListens(wanted, found));
        }
        List<ForeignServer.Member> read =
                found.stream().map(one -> process(one, sockets, all)).toList();
        last = read;
        lastSockets = listeners.stream().map(TcpTable.Listener::inode).collect(Collectors.toSet());
        if (table.isPresent()) {
            remember(all, read);
        }
        Optional<TcpTable.Held> held = wanted.isNamed() && found.isEmpty()
                ? Optional.empty()
                : TcpTable.held(net, ports, System.nanoTime() + COUNTED_WITHIN)
                        .filter(count -> !listeners.isEmpty() || count.established() > 0); // no server there has none
        return new ForeignServer(
                read,
                ports,
                held.map(TcpTable.Held::established).orElse(null),
                held.map(TcpTable.Held::accepted).orElse(null),
                listeners.isEmpty()
                        ? null
                        : listeners.stream()
                                .mapToLong(one -> one.queue().waiting())
                                .sum(),
                listeners.isEmpty() ? null : backlog(ports, isHere(found)),
                List.copyOf(ended),
                facts(read),
                unread);
    }

    private static String nobodyListens(Wanted wanted, List<Stat> found) {
        return wanted.isNamed()
                ? found.get(0).name + ", pid " + found.get(0).pid + ", listens at no port"
                : "nobody listens at port "
                        + wanted.ports().stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    // Who it is

    /** All that there are now; empty where that is not known, which is not the same as that they have ended. */
    private Optional<Map<Long, Stat>> processes(List<String> unread) {
        Map<Long, Stat> all = new HashMap<>();
        try (DirectoryStream<Path> numbered = Files.newDirectoryStream(proc, "[1-9]*")) {
            for (Path process : numbered) {
                read(process).ifPresent(stat -> all.put(stat.pid, stat));
                if (all.size() == MAX_PROCESSES) {
                    unread.add("of more than " + MAX_PROCESSES + " processes there some are not looked at");
                    break;
                }
            }
            return Optional.of(all);
        } catch (IOException | DirectoryIteratorException e) {
            unread.add("the processes of its machine can't be read: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** Empty where it has ended meanwhile, or is hidden as another user's. */
    private static Optional<Stat> read(Path process) throws IOException {
        try {
            return stat(Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1));
        } catch (AccessDeniedException e) {
            return Optional.empty();
        } catch (IOException e) {
            if (Files.exists(process)) {
                throw e; // no descriptor left to read it, say
            }
            return Optional.empty();
        }
    }

    /** Whoever was its process and is none any more has ended, unless it merely can't be seen. */
    private void remember(Map<Long, Stat> all, List<ForeignServer.Member> now) {
        living.values().removeIf(then -> {
            Stat stat = all.get(then.pid());
            boolean gone = stat == null ? hasEnded(folder(then.pid())) : stat.began != then.began();
            if (gone) {
                ended.add(then);
            }
            return gone;
        });
        now.forEach(one -> living.put(one.pid(), one));
        while (living.size() > MAX_REMEMBERED) {
            living.remove(living.keySet().iterator().next());
        }
        while (ended.size() > MAX_ENDED) {
            ended.remove();
        }
    }

    private static boolean hasEnded(Path process) {
        String line = ProcFiles.line(process.resolve("stat"));
        return Files.notExists(process) || (!line.isEmpty() && stat(line).isEmpty());
    }

    private Path folder(long pid) {
        return proc.resolve(Long.toString(pid));
    }

    /** {@code 12 (name) S 1 …}, where the name may have brackets and spaces; columns as proc(5) numbers them. One that is ending has. */
    private static Optional<Stat> stat(String line) {
        int name = line.indexOf('(');
        int end = line.lastIndexOf(')');
        if (name < 0 || end < name) {
            return Optional.empty(); // it has ended meanwhile
        }
        String[] words = line.substring(end + 1).strip().split(" ", -1); // from column 3 on
        try {
            if (words[0].equals(ZOMBIE) || (Long.parseLong(words[9 - 3]) & EXITING) != 0) {
                return Optional.empty();
            }
            return Optional.of(new Stat(
                    Long.parseLong(line.substring(0, name).strip()),
                    Long.parseLong(words[1]),
                    line.substring(name + 1, end).replaceAll("[^ -~]", "?"),
                    Long.parseLong(words[22 - 3]),
                    (Long.parseLong(words[14 - 3]) + Long.parseLong(words[15 - 3])) * NANOS_PER_TICK,
                    (Long.parseLong(words[16 - 3]) + Long.parseLong(words[17 - 3])) * NANOS_PER_TICK));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    /** The processes that are meant, and all that they began; the first one first. */
    private List<Stat> found(Wanted wanted, Map<Long, Stat> all, List<String> unread) {
        Set<Long> roots = new HashSet<>();
        Long pid = wanted.pid();
        String name = wanted.process();
        if (pid != null) {
            roots.addAll(all.containsKey(pid) ? Set.of(pid) : Set.of());
            if (roots.isEmpty()) {
                unread.add("there is no process " + pid);
            }
        } else if (name != null) {
            List<Stat> called =
                    all.values().stream().filter(one -> isCalled(one, name)).toList();
            called.stream().filter(one -> !isConnscale(one, all)).forEach(one -> roots.add(one.pid));
            if (roots.isEmpty()) {
                unread.add(
                        called.isEmpty()
                                ? "no process is called " + name
                                : "only processes of connscale's own are called " + name);
            }
        } else {
            roots.addAll(listening(wanted, all, unread));
            withoutInit(roots, all, unread);
        }
        return all.values().stream()
                .filter(one -> isBelow(one, roots, all, pid != null))
                .filter(one -> roots.contains(one.pid) || !isConnscale(one, all))
                .sorted(Comparator.comparingLong(Stat::began).thenComparingLong(Stat::pid))
                .toList();
    }

    /** In a container it may be the server itself, which is then called as those are that it began; else it listens for others. */
    private static void withoutInit(Set<Long> roots, Map<Long, Stat> all, List<String> unread) {
        Stat init = all.get(INIT);
        if (init == null || !roots.contains(INIT)) {
            return;
        }
        if (roots.size() > 1) {
            boolean itself = roots.stream()
                    .filter(pid -> pid != INIT)
                    .map(all::get)
                    .anyMatch(one -> one != null && one.name.equals(init.name));
            roots.removeIf(pid -> pid == INIT && !itself);
        } else if (INITS.contains(init.name)) {
            unread.add(
                    init.name + ", pid " + INIT + ", listens for a server that it starts when it is needed, or for each"
                            + " connection: name the process (runs: {process: NAME})");
        }
    }

    /** The process that reads, those that it has from, and consoles, agents and workers: none of them is meant by a name, or a server's. */
    private boolean isConnscale(Stat process, Map<Long, Stat> all) {
        Stat one = all.get(ProcessHandle.current().pid());
        for (int i = 0; one != null && one.pid != INIT && i < MAX_PROCESSES; i++) {
            if (one.pid == process.pid) {
                return true;
            }
            one = all.get(one.parent);
        }
        return process.name.equals(JAVA) && arguments(process.pid).stream().anyMatch(PROGRAM.asMatchPredicate());
    }

    /** None where they can't be read. */
    private List<String> arguments(long pid) {
        try {
            return List.of(Files.readString(folder(pid).resolve("cmdline"), StandardCharsets.ISO_8859_1)
                    .split("\0", -1));
        } catch (IOException e) {
            return List.of();
        }
    }

    /** By its name, or by that of its program, which may be longer. */
    private boolean isCalled(Stat process, String name) {
        if (process.name.equals(name.length() > MAX_NAME ? name.substring(0, MAX_NAME) : name)) {
            return true;
        }
        List<String> arguments = arguments(process.pid);
        String program = arguments.isEmpty() ? "" : arguments.get(0);
        return program.substring(program.lastIndexOf('/') + 1).equals(name);
    }

    /** @param orphans whether all are init's that nobody else has begun; else those that are called as it is */
    private static boolean isBelow(@Nullable Stat process, Set<Long> roots, Map<Long, Stat> all, boolean orphans) {
        Stat one = process;
        for (int i = 0; process != null && one != null && i < MAX_PROCESSES; i++) {
            if (roots.contains(one.pid)) {
                return one.pid != INIT || orphans || one.name.equals(process.name);
            }
            one = all.get(one.parent);
        }
        return false;
    }

    /** Those that have a listening socket of the ports: as last time where that is still so. */
    private Set<Long> listening(Wanted wanted, Map<Long, Stat> all, List<String> unread) {
        List<TcpTable.Listener> listeners = listening(proc.resolve("net")).orElse(List.of()).stream()
                .filter(wanted::isAsked)
                .toList();
        Set<Long> sockets = listeners.stream().map(TcpTable.Listener::inode).collect(Collectors.toSet());
        Set<Long> known = last.stream()
                .filter(one -> all.containsKey(one.pid()) && all.get(one.pid()).began == one.began())
                .map(ForeignServer.Member::pid)
                .collect(Collectors.toSet());
        boolean same =
                sockets.isEmpty() || lastSockets.equals(sockets); // one that lives is it, though it listens no more
        if (!known.isEmpty() && same && !known.equals(Set.of(INIT))) {
            return known;
        }
        Set<Long> owners = new HashSet<>();
        boolean denied = false;
        String failed = "";
        for (long pid : sockets.isEmpty() ? Set.<Long>of() : all.keySet()) {
            try {
                if (!sockets(pid, sockets).isEmpty()) {
                    owners.add(pid);
                }
            } catch (AccessDeniedException e) {
                denied = true;
            } catch (IOException | DirectoryIteratorException e) {
                failed = Files.exists(folder(pid))
                        ? String.valueOf(e.getMessage())
                        : failed; // else it has ended meanwhile
            }
        }
        if (owners.isEmpty() && !sockets.isEmpty()) {
            unread.add("who listens at port " + listeners.get(0).queue().port() + " can't be seen"
                    + (!failed.isEmpty()
                            ? ": " + failed
                            : denied
                                    ? ": it is another user's process, and /proc/PID/fd can be read only by that user and by root;"
                                            + " run the agent there as one of them, or name the process (runs: {process: NAME})"
                                    : ": it is in another container, or began before this machine's /proc; name the process (runs:"
                                            + " {process: NAME})"));
        }
        return owners;
    }

    /** Which of these sockets a process has open. */
    private Set<Long> sockets(long pid, Set<Long> wanted) throws IOException {
        Set<Long> found = new HashSet<>();
        int left = MAX_DESCRIPTORS;
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(proc.resolve(pid + "/fd"))) {
            for (Path descriptor : descriptors) {
                socket(descriptor).filter(wanted::contains).ifPresent(found::add);
                if (--left == 0) {
                    return found;
                }
            }
        }
        return found;
    }

    private static Optional<Long> socket(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("socket:[")
                    ? Optional.of(Long.parseLong(target.substring("socket:[".length(), target.length() - 1)))
                    : Optional.empty();
        } catch (IOException | NumberFormatException e) {
            return Optional.empty(); // it was closed meanwhile
        }
    }

    // What it has

    private static Optional<List<TcpTable.Listener>> listening(Path net) {
        if (!Files.isReadable(net.resolve("tcp"))) {
            return Optional.empty();
        }
        return TcpTable.listening(net.resolve("tcp"))
                .flatMap(four -> TcpTable.listening(net.resolve("tcp6"))
                        .map(six -> Stream.concat(four.stream(), six.stream()).toList()));
    }

    /** By process, those of the listening sockets that it has open; without those that can't be looked into. */
    private Map<Long, Set<Long>> sockets(List<Stat> found, List<TcpTable.Listener> listening, List<String> unread) {
        Set<Long> all = listening.stream().map(TcpTable.Listener::inode).collect(Collectors.toSet());
        Map<Long, Set<Long>> sockets = new HashMap<>();
        Set<String> denied = new HashSet<>();
        for (Stat one : found) {
            try {
                sockets.put(one.pid, sockets(one.pid, all));
            } catch (AccessDeniedException e) {
                denied.add(one.name);
            } catch (IOException | DirectoryIteratorException e) {
                if (Files.exists(folder(one.pid))) { // else it has ended meanwhile
                    unread.add("the files of " + one.name + ", pid " + one.pid + ", can't be read: " + e.getMessage());
                }
            }
        }
        if (!denied.isEmpty()) {
            unread.add("which files and sockets " + String.join(", ", denied)
                    + " has open can't be seen: it is another user's process, and"
                    + " /proc/PID/fd can be read only by that user and by root; run the agent there as one of them");
        }
        return sockets;
    }

    /** At the ports that were asked about; of one that is named its own, whatever their ports are, as far as it can be seen which these are. */
    private static List<TcpTable.Listener> listeners(
            Wanted wanted, List<TcpTable.Listener> all, List<Stat> found, Map<Long, Set<Long>> sockets) {
        List<TcpTable.Listener> asked = all.stream().filter(wanted::isAsked).toList();
        if (!wanted.isNamed()) {
            return asked;
        }
        List<TcpTable.Listener> own = all.stream()
                .filter(one -> sockets.values().stream().anyMatch(has -> has.contains(one.inode())))
                .toList();
        return own.isEmpty() && sockets.size() < found.size() ? asked : own;
    }

    private ForeignServer.Member process(Stat stat, Map<Long, Set<Long>> sockets, Map<Long, Stat> all) {
        Path folder = proc.resolve(Long.toString(stat.pid));
        boolean listens = !sockets.getOrDefault(stat.pid, Set.of()).isEmpty()
                && sockets.entrySet().stream()
                        .noneMatch(other -> !other.getValue().isEmpty()
                                && other.getKey() != stat.pid
                                && isBelow(all.get(other.getKey()), Set.of(stat.pid), all, true));
        Running threads = running(folder.resolve("task"));
        Long soft = Tables.limits(folder.resolve("limits")).get(Fact.SOFT_FILES.kernelName());
        return new ForeignServer.Member(
                stat.pid,
                stat.parent,
                stat.name,
                stat.began,
                listens,
                files(folder.resolve("fd")),
                soft,
                resident(folder.resolve("status")),
                Math.max(stat.ownNanos, threads.ranNanos) + stat.childrenNanos,
                threads.waitedNanos);
    }

    /** What the threads that there are have run and waited for a CPU; null is unknown. */
    private record Running(long ranNanos, @Nullable Long waitedNanos) {
        static final Running UNKNOWN = new Running(0, null);
    }

    /** To the nanosecond, but without threads that have ended: the first numbers of each thread's {@code schedstat} (sched-stats.rst). */
    private static Running running(Path tasks) {
        long ran = 0;
        long waited = 0;
        int left = MAX_THREADS;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
            for (Path thread : threads) {
                String[] numbers = ProcFiles.line(thread.resolve("schedstat")).split(" ", -1);
                OptionalLong first = ProcFiles.number(numbers[0]);
                OptionalLong second = numbers.length > 1 ? ProcFiles.number(numbers[1]) : OptionalLong.empty();
                ran += first.orElse(0);
                waited += second.orElse(0);
                left = second.isEmpty() && Files.exists(thread) ? 0 : left - 1;
                if (left == 0) {
                    return Running.UNKNOWN; // what there is of it is no number of anything
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return Running.UNKNOWN;
        }
        return new Running(ran, waited);
    }

    /** From Linux 6.2 on the folder has a size; before, its entries are counted. */
    private static @Nullable Long files(Path descriptors) {
        try {
            long size = Files.size(descriptors);
            if (size > 0) {
                return size;
            }
            long count = 0;
            try (DirectoryStream<Path> all = Files.newDirectoryStream(descriptors)) {
                for (Path unused : all) {
                    count++;
                }
            }
            return count;
        } catch (IOException | DirectoryIteratorException e) {
            return null;
        }
    }

    private static @Nullable Long resident(Path status) {
        for (String line : ProcFiles.lines(status)) {
            if (line.startsWith("VmRSS:")) {
                OptionalLong kib = ProcFiles.number(line.replaceAll("[^0-9]", ""));
                return kib.isPresent() ? (Long) (kib.getAsLong() * KIB) : null;
            }
        }
        return null;
    }

    private Facts facts(List<ForeignServer.Member> processes) {
        Optional<ForeignServer.Member> fullest = ForeignServer.fullest(processes);
        if (fullest.isEmpty()) {
            return membership.isEmpty() ? Facts.NONE : FactsReader.ofGroups(proc, sys, membership);
        }
        Path process = proc.resolve(Long.toString(fullest.get().pid()));
        membership = ProcFiles.lines(process.resolve("cgroup"));
        return FactsReader.of(proc, sys, process);
    }

    /** Whether it is in the network namespace of this process. */
    private boolean isHere(List<Stat> found) {
        try {
            return !found.isEmpty()
                    && Files.readSymbolicLink(proc.resolve(found.get(0).pid + "/ns/net"))
                            .equals(Files.readSymbolicLink(proc.resolve("self/ns/net")));
        } catch (IOException e) {
            return false;
        }
    }

    // Its accept queues

    /** Only the kernel's sock_diag(7) tells it, to {@code ss} (iproute2) for one; unknown where that is not installed. */
    private @Nullable Long backlog(List<Integer> ports, boolean here) {
        if (!here || proc.getNameCount() != 1) {
            return null;
        }
        if (backlogs == null || !backlogs.sockets.equals(lastSockets)) {
            backlogs = new Backlogs(lastSockets, askSs());
        }
        Map<Integer, Long> known = backlogs.byPort;
        return ports.stream()
                .flatMap(port -> Optional.ofNullable(known.get(port)).stream())
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    /** {@code LISTEN 0 511 127.0.0.1:6379 0.0.0.0:*}: of a listening socket {@code Send-Q} is the backlog. */
    private static Map<Integer, Long> askSs() {
        Map<Integer, Long> byPort = new HashMap<>();
        try {
            Process ss = new ProcessBuilder("ss", "-H", "-l", "-t", "-n")
                    .redirectErrorStream(true)
                    .start();
            ss.getOutputStream().close();
            try {
                String said = new String(ss.getInputStream().readNBytes(1 << 20), StandardCharsets.ISO_8859_1);
                said.lines().map(line -> line.strip().split("\\s+", -1)).forEach(words -> {
                    if (words.length > 3 && words[0].equals("LISTEN")) {
                        OptionalLong port = ProcFiles.number(words[3].substring(words[3].lastIndexOf(':') + 1));
                        OptionalLong backlog = ProcFiles.number(words[2]);
                        if (port.isPresent() && backlog.isPresent()) {
                            byPort.merge((int) port.getAsLong(), backlog.getAsLong(), Math::min);
                        }
                    }
                });
                boolean unused = ss.waitFor(ASKED_WITHIN, TimeUnit.SECONDS);
            } finally {
                ss.destroyForcibly();
            }
        } catch (IOException e) {
            return byPort; // not installed
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return byPort;
    }
}
