package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Threads: those that {@code kernel.threads-max} and {@code kernel.pid_max} leave on a machine, {@code pids.max} in a control
 * group, or {@code ulimit -u} a user who is not root. A connection needs none, but each further process does; where none is left
 * clone(2) fails with {@code EAGAIN}.
 */
@AutoService(Limit.class)
public final class ThreadsLimit implements Limit {
    private static final String NAME = "threads";
    private static final String FEWER = "more file descriptors per process, so that fewer processes are needed";
    /** Threads of a process of ours, with some to spare for a few processes. */
    private static final long FEW = 200;

    private static final long PLENTY = 100_000;

    /** What bounds threads: the number itself, and how many there are. */
    private enum Bound {
        GROUP(Fact.CGROUP_PIDS_MAX, Fact.CGROUP_PIDS),
        /** How many the user has is known only where it binds: root is exempt. */
        USER(Fact.SOFT_PROCESSES, Fact.USER_THREADS),
        THREADS(Fact.THREADS_MAX, Fact.THREADS),
        PIDS(Fact.PIDS_MAX, Fact.THREADS);

        private final Fact max;
        private final Fact used;

        Bound(Fact max, Fact used) {
            this.max = max;
            this.used = used;
        }

        long max(End end) {
            return end.now().get(max);
        }

        long left(End end) {
            return end.left(max, used);
        }

        /** {@code pids.max 40 of control group /a}. */
        String name(End end) {
            return switch (this) {
                case GROUP -> "pids.max " + Words.number(max(end)) + " of " + group(end);
                case USER -> "ulimit -u " + Words.number(max(end));
                default -> max.setting() + " " + Words.number(max(end));
            };
        }

        private static String group(End end) {
            return end.now().group(Facts.PIDS_GROUP);
        }

        Remedy remedy(End end) {
            return switch (this) {
                case GROUP ->
                    Remedy.ofGroup("pids.max", group(end), "the container's pids limit; systemd: TasksMax=infinity");
                case USER -> Remedy.ulimit("-u", "nproc", "LimitNPROC", Remedy.times(2, max(end), PLENTY));
                default -> Remedy.sysctl(max, Remedy.times(2, max(end), PLENTY));
            };
        }

        /** Equal for all ends that share it. */
        Optional<String> id(End end) {
            if (left(end) == Facts.UNKNOWN) {
                return Optional.empty();
            }
            Facts.Group group = end.now().groups().get(Facts.PIDS_GROUP);
            return Optional.of(end.machine()
                    + switch (this) {
                        case GROUP -> " group " + (group == null ? "" : group.id());
                        case USER -> " uid " + end.now().get(Fact.UID) + " of " + max(end);
                        default -> "";
                    });
        }

        Finding finding(End end) {
            long inUse = end.now().get(used);
            String whose = switch (this) {
                case GROUP -> " of the " + group(end);
                default -> "";
            };
            String of = switch (this) {
                case GROUP -> "the control group";
                case USER -> "this user";
                default -> "the machine";
            };
            return new Finding(
                            this == USER ? "RLIMIT_NPROC" : max.setting(),
                            Words.number(max(end)) + whose + ", " + Words.number(inUse) + " in use",
                            "threads of " + of + ": further workers",
                            Finding.NO_NUMBER,
                            remedy(end))
                    .with("threads", max(end))
                    .with("inUse", inUse);
        }
    }

    @Override
    public List<Allowance> plan(Observation planned) {
        List<Allowance> rows = new ArrayList<>();
        for (Place machine : Place.machines(planned.ends())) {
            long left = machine.least(
                    end -> tightest(end).map(bound -> bound.left(end)).orElse(Facts.UNKNOWN));
            rows.add(
                    left == Facts.UNKNOWN
                            ? Allowance.unread(
                                    NAME,
                                    Allowance.Scope.MACHINE,
                                    machine.ends(),
                                    machine.wanted(),
                                    Fact.THREADS_MAX.setting())
                            : allowance(
                                    machine,
                                    Allowance.Scope.MACHINE,
                                    "kernel.threads-max and kernel.pid_max",
                                    left,
                                    tightest(machine.first())
                                            .map(bound -> bound.remedy(machine.first())
                                                    .text())
                                            .orElse("raise kernel.threads-max or kernel.pid_max, whichever is less")));
        }
        for (Bound bound : List.of(Bound.GROUP, Bound.USER)) {
            for (Place group : Place.by(planned.ends(), bound::id)) {
                rows.add(allowance(
                        group,
                        Allowance.Scope.GROUP,
                        bound.name(group.first()),
                        group.least(bound::left),
                        bound.remedy(group.first()).text()));
            }
        }
        return rows;
    }

