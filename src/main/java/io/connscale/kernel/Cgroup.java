package io.connscale.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * What the control groups of a process allow it, version 2 or 1 (cgroups(7)). A limit of a group holds for all groups below
 * it, so for each resource the group is looked for that leaves the least: the process's own, or one around it.
 */
final class Cgroup {
    private static final String MEMORY = Facts.MEMORY_GROUP;
    private static final String PIDS = Facts.PIDS_GROUP;
    private static final String CPU = Facts.CPU_GROUP;
    /** Version 1 writes "no limit" as the largest multiple of a page. */
    private static final long NO_LIMIT = Long.MAX_VALUE / 2;

    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long NANOS_PER_MICRO = 1_000;

    private final Path root;
    private final Map<String, Long> values = new HashMap<>();
    private final SortedMap<String, Facts.Group> groups = new TreeMap<>();
    private final List<Facts.Quota> quotas = new ArrayList<>();

    /**
     * Reads them.
     *
     * @param root where they are mounted
     * @param membership the lines that say which groups a process is in: {@code /proc/PID/cgroup}
     */
    Cgroup(Path root, List<String> membership) {
        this.root = root;
        for (String line : membership) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3) {
                read(parts[1], parts[2].replaceFirst("^/", ""));
            }
        }
    }

    /** By {@link Fact#kernelName()}. */
    Map<String, Long> values() {
        return values;
    }

    /** By resource, the group whose limit {@link #values} has. */
    SortedMap<String, Facts.Group> groups() {
        return groups;
    }

    /** Of CPU, of the process's own group and of those around it: siblings may use up what these have. */
    List<Facts.Quota> quotas() {
        return quotas;
    }

    /** @param controllers of version 1, with commas between; empty: version 2, which has all in one folder */
    private void read(String controllers, String path) {
        boolean unified = controllers.isEmpty();
        if (unified && !Files.exists(root.resolve("cgroup.controllers"))) {
            return; // not mounted here, beside version 1: each file that is not there takes longer than one that is
        }
        List<String> names = List.of(controllers.split(",", -1));
        if (unified || names.contains(MEMORY)) {
            memory(new Way(unified ? root : root.resolve(MEMORY), path), unified);
        }
        if (unified || names.contains(PIDS)) {
            Way way = new Way(unified ? root : root.resolve(PIDS), path);
            tightest(
                    way,
                    PIDS,
                    group -> left(
                            Fact.CGROUP_PIDS_MAX,
                            group.resolve("pids.max"),
                            Fact.CGROUP_PIDS,
                            group.resolve("pids.current"),
                            () -> 0));
        }
        if (unified || names.contains(CPU)) {
            cpu(new Way(unified ? root : root.resolve(CPU), path), unified);
        }
    }

    /** Page cache that nobody has used lately is given back before anything is killed, so it does not count as used. */
    private void memory(Way way, boolean unified) {
        String limit = unified ? "memory.max" : "memory.limit_in_bytes";
        String usage = unified ? "memory.current" : "memory.usage_in_bytes";
        String cache = unified ? "inactive_file" : "total_inactive_file";
        tightest(
                way,
                MEMORY,
                group -> left(
                        Fact.CGROUP_MEMORY_MAX,
                        group.resolve(limit),
                        Fact.CGROUP_MEMORY,
                        group.resolve(usage),
                        () -> entry(group.resolve("memory.stat"), cache).orElse(0)));
        if (unified) {
            memoryHigh(way, usage, cache);
        }
        oomKills(way, unified).ifPresent(kills -> {
            values.put(Fact.OOM_KILLS.kernelName(), kills);
            groups.put(Facts.OOM_GROUP, way.named(way.own()));
        });
    }

    private void memoryHigh(Way way, String usage, String cache) {
        tightest(way, Facts.MEMORY_HIGH_GROUP, group -> {
            Map<Fact, Long> high = left(
                    Fact.CGROUP_MEMORY_HIGH,
                    group.resolve("memory.high"),
                    Fact.CGROUP_MEMORY_OF_HIGH,
                    group.resolve(usage),
                    () -> entry(group.resolve("memory.stat"), cache).orElse(0));
            return high.containsValue(Facts.UNLIMITED) ? Map.of() : high;
        });
        Facts.Group high = groups.get(Facts.MEMORY_HIGH_GROUP);
        if (high != null) {
            entry(way.folder(high).resolve("memory.events"), "high")
                    .ifPresent(times -> values.put(Fact.HELD_UP_FOR_MEMORY.kernelName(), times));
        }
    }

    /** Of the process's own group, whichever group's limit was reached: version 2 counts in another file for the groups below, too. */
    private static OptionalLong oomKills(Way way, boolean unified) {
        OptionalLong own = entry(way.own().resolve(unified ? "memory.events.local" : "memory.oom_control"), "oom_kill");
        return own.isPresent() || !unified ? own : entry(way.own().resolve("memory.events"), "oom_kill"); // Linux < 5.2
    }

    private void cpu(Way way, boolean unified) {
        tightest(way, CPU, group -> unified ? quota(group) : quotaOfVersionOne(group));
        Facts.Group tightest = groups.get(CPU);
        for (Path group = way.own(); group != null && group.startsWith(way.mount); group = group.getParent()) {
            quota(way.named(group), group, unified).ifPresent(quota -> {
                quotas.add(quota);
                if (quota.group().equals(tightest)) {
                    values.put(Fact.CPU_PERIODS.kernelName(), quota.periods());
                    values.put(Fact.CPU_THROTTLED.kernelName(), quota.throttled());
                    values.put(Fact.CPU_THROTTLED_TIME.kernelName(), quota.throttledNanos());
                }
            });
        }
    }

    /** Empty where it has none, or does not count. */
    private static Optional<Facts.Quota> quota(Facts.Group named, Path group, boolean unified) {
        long micros = (unified ? quota(group) : quotaOfVersionOne(group)).getOrDefault(Fact.CPU_QUOTA, Facts.UNLIMITED);
        Path stat = group.resolve("cpu.stat");
        OptionalLong periods = entry(stat, "nr_periods");
        OptionalLong throttled = entry(stat, "nr_throttled");
        OptionalLong time = entry(stat, unified ? "throttled_usec" : "throttled_time");
        return micros == Facts.UNLIMITED || periods.isEmpty() || throttled.isEmpty() || time.isEmpty()
                ? Optional.empty()
                : Optional.of(new Facts.Quota(
                        named,
                        micros,
                        periods.getAsLong(),
                        throttled.getAsLong(),
                        time.getAsLong() * (unified ? NANOS_PER_MICRO : 1)));
    }

    /** {@code 50000 100000}: microseconds of CPU in each period of so many. */
    private static Map<Fact, Long> quota(Path group) {
        return quota(ProcFiles.number(group.resolve("cpu.max"), 0), ProcFiles.number(group.resolve("cpu.max"), 1));
    }

    private static Map<Fact, Long> quotaOfVersionOne(Path group) {
        OptionalLong quota = ProcFiles.number(group.resolve("cpu.cfs_quota_us"), 0);
        boolean none = quota.isPresent() && quota.getAsLong() < 0;
        return quota(
                none ? OptionalLong.of(Facts.UNLIMITED) : quota,
                ProcFiles.number(group.resolve("cpu.cfs_period_us"), 0));
    }

    private static Map<Fact, Long> quota(OptionalLong quota, OptionalLong period) {
        if (quota.isEmpty() || period.isEmpty() || period.getAsLong() <= 0) {
            return Map.of();
        }
        long micros = quota.getAsLong();
        return Map.of(
                Fact.CPU_QUOTA, micros >= NO_LIMIT ? Facts.UNLIMITED : micros * MICROS_PER_SECOND / period.getAsLong());
    }

    /** What is allowed and what is used, without what is {@code free} again when somebody needs it; that is asked only where there is a limit. */
    private static Map<Fact, Long> left(Fact limit, Path max, Fact usage, Path used, LongSupplier free) {
        OptionalLong allowed = ProcFiles.number(max, 0);
        OptionalLong taken = ProcFiles.number(used, 0);
        if (allowed.isEmpty() || taken.isEmpty()) {
            return Map.of();
        }
        return Map.of(
                limit,
                allowed.getAsLong() >= NO_LIMIT ? Facts.UNLIMITED : allowed.getAsLong(),
                usage,
                Math.max(0, taken.getAsLong() - free.getAsLong()));
    }

    private void tightest(Way way, String resource, Function<Path, Map<Fact, Long>> limits) {
        long min = Facts.UNLIMITED;
        boolean found = false;
        for (Path group = way.own(); group != null && group.startsWith(way.mount); group = group.getParent()) {
            Map<Fact, Long> read = limits.apply(group);
            long left = leaves(read);
            if (!read.isEmpty() && (!found || left < min)) {
                found = true;
                min = left;
                read.forEach((fact, value) -> values.put(fact.kernelName(), value));
                groups.put(resource, way.named(group));
            }
        }
    }

    private static long leaves(Map<Fact, Long> read) {
        long max = Facts.UNLIMITED;
        long used = 0;
        for (Map.Entry<Fact, Long> one : read.entrySet()) {
            if (one.getKey().kind() == Fact.Kind.LIMIT) {
                max = one.getValue();
            } else {
                used = one.getValue();
            }
        }
        return max == Facts.UNLIMITED ? Facts.UNLIMITED : max - used;
    }

    /** {@code oom_kill 3}, a line of a file with many. */
    private static OptionalLong entry(Path file, String name) {
        return ProcFiles.lines(file).stream()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> ProcFiles.number(line.substring(name.length() + 1).strip()))
                .flatMapToLong(OptionalLong::stream)
                .findFirst();
    }

    /** The folders from a process's own group up to the mount. */
    private record Way(Path mount, String path) {
        /** Inside a container the path may be the one outside, of which only the top is there. */
        Path own() {
            for (Path group = mount.resolve(path).normalize(); group != null; group = group.getParent()) {
                if (!group.startsWith(mount) || Files.isDirectory(group)) {
                    return group.startsWith(mount) ? group : mount;
                }
            }
            return mount;
        }

        Path folder(Facts.Group group) {
            return mount.resolve(group.path().replaceFirst("^/", ""));
        }

        /** Two containers may see different groups under the same path: the folder's inode tells them apart. */
        Facts.Group named(Path group) {
            String shown = "/" + mount.relativize(group);
            try {
                return new Facts.Group(shown, String.valueOf(Files.getAttribute(group, "unix:ino")));
            } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
                return new Facts.Group(shown, shown);
            }
        }
    }
}
