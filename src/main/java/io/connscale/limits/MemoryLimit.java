package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.OomKills;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Memory of a machine ({@code MemAvailable}, proc(5)), or of a control group: when it is used up, the kernel kills. Above
 * {@code memory.high} of a group it does not kill, but takes memory back from the processes and holds them up (cgroup-v2.rst).
 */
@AutoService(Limit.class)
public final class MemoryLimit implements Limit {
    private static final String NAME = "memory";
    /** Once may be chance. */
    private static final long OFTEN = 10;

    private static final String MORE = "more memory, less on this machine, or the connections shared over more hosts";

    /** Of a control group. */
    private enum Bound {
        MAX(
                Fact.CGROUP_MEMORY_MAX,
                Fact.CGROUP_MEMORY,
                Facts.MEMORY_GROUP,
                "above it the kernel kills",
                "the container's memory limit; systemd: MemoryMax=infinity"),
        HIGH(
                Fact.CGROUP_MEMORY_HIGH,
                Fact.CGROUP_MEMORY_OF_HIGH,
                Facts.MEMORY_HIGH_GROUP,
                "above it the kernel holds them up",
                "systemd: MemoryHigh=infinity");

        private final Fact max;
        private final Fact used;
        private final String resource;
        private final String above;
        private final String forGood;

        Bound(Fact max, Fact used, String resource, String above, String forGood) {
            this.max = max;
            this.used = used;
            this.resource = resource;
            this.above = above;
            this.forGood = forGood;
        }

        long left(End end) {
            return end.left(max, used);
        }

        String group(End end) {
            return end.now().group(resource);
        }

        /** {@code control group /a}, {@code memory.high of control group /a}. */
        String name(End end) {
            return (this == HIGH ? max.setting() + " of " : "") + group(end);
        }

        Remedy remedy(End end) {
            return Remedy.ofGroup(max.setting(), group(end), forGood);
        }

        /** Equal for all ends that share it. */
        Optional<String> id(End end) {
            Facts.Group group = end.now().groups().get(resource);
            return left(end) == Facts.UNKNOWN
                    ? Optional.empty()
                    : Optional.of(end.machine() + " " + (group == null ? "" : group.id()));
        }

        /** Where it leaves less than the machine does. */
        Optional<Finding> finding(End end) {
            long available = end.now().get(Fact.MEMORY_AVAILABLE);
            return left(end) == Facts.UNKNOWN || (available != Facts.UNKNOWN && left(end) >= available)
                    ? Optional.empty()
                    : Optional.of(new Finding(
                                    max.setting(),
                                    Words.number(end.now().get(max) >> 20) + " MiB of the " + group(end),
                                    "the processes here, sockets included: " + above,
                                    left(end) / end.bytesEach(),
                                    remedy(end))
                            .with("bytes", end.now().get(max))
                            .with("inUse", end.now().get(used)));
        }
    }

    @Override
    public List<Allowance> plan(Observation planned) {
        List<Allowance> rows = new ArrayList<>();
        for (Place machine : Place.machines(planned.ends())) {
            long available = machine.least(end -> end.now().get(Fact.MEMORY_AVAILABLE));
            rows.add(
                    available == Facts.UNKNOWN
                            ? Allowance.unread(
                                    NAME, Allowance.Scope.MACHINE, machine.ends(), machine.wanted(), "/proc/meminfo")
                            : allowance(machine, Allowance.Scope.MACHINE, available, "", MORE, true));
        }
        for (Bound bound : Bound.values()) {
            for (Place group : Place.by(planned.ends(), bound::id)) {
                rows.add(allowance(
                        group,
                        Allowance.Scope.GROUP,
                        group.least(bound::left),
                        bound.name(group.first()),
                        bound.remedy(group.first()).text(),
                        bound == Bound.MAX));
            }
        }
        return rows;
    }

    private static Allowance allowance(
            Place place, Allowance.Scope scope, long available, String group, String fix, boolean kills) {
        long wanted = place.wanted();
        long needed = (long) needs(place, wanted, wanted);
        long each = each(place, wanted);
        Map<String, Object> numbers = new LinkedHashMap<>();
        if (!group.isEmpty()) {
            numbers.put("group", group);
        }
        numbers.put("availableBytes", available);
        numbers.put("neededBytes", needed);
        numbers.put("bytesPerConnection", each);
        Predicate<ToLongFunction<End>> killed = most -> needs(place, most) > available;
        return new Allowance(
                NAME,
                scope,
                place.ends(),
                wanted,
                Largest.that(k -> needs(place, k, wanted) <= available, Plan.MAX),
                Words.bytes(available) + " available" + (group.isEmpty() ? "" : " in " + group) + ", "
                        + Words.bytes(needed) + " needed: " + Words.bytes(each) + " a connection, "
                        + place.ends().stream()
                                .map(End::processes)
                                .map(one -> Words.bytes(one.bytesOfOne())
                                        + (one.loops() ? " a further worker" : " a further process"))
                                .distinct()
                                .collect(Collectors.joining(", ")),
                numbers,
                fix,
                kills ? killed : null);
    }

    /** What {@code k} of the wanted connections take here, bytes. */
    private static double needs(Place place, long k, long wanted) {
        return place.ends().stream()
                .mapToDouble(end -> needs(end, end.shareOf(k, wanted)))
                .sum();
    }

