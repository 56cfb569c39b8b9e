package io.connscale.kernel.plan;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.Remedy;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory or threads that several ends may share without being all that is on a machine: those of a control group, or of a user.
 *
 * @param resource what it is of
 * @param id the same for all ends that share it
 * @param name whose it is, and which limit: {@code control group /a}, {@code ulimit -u 60}
 * @param left bytes or threads that can still be had
 */
public record Pool(Resource resource, String id, String name, long left, Remedy remedy) {
    public enum Resource {
        MEMORY,
        THREADS
    }

    /** Those that bind a process with these facts. */
    public static List<Pool> of(Facts facts, String host) {
        String machine = facts.machine().isEmpty() ? host : facts.machine();
        List<Pool> pools = new ArrayList<>();
        long memory = Machine.left(facts, Fact.CGROUP_MEMORY_MAX, Fact.CGROUP_MEMORY);
        if (memory != Facts.UNKNOWN) {
            String group = facts.group(Facts.MEMORY_GROUP);
            pools.add(new Pool(
                    Resource.MEMORY,
                    id(machine, facts, Facts.MEMORY_GROUP),
                    group,
                    memory,
                    Remedy.memoryOfGroup(group)));
        }
        long pids = Machine.left(facts, Fact.CGROUP_PIDS_MAX, Fact.CGROUP_PIDS);
        if (pids != Facts.UNKNOWN) {
            String group = facts.group(Facts.PIDS_GROUP);
            pools.add(new Pool(
                    Resource.THREADS,
                    id(machine, facts, Facts.PIDS_GROUP),
                    "pids.max " + Words.number(facts.get(Fact.CGROUP_PIDS_MAX)) + " of " + group,
                    pids,
                    Remedy.threadsOfGroup(group)));
        }
        long ofUser = Machine.left(facts, Fact.SOFT_PROCESSES, Fact.USER_THREADS);
        if (ofUser != Facts.UNKNOWN) {
            long max = facts.get(Fact.SOFT_PROCESSES);
            pools.add(new Pool(
                    Resource.THREADS,
                    machine + " uid " + facts.get(Fact.UID) + " of " + max,
                    "ulimit -u " + Words.number(max),
                    ofUser,
                    Remedy.threadsOfUser(Math.max(100_000, max * 2))));
        }
        return pools;
    }

    private static String id(String machine, Facts facts, String resource) {
        Facts.Group group = facts.groups().get(resource);
        return machine + " " + resource + " " + (group == null ? "" : group.id());
    }
}
