package io.connscale.kernel;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether the kernel has killed for want of memory where a process of this machine is, so that its end can be told from a kill
 * by somebody else: both are a SIGKILL. The kernel counts it before the process ends.
 */
public final class OomKills {
    /** How the words begin that say so, here and where a shell on another machine says it. */
    public static final String KILLED = "killed by the kernel: out of memory (";

    private final Path proc;
    private final Path cgroups;
    /** As it was while the process lived: then it tells no more. */
    private final List<String> membership;

    private final Facts before;

    private OomKills(Path proc, Path sys, long pid) {
        this.proc = proc;
        this.cgroups = sys.resolve("fs/cgroup");
        this.membership = ProcFiles.lines(proc.resolve(pid + "/cgroup"));
        this.before = read();
    }

    /** From now on, where {@code process} is, which is running; empty where that is not this machine. */
    public static Optional<OomKills> of(Process process) {
        try {
            return Optional.of(of(Path.of("/proc"), Path.of("/sys"), process.pid()));
        } catch (UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    static OomKills of(Path proc, Path sys, long pid) {
        return new OomKills(proc, sys, pid);
    }

    private Facts read() {
        Cgroup cgroup = new Cgroup(cgroups, membership);
        Map<String, Long> values = cgroup.values();
        values.putAll(Tables.vmstat(proc.resolve("vmstat")));
        return Facts.NONE.with(values, cgroup.groups());
    }

    /** {@code killed by the kernel: out of memory (control group /a, memory.oom_kill +1)}; empty where nothing says so. */
    public Optional<String> since() {
        return said(read(), before).map(evidence -> KILLED + evidence + ")");
    }

    /**
     * The evidence that the kernel killed there between two moments, in words. Where the control group counts, the machine's
     * count is about others.
     */
    public static Optional<String> said(Facts now, Facts before) {
        boolean counted = now.knows(Fact.OOM_KILLS) && before.knows(Fact.OOM_KILLS);
        Fact fact = counted ? Fact.OOM_KILLS : Fact.OOM_KILLS_OF_MACHINE;
        long kills = now.grown(fact, before);
        String where = counted ? now.group(Facts.MEMORY_GROUP) : "the machine";
        return kills <= 0 ? Optional.empty() : Optional.of(where + ", " + fact.kernelName() + " +" + kills);
    }
}
