package io.connscale.kernel.doctor;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.Remedy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * What there is to say of a machine: every limit that somebody has set and that stops connections before the memory does. Pure.
 */
public final class Doctor {
    /** Descriptors that a process of ours has open besides its connections; rather too many. */
    private static final long OWN_FILES = 40;
    /** Threads of a process of ours, with some to spare for a few processes. */
    private static final long FEW_TASKS = 200;

    private static final long PLENTY_OF_FILES = 1 << 20;
    private static final long PLENTY_OF_TASKS = 100_000;
    private static final long MAX_PORTS = 65_535 - 1_024 + 1;
    /** A clock that is read by a system call and a register of a device: a thousand nanoseconds and more each time. */
    private static final Set<String> SLOW_CLOCKS = Set.of("hpet", "acpi_pm", "jiffies", "pit", "refined-jiffies");

    private static final List<BiFunction<Facts, Role, Optional<Finding>>> RULES = List.of(
            Doctor::files,
            Doctor::filesOfAProcess,
            Doctor::filesOfAll,
            Doctor::ports,
            Doctor::conntrack,
            Doctor::groupMemory,
            Doctor::tasks,
            Doctor::tasksOfUser,
            Doctor::tasksOfAll,
            Doctor::quota,
            AcceptRules::somaxconn,
            AcceptRules::synBacklog,
            AcceptRules::abortOnOverflow,
            AcceptRules::synAckRetries,
            AcceptRules::synRetries,
            TcpRules::timeWait,
            TcpRules::memory,
            TcpRules::minBuffers,
            TcpRules::orphans,
            Doctor::clock,
            Doctor::swap);

    private Doctor() {}

    /** The findings, those that stop the fewest connections first; none where there is nothing to say. */
    public static List<Finding> examine(Facts facts, Role role) {
        List<Finding> findings = new ArrayList<>();
        RULES.forEach(rule -> rule.apply(facts, role).ifPresent(findings::add));
        findings.sort(Comparator.comparingLong(f -> f.at() == Finding.NO_NUMBER ? Long.MAX_VALUE : f.at()));
        return findings;
    }

    /** How many connections the memory would take, by the machine and by the control group; more than any where unknown. */
    static long room(Facts facts, Role role) {
        return Stream.of(Optional.of(facts.get(Fact.MEMORY_AVAILABLE)), groupLeft(facts))
                .flatMap(Optional::stream)
                .filter(bytes -> bytes != Facts.UNKNOWN)
                .mapToLong(bytes -> bytes / role.bytesEach())
                .min()
                .orElse(Facts.UNLIMITED);
    }

    private static Optional<Long> groupLeft(Facts facts) {
        long max = facts.get(Fact.CGROUP_MEMORY_MAX);
        return max == Facts.UNKNOWN || max == Facts.UNLIMITED
                ? Optional.empty()
                : Optional.of(Math.max(0, max - facts.get(Fact.CGROUP_MEMORY)));
    }

    /** HotSpot raises the soft limit to the hard one by itself: the hard one is what stops. */
    private static Optional<Finding> files(Facts facts, Role role) {
        long hard = facts.get(Fact.HARD_FILES);
        if (hard == Facts.UNKNOWN || hard - OWN_FILES >= room(facts, role)) {
            return Optional.empty();
        }
        long bound = facts.knows(Fact.MAX_FILES_A_PROCESS) ? facts.get(Fact.MAX_FILES_A_PROCESS) : PLENTY_OF_FILES;
        long better = Math.max(hard, Math.min(PLENTY_OF_FILES, bound));
        return Optional.of(new Finding(
                        "RLIMIT_NOFILE",
                        number(hard),
                        "connections of one process (EMFILE); with workers each has as many",
                        Math.max(0, hard - OWN_FILES),
                        better > hard ? Remedy.files(better).now() : "workers: auto",
                        better > hard ? Remedy.files(better).forGood() : "sysctl fs.nr_open bounds it",
                        better > hard)
                .with("files", hard));
    }

    private static Optional<Finding> filesOfAProcess(Facts facts, Role role) {
        long max = facts.get(Fact.MAX_FILES_A_PROCESS);
        boolean binds = max != Facts.UNKNOWN && facts.get(Fact.HARD_FILES) >= max && max < room(facts, role);
        return binds
                ? Optional.of(Finding.sysctl(
                                Fact.MAX_FILES_A_PROCESS.setting(),
                                number(max),
                                "what RLIMIT_NOFILE may be raised to",
                                max - OWN_FILES,
                                Long.toString(Math.max(max, PLENTY_OF_FILES) * 4))
                        .with("files", max))
                : Optional.empty();
    }