    /** Of the two that hold for the whole machine. */
    private static Optional<Bound> tightest(End end) {
        return Stream.of(Bound.THREADS, Bound.PIDS)
                .filter(bound -> bound.left(end) != Facts.UNKNOWN)
                .min((a, b) -> Long.compare(a.left(end), b.left(end)));
    }

    private static Allowance allowance(Place place, Allowance.Scope scope, String of, long left, String fix) {
        long wanted = place.wanted();
        long needed = (long) needs(place, wanted, wanted);
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("of", of);
        numbers.put("left", left);
        numbers.put("needed", needed);
        return new Allowance(
                NAME,
                scope,
                place.ends(),
                wanted,
                Largest.that(k -> needs(place, k, wanted) <= left, Plan.MAX),
                Words.number(left) + " left of " + of + ", " + Words.number(needed) + " needed",
                numbers,
                fix + ", or " + FEWER);
    }

    private static double needs(Place place, long k, long wanted) {
        return place.ends().stream()
                .mapToDouble(end -> (double) end.processes().toStart(end.shareOf(k, wanted))
                        * end.processes().threadsOfOne())
                .sum();
    }

    @Override
    public List<Finding> findings(End end) {
        return Stream.of(Bound.values())
                .filter(bound -> bound.left(end) != Facts.UNKNOWN && bound.left(end) < FEW)
                .map(bound -> bound.finding(end))
                .toList();
    }

    @Override
    public Optional<Cause> cause(Observation seen) {
        Optional<HostEnd> host = seen.worst("start EAGAIN");
        ServerEnd server = seen.server();
        long atServer = server.count("start EAGAIN");
        if (host.isPresent()) {
            long failed = host.get().count("start EAGAIN");
            return host.map(end -> new Cause(
                    Certainty.NO_PROCESS,
                    failed,
                    new Verdict(
                            "threads",
                            end,
                            end.stopped() + "no thread or process left for its agent (" + bounds(end)
                                    + "; start EAGAIN " + Words.number(failed) + ")",
                            fix(end))));
        }
        return atServer == 0 || !seen.troubled()
                ? Optional.empty()
                : Optional.of(new Cause(
                        Certainty.SERVER_NO_PROCESS,
                        atServer,
                        new Verdict(
                                "server-threads",
                                server,
                                server.stoppedAccepting() + "no thread or process left for more of it ("
                                        + bounds(server) + "; start EAGAIN)",
                                fix(server))));
    }

    /** Whatever bounds threads there: {@code pids.max 40 of control group /a, 40 in use}. */
    private static String bounds(End end) {
        String bounds = Stream.of(Bound.values())
                .filter(bound -> bound.left(end) != Facts.UNKNOWN)
                .map(bound -> bound.name(end) + ", " + Words.number(end.now().get(bound.used)) + " in use")
                .collect(Collectors.joining("; "));
        return bounds.isEmpty() ? "limits unknown" : bounds;
    }

    /** Of the tightest, or of all where none is known. */
    private static String fix(End end) {
        return "Raise it: "
                + Stream.of(Bound.values())
                        .filter(bound -> bound.left(end) != Facts.UNKNOWN)
                        .min((a, b) -> Long.compare(a.left(end), b.left(end)))
                        .map(bound -> bound.remedy(end).text())
                        .orElse("pids.max of the control group (systemd TasksMax), ulimit -u,"
                                + " sysctl -w kernel.threads-max")
                + "; or " + FEWER;
    }
}
