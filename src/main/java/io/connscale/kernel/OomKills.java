package io.connscale.kernel;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Whether the kernel has killed for want of memory where a process of this machine is, so that its end can be told from a kill
 * by somebody else: both are a SIGKILL. The kernel counts it before the process ends.
 */
public final class OomKills {
    /** How the words begin that say so, here and where a shell on another machine says it. */
    public static final String KILLED = "killed by the kernel: out of memory (";

    /** So often it is looked again: what was counted before the last two looks is about other processes of the group. */
    private static final long LOOK_AGAIN = TimeUnit.SECONDS.toNanos(5);

    private final Path proc;
    private final Path cgroups;
    private final LongSupplier clock;
    /** As it was while the process lived: then it tells no more. */
    private final List<String> membership;

    private volatile Looks looks;

    /** @param earlier by at least {@link #LOOK_AGAIN}, but for the first ones; what is compared with, since the last may be as late as the end */
    private record Looks(Look earlier, Look last) {}

    private record Look(Facts facts, long nanos) {}

    private OomKills(Path proc, Path sys, long pid, LongSupplier clock) {
        this.proc = proc;
        this.cgroups = sys.resolve("fs/cgroup");
        this.clock = clock;
        this.membership = ProcFiles.lines(proc.resolve(pid + "/cgroup"));
        Look first = look();
        this.looks = new Looks(first, first);
    }

    /** From now on, where {@code process} is, which is running; empty where that is not this machine. */
    public static Optional<OomKills> of(Process process) {
        try {
            return Optional.of(of(Path.of("/proc"), Path.of("/sys"), process.pid(), System::nanoTime));
        } catch (UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    /** @param clock {@link System#nanoTime()}, or a test's */
    static OomKills of(Path proc, Path sys, long pid, LongSupplier clock) {
        return new OomKills(proc, sys, pid, clock);
    }

    private Look look() {
        Cgroup cgroup = new Cgroup(cgroups, membership);
        Map<String, Long> values = cgroup.values();
        values.putAll(Tables.vmstat(proc.resolve("vmstat")));
        return new Look(Facts.NONE.with(values, cgroup), clock.getAsLong());
    }

    /** Once per second, while the process lives. One thread. */
    public void tick() {
        Looks now = looks;
        if (clock.getAsLong() - now.last.nanos >= LOOK_AGAIN) {
            looks = new Looks(now.last, look());
        }
    }

    /**
     * {@code killed by the kernel: out of memory (control group /a, memory.oom_kill +1 within the last 7 s)}, now that it has ended
     * by SIGKILL; empty where nothing says so.
     */
    public Optional<String> atTheEnd() {
        Look before = looks.earlier;
        Look now = look();
        long seconds = TimeUnit.NANOSECONDS.toSeconds(now.nanos - before.nanos) + 1;
        return said(now.facts, before.facts).map(evidence -> KILLED + evidence + " within the last " + seconds + " s)");
    }

    /**
     * The evidence that the kernel killed there between two moments, in words. Where the control group counts, the machine's
     * count is about others.
     */
    public static Optional<String> said(Facts now, Facts before) {
        boolean counted = now.knows(Fact.OOM_KILLS) && before.knows(Fact.OOM_KILLS);
        Fact fact = counted ? Fact.OOM_KILLS : Fact.OOM_KILLS_OF_MACHINE;
        long kills = now.grown(fact, before);
        String where = counted ? now.group(Facts.OOM_GROUP) : "the machine";
        return kills <= 0 ? Optional.empty() : Optional.of(where + ", " + fact.kernelName() + " +" + kills);
    }
}