    private static Optional<Finding> filesOfAll(Facts facts, Role role) {
        if (!facts.knows(Fact.MAX_FILES) || !facts.knows(Fact.FILES_IN_USE)) {
            return Optional.empty();
        }
        long max = facts.get(Fact.MAX_FILES);
        long free = Math.max(0, max - facts.get(Fact.FILES_IN_USE));
        return free >= room(facts, role)
                ? Optional.empty()
                : Optional.of(Finding.sysctl(
                                Fact.MAX_FILES.setting(),
                                number(max) + ", " + number(facts.get(Fact.FILES_IN_USE)) + " in use",
                                "all processes of the machine (ENFILE), but root's",
                                free,
                                Long.toString(max * 4))
                        .with("files", max)
                        .with("inUse", facts.get(Fact.FILES_IN_USE)));
    }

    private static Optional<Finding> ports(Facts facts, Role role) {
        long ports = facts.ports();
        long at = ports * role.tuples();
        if (ports == Facts.UNKNOWN || role.server() || at >= room(facts, role)) {
            return Optional.empty();
        }
        String value = facts.get(Fact.FIRST_PORT) + "–" + facts.get(Fact.LAST_PORT)
                + (facts.get(Fact.RESERVED_PORTS) > 0 ? ", " + facts.get(Fact.RESERVED_PORTS) + " reserved" : "");
        String stops = "connections from " + many(role.tuples(), "pair") + " of source and server port (EADDRNOTAVAIL)";
        return Optional.of(
                ports < MAX_PORTS
                        ? Finding.sysctl(Fact.FIRST_PORT.setting(), value, stops, at, "1024 65535")
                                .with("ports", ports)
                                .with("firstPort", facts.get(Fact.FIRST_PORT))
                                .with("lastPort", facts.get(Fact.LAST_PORT))
                        : new Finding(
                                        Fact.FIRST_PORT.setting(),
                                        value,
                                        stops,
                                        at,
                                        "more of server: ports, or of the host's source, in hosts.yaml",
                                        "the same",
                                        false)
                                .with("ports", ports)
                                .with("firstPort", facts.get(Fact.FIRST_PORT))
                                .with("lastPort", facts.get(Fact.LAST_PORT)));
    }

    /** Where it is loaded and nothing is tracked, it is not in the way. */
    private static Optional<Finding> conntrack(Facts facts, Role role) {
        long max = facts.get(Fact.CONNTRACK_MAX);
        long used = facts.get(Fact.CONNTRACK_IN_USE);
        if (max == Facts.UNKNOWN || used <= 0 || max - used >= room(facts, role)) {
            return Optional.empty();
        }
        return Optional.of(Finding.sysctl(
                        Fact.CONNTRACK_MAX.setting(),
                        number(max) + ", " + number(used) + " in use",
                        "connections that the firewall tracks; packets of further ones are dropped",
                        Math.max(0, max - used),
                        Long.toString(max * 8))
                .with("connections", max)
                .with("inUse", used));
    }

    private static Optional<Finding> groupMemory(Facts facts, Role role) {
        return groupLeft(facts)
                .filter(left -> left < facts.get(Fact.MEMORY_AVAILABLE))
                .map(left -> Finding.of(
                                "memory.max",
                                number(facts.get(Fact.CGROUP_MEMORY_MAX) >> 20) + " MiB of the "
                                        + facts.group(Facts.MEMORY_GROUP),
                                "the processes here, sockets included: above it the kernel kills",
                                left / role.bytesEach(),
                                Remedy.memoryOfGroup(facts.group(Facts.MEMORY_GROUP)))
                        .with("bytes", facts.get(Fact.CGROUP_MEMORY_MAX))
                        .with("inUse", facts.get(Fact.CGROUP_MEMORY)));
    }

    private static Optional<Finding> tasks(Facts facts, Role role) {
        long max = facts.get(Fact.CGROUP_PIDS_MAX);
        long left = max - facts.get(Fact.CGROUP_PIDS);
        if (!facts.knows(Fact.CGROUP_PIDS_MAX) || left >= FEW_TASKS) {
            return Optional.empty();
        }
        return Optional.of(Finding.of(
                        "pids.max",
                        number(max) + " of the " + facts.group(Facts.PIDS_GROUP) + ", "
                                + number(facts.get(Fact.CGROUP_PIDS)) + " in use",
                        "threads of the control group: further workers",
                        Finding.NO_NUMBER,
                        Remedy.threadsOfGroup(facts.group(Facts.PIDS_GROUP)))
                .with("threads", max)
                .with("inUse", facts.get(Fact.CGROUP_PIDS)));
    }

