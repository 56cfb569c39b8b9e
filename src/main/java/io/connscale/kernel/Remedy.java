package io.connscale.kernel;

/**
 * What changes a limit: the words for it, written once, for {@code plan}, {@code doctor} and the verdicts.
 *
 * @param now the command that changes it until the next restart
 * @param forGood what changes it for good
 */
public record Remedy(String now, String forGood) {
    private static final String LIMITS_FILE = "/etc/security/limits.d/90-connscale.conf";

    /** In one line. */
    public String text() {
        return now + " (for good: " + forGood + ")";
    }

    /** File descriptors per process. A line for {@code *} does not reach root (limits.conf(5)), so root has its own. */
    public static Remedy files(long enough) {
        return new Remedy(
                "ulimit -n " + enough + " in the shell that starts it",
                forUsers("nofile", enough) + "; systemd: LimitNOFILE=" + enough);
    }

    /** Threads per user; root is exempt. */
    public static Remedy threadsOfUser(long enough) {
        return new Remedy(
                "ulimit -u " + enough + " in the shell that starts it",
                forUsers("nproc", enough) + "; systemd: LimitNPROC=" + enough);
    }

    private static String forUsers(String item, long enough) {
        return "printf '* - %s %d\\nroot - %s %d\\n' >> %s".formatted(item, enough, item, enough, LIMITS_FILE);
    }

    public static Remedy sysctl(String setting, String better) {
        String quoted = better.contains(" ") ? '"' + better + '"' : better;
        return new Remedy(
                "sysctl -w " + setting + "=" + quoted,
                "echo '" + setting + " = " + better + "' >> /etc/sysctl.d/90-connscale.conf");
    }

    /**
     * Memory of a control group.
     *
     * @param group as {@link Facts#group} names it
     */
    public static Remedy memoryOfGroup(String group) {
        return ofGroup("memory.max", group, "the container's memory limit; systemd: MemoryMax=infinity");
    }

    public static Remedy threadsOfGroup(String group) {
        return ofGroup("pids.max", group, "the container's pids limit; systemd: TasksMax=infinity");
    }

    public static Remedy cpuOfGroup(String group) {
        return ofGroup("cpu.max", group, "the container's CPU limit; systemd: CPUQuota=");
    }

    private static Remedy ofGroup(String file, String group, String forGood) {
        return new Remedy("echo max > " + file + " of the " + group + ", below /sys/fs/cgroup", forGood);
    }
}
