package io.connscale.limits;

import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import java.util.List;
import java.util.Map;

/**
 * What changes a limit. Each limit writes its own once, for {@code plan}, {@code doctor} and the verdict.
 *
 * @param now the command that changes it until the next restart
 * @param forGood what changes it for good
 * @param settings the same for {@code doctor --fix}, as its script takes them ({@code fix.sh}); empty where no file of the machine says it
 */
record Remedy(String now, String forGood, List<String> settings) {
    private static final String LIMITS_FILE = "/etc/security/limits.d/90-connscale.conf";

    /** The top that a process sees has a limit in a container alone: it is the container's own group, which can't be changed from inside. */
    private static final Map<String, String> OF_CONTAINERS = Map.of(
            Fact.CGROUP_MEMORY_MAX.setting(), "--memory (Kubernetes: resources.limits.memory)",
            Fact.CGROUP_PIDS_MAX.setting(), "--pids-limit (Kubernetes: the kubelet's podPidsLimit)",
            Fact.CPU_QUOTA.setting(), "--cpus (Kubernetes: resources.limits.cpu)");

    Remedy(String now, String forGood) {
        this(now, forGood, List.of());
    }

    /** In one line. */
    String text() {
        return now + " (for good: " + forGood + ")";
    }

    static Remedy sysctl(Fact setting, long better) {
        return sysctl(setting, Long.toString(better));
    }

    static Remedy sysctl(Fact setting, String better) {
        String quoted = better.contains(" ") ? '"' + better + '"' : better;
        return new Remedy(
                "sysctl -w " + setting.setting() + "=" + quoted,
                "echo '" + setting.setting() + " = " + better + "' >> /etc/sysctl.d/90-connscale.conf",
                List.of("sysctl:" + setting.setting() + "=" + better));
    }

    /**
     * A limit of the shell and what it starts. A line for {@code *} does not reach root (limits.conf(5)), so root has its own.
     *
     * @param option ulimit's
     * @param item of limits.conf
     * @param unit systemd's setting
     */
    static Remedy ulimit(String option, String item, String unit, long enough) {
        return new Remedy(
                "ulimit " + option + " " + enough + " in the shell that starts it",
                "printf '* - %s %d\\nroot - %s %d\\n' >> %s; systemd: %s=%d"
                        .formatted(item, enough, item, enough, LIMITS_FILE, unit, enough),
                List.of("limit:" + item + "=" + enough, "systemd:Default" + unit + "=" + enough));
    }

    /**
     * A limit of a control group.
     *
     * @param file which has it
     * @param group as {@link Facts#group} names it
     */
    static Remedy ofGroup(String file, String group, String forGood) {
        String option = OF_CONTAINERS.get(file);
        if (option != null && group.endsWith(" /")) {
            return new Remedy("start the container with a larger " + option, forGood);
        }
        return new Remedy("echo max > " + file + " of the " + group + ", below /sys/fs/cgroup", forGood);
    }

    /** {@code n} times {@code max}, and no more than there are numbers; {@code least} where {@code max} is unknown. */
    static long times(int n, long max, long least) {
        return Math.max(least, max > Facts.UNLIMITED / n ? Facts.UNLIMITED : max * n);
    }
}