    /** Where it is known how many the user has, it binds. */
    private static Optional<Finding> tasksOfUser(Facts facts, Role role) {
        long max = facts.get(Fact.SOFT_PROCESSES);
        return !facts.knows(Fact.USER_THREADS) || max - facts.get(Fact.USER_THREADS) >= FEW_TASKS
                ? Optional.empty()
                : Optional.of(Finding.of(
                                "RLIMIT_NPROC",
                                number(max) + ", " + number(facts.get(Fact.USER_THREADS)) + " in use",
                                "threads of this user: further workers",
                                Finding.NO_NUMBER,
                                Remedy.threadsOfUser(Math.max(PLENTY_OF_TASKS, max * 2)))
                        .with("threads", max)
                        .with("inUse", facts.get(Fact.USER_THREADS)));
    }

    private static Optional<Finding> tasksOfAll(Facts facts, Role role) {
        if (!facts.knows(Fact.THREADS_MAX) || !facts.knows(Fact.THREADS)) {
            return Optional.empty();
        }
        long max = facts.get(Fact.THREADS_MAX);
        return max - facts.get(Fact.THREADS) >= FEW_TASKS
                ? Optional.empty()
                : Optional.of(Finding.sysctl(
                                Fact.THREADS_MAX.setting(),
                                number(max) + ", " + number(facts.get(Fact.THREADS)) + " in use",
                                "threads of the machine: further workers",
                                Finding.NO_NUMBER,
                                Long.toString(max * 2))
                        .with("threads", max)
                        .with("inUse", facts.get(Fact.THREADS)));
    }

    private static Optional<Finding> quota(Facts facts, Role role) {
        long quota = facts.get(Fact.CPU_QUOTA);
        if (quota == Facts.UNKNOWN || quota == Facts.UNLIMITED) {
            return Optional.empty();
        }
        long periods = facts.get(Fact.CPU_PERIODS);
        String stopped = facts.get(Fact.CPU_THROTTLED) <= 0
                ? ""
                : ", used up in " + number(facts.get(Fact.CPU_THROTTLED)) + " of " + number(periods) + " periods";
        return Optional.of(Finding.of(
                        "cpu.max",
                        String.format(
                                Locale.ROOT,
                                "%.2f CPUs of the %s%s",
                                quota / 1e6,
                                facts.group(Facts.CPU_GROUP),
                                stopped),
                        "no connection, but beyond it all threads here stand still until the next period",
                        Finding.NO_NUMBER,
                        Remedy.cpuOfGroup(facts.group(Facts.CPU_GROUP)))
                .with("cpus", quota / 1e6)
                .with("periods", periods)
                .with("throttledPeriods", facts.get(Fact.CPU_THROTTLED)));
    }

    /** The limits that could not be read: each may stop connections as well as a known one. */
    public static List<Finding> unread(Facts facts) {
        return facts.unread().stream().map(Doctor::unread).toList();
    }

    private static Finding unread(Fact limit) {
        return new Finding(
                limit.setting(),
                "unknown",
                "unknown: it can't be read here",
                Finding.NO_NUMBER,
                "mount /proc there without subset=pid",
                "the container's /proc",
                true);
    }

    private static Optional<Finding> clock(Facts facts, Role role) {
        return SLOW_CLOCKS.contains(facts.clock())
                ? Optional.of(new Finding(
                                "clocksource",
                                facts.clock(),
                                "nothing, but asking for the time is slow, and round trips are measured with it",
                                Finding.NO_NUMBER,
                                "echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource",
                                "clocksource=tsc on the kernel's command line",
                                true)
                        .with("clock", facts.clock()))
                : Optional.empty();
    }

    /** More than a tenth of the memory's size stands on disk. */
    private static Optional<Finding> swap(Facts facts, Role role) {
        long swapped = facts.get(Fact.SWAP) - facts.get(Fact.SWAP_FREE);
        return facts.knows(Fact.SWAP_FREE) && swapped > facts.get(Fact.MEMORY) / 10
                ? Optional.of(new Finding(
                                "swap",
                                number(swapped >> 20) + " MiB swapped out",
                                "nothing, but a process that is swapped in answers late",
                                Finding.NO_NUMBER,
                                "swapoff -a; swapon -a",
                                "more memory, or less on this machine",
                                true)
                        .with("bytes", swapped))
                : Optional.empty();
    }

    static String number(long n) {
        return n == Facts.UNLIMITED ? "unlimited" : String.format(Locale.ROOT, "%,d", n);
    }

    static String many(long n, String one) {
        return number(n) + " " + one + (n == 1 ? "" : "s");
    }
}