    /** What they take where other limits stop them first, bytes. */
    private static double needs(Place place, ToLongFunction<End> most) {
        return place.ends().stream()
                .mapToDouble(end -> needs(end, (double) Math.min(end.wanted(), most.applyAsLong(end))))
                .sum();
    }

    private static double needs(End end, double connections) {
        return connections * end.bytesEach()
                + (double) end.processes().toStart(connections)
                        * end.processes().bytesOfOne();
    }

    /** Bytes that a connection takes, apart from the processes that are started for it. */
    private static long each(Place place, long wanted) {
        double all = place.ends().stream()
                .mapToDouble(end -> (double) end.wanted() * end.bytesEach())
                .sum();
        return Math.round(all / Math.max(1, wanted));
    }

    /** How many connections the memory has room for, by the machine and by the control group; more than any where unknown. */
    static long room(End end) {
        return LongStream.of(end.now().get(Fact.MEMORY_AVAILABLE), Bound.MAX.left(end), Bound.HIGH.left(end))
                .filter(bytes -> bytes != Facts.UNKNOWN)
                .map(bytes -> bytes / end.bytesEach())
                .min()
                .orElse(Facts.UNLIMITED);
    }

    @Override
    public List<Finding> findings(End end) {
        return Stream.of(Bound.MAX.finding(end), Bound.HIGH.finding(end), swap(end))
                .flatMap(Optional::stream)
                .toList();
    }

    /** More than a tenth of the memory's size stands on disk. */
    private static Optional<Finding> swap(End end) {
        long swapped = end.now().get(Fact.SWAP) - end.now().get(Fact.SWAP_FREE);
        return end.now().knows(Fact.SWAP_FREE) && swapped > end.now().get(Fact.MEMORY) / 10
                ? Optional.of(new Finding(
                                "swap",
                                Words.number(swapped >> 20) + " MiB swapped out",
                                "nothing, but a process that is swapped in answers late",
                                Finding.NO_NUMBER,
                                new Remedy("swapoff -a; swapon -a", "more memory, or less on this machine"))
                        .with("bytes", swapped))
                : Optional.empty();
    }

    @Override
    public Optional<Cause> cause(Observation seen) {
        Optional<Cause> refused = seen.worst("connect ENOMEM", "connect ENOBUFS", "connect OutOfMemoryError")
                .map(host -> new Cause(
                        Certainty.ERRNO,
                        host.count("connect ENOMEM", "connect ENOBUFS", "connect OutOfMemoryError"),
                        new Verdict(
                                "memory",
                                host,
                                host.stopped() + "no memory for another socket (" + available(host) + "; "
                                        + host.reasons() + ")",
                                fix(host))));
        return refused.or(() -> EndedProcess.Loss.outOfMemory(seen).map(MemoryLimit::killed))
                .or(() -> heldUp(seen));
    }

    /** An end above its {@code memory.high} accepts, answers and sends late, whatever else is seen then. */
    private static Optional<Cause> heldUp(Observation seen) {
        long late = seen.count("receive timeout", "connect ETIMEDOUT", "receive ETIMEDOUT");
        return !seen.late()
                ? Optional.empty()
                : Stream.<End>concat(Stream.of(seen.server()), seen.hosts().stream())
                        .filter(end -> end.grown(Fact.HELD_UP_FOR_MEMORY) >= OFTEN)
                        .findFirst()
                        .map(end -> new Cause(
                                Certainty.STOPPED,
                                late,
                                new Verdict(
                                        "memory-high",
                                        end,
                                        end.process() + " was held up for memory: its " + Bound.HIGH.group(end)
                                                + " exceeded memory.high "
                                                + Words.number(end.grown(Fact.HELD_UP_FOR_MEMORY))
                                                + " times (memory.high "
                                                + Words.bytes(end.now().get(Fact.CGROUP_MEMORY_HIGH)) + ", "
                                                + Words.bytes(end.now().get(Fact.CGROUP_MEMORY_OF_HIGH))
                                                + " in use; receive timeout "
                                                + Words.number(seen.count("receive timeout")) + ", connect ETIMEDOUT "
                                                + Words.number(seen.count("connect ETIMEDOUT")) + ")",
                                        "Raise it: " + Bound.HIGH.remedy(end).text())));
    }

    /** Who started it saw the kernel count that when it ended. */
    private static Cause killed(EndedProcess.Loss loss) {
        End end = loss.end();
        String counted = OomKills.said(end.now(), end.before())
                .map(grown -> grown + "; ")
                .orElse("");
        return loss.cause(new Verdict(
                "out-of-memory",
                end,
                loss.stopped() + "the kernel killed a process of " + loss.whose() + ", out of memory (" + counted
                        + loss.reasons() + ")",
                fix(end)));
    }

    /** Of the machine, or of the control group where that leaves less. */
    private static String available(End end) {
        long machine = end.now().get(Fact.MEMORY_AVAILABLE);
        return isGroups(end)
                ? Words.bytes(Bound.MAX.left(end)) + " available in " + Bound.MAX.name(end)
                : machine == Facts.UNKNOWN ? "what is available is unknown" : Words.bytes(machine) + " available";
    }

    private static boolean isGroups(End end) {
        return Bound.MAX.finding(end).isPresent();
    }

    private static String fix(End end) {
        return "Give it " + (isGroups(end) ? "more, " + Bound.MAX.remedy(end).text() + ", or " : "") + MORE;
    }
}
