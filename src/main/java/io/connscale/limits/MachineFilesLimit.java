package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All processes of a machine together may have {@code fs.file-max} files open (proc(5)); beyond, {@code ENFILE}. The kernel
 * lets processes with {@code CAP_SYS_ADMIN} go beyond it.
 */
@AutoService(Limit.class)
public final class MachineFilesLimit implements Limit {
    private static final String NAME = "machine's files";
    private static final long ENOUGH = 1 << 20;
    private static final long SPARE = 100_000;

    @Override
    public List<Allowance> plan(Observation planned) {
        return Place.machines(planned.ends()).stream()
                .filter(machine -> limit(machine).get(Fact.MAX_FILES) != Facts.UNLIMITED)
                .map(MachineFilesLimit::allowance)
                .toList();
    }

    private static Allowance allowance(Place machine) {
        long free = machine.least(MachineFilesLimit::free);
        long wanted = machine.wanted();
        if (free == Facts.UNKNOWN) {
            return Allowance.unread(NAME, Allowance.Scope.MACHINE, machine.ends(), wanted, Fact.MAX_FILES.setting());
        }
        double each = wanted == 0 ? 1 : (double) machine.sockets() / wanted;
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("free", free);
        numbers.put("perConnection", each);
        return new Allowance(
                NAME,
                Allowance.Scope.MACHINE,
                machine.ends(),
                wanted,
                (long) (free / each),
                Words.number(free) + " free of fs.file-max, with CAP_SYS_ADMIN more"
                        + (each > 1 ? ", both ends are here" : ""),
                numbers,
                remedy(limit(machine), machine.sockets()).text());
    }

    private static Facts limit(Place machine) {
        return machine.knowing(end -> end.now().knows(Fact.MAX_FILES)).now();
    }

    private static long free(End end) {
        return end.left(Fact.MAX_FILES, Fact.FILES_IN_USE);
    }

    /** Silent about what is more than the memory has room for. */
    @Override
    public List<Finding> findings(End end) {
        long free = free(end);
        long max = end.now().get(Fact.MAX_FILES);
        long used = end.now().get(Fact.FILES_IN_USE);
        return free == Facts.UNKNOWN || free >= MemoryLimit.room(end)
                ? List.of()
                : List.of(new Finding(
                                Fact.MAX_FILES.setting(),
                                Words.number(max) + ", " + Words.number(used) + " in use",
                                "all processes of the machine (ENFILE), but root's",
                                free,
                                remedy(end.now(), 0))
                        .with("files", max)
                        .with("inUse", used));
    }

    @Override
    public Optional<Cause> cause(Observation seen) {
        return FileDescriptorLimit.noFileLeft(
                seen,
                "ENFILE",
                "machine-files",
                end -> "no file left " + (end instanceof HostEnd ? "on the machine" : "for its machine"),
                MachineFilesLimit::limit,
                MachineFilesLimit::fix);
    }

    private static String limit(End end) {
        return "fs.file-max " + Words.number(end.now().get(Fact.MAX_FILES)) + ", "
                + Words.number(end.now().get(Fact.FILES_IN_USE)) + " in use";
    }

    private static String fix(End end) {
        return end.now().get(Fact.MAX_FILES) == Facts.UNLIMITED
                ? "fs.file-max is unlimited there: the kernel has no memory for more files"
                : "Raise it: " + remedy(end.now(), 0).text();
    }

    /** Four times as many, and enough for {@code more}. */
    private static Remedy remedy(Facts facts, long more) {
        long used = Math.max(0, facts.get(Fact.FILES_IN_USE));
        return Remedy.sysctl(
                Fact.MAX_FILES, Remedy.times(4, facts.get(Fact.MAX_FILES), Math.max(4 * ENOUGH, used + more + SPARE)));
    }
}
