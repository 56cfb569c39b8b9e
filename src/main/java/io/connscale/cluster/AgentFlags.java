package io.connscale.cluster;

import io.connscale.kernel.Limits;
import java.util.ArrayList;
import java.util.List;

/**
 * The JVM flags of an agent: a small quiet process, by the version of its Java, which ends at once on a flag it doesn't know,
 * and by the files it may open, which is how many connections it may come to hold. docs/PERFORMANCE.md has what each is worth.
 */
final class AgentFlags {
    /** From here on {@code UseCompactObjectHeaders} is a product flag (JEP 519); 24 has it as an experiment only. */
    private static final int COMPACT_HEADERS = 25;
    /** Connections for which a MiB of young generation is enough: what a connection makes is rubbish at once. */
    private static final long PER_YOUNG_MIB = 5_000;

    private static final long MIN_YOUNG_MIB = 4;
    private static final long MAX_YOUNG_MIB = 64;

    private AgentFlags() {}

    /**
     * @param feature the Java's feature version, 17 at least
     * @param limits of the agent's process
     */
    static List<String> of(int feature, Limits limits) {
        List<String> flags = new ArrayList<>();
        flags.add("-XX:+DisplayVMOutputToStderr"); // the JVM's own warnings: standard output is the channel's alone
        flags.add("-Xlog:disable"); // and so are the warnings of its log, which has standard output of its own accord
        flags.add("-Xlog:all=warning:stderr");
        flags.add("-Xlog:cds*=off:stderr"); // an archive of classes that does not fit is no trouble
        // An agent that has no heap left can't count any more: it ends and says so, with exit code 3, rather than stand
        // still.
        flags.add("-XX:+ExitOnOutOfMemoryError");
        flags.add("-XX:+UseSerialGC"); // the smallest process; collections of a small heap are short
        // The second compiler gains a few hundredths of a Ping's time; it costs three times the CPU of the first
        // connections, and 10 MB.
        flags.add("-XX:TieredStopAtLevel=1");
        flags.add("-XX:-UsePerfData"); // no file in /tmp for each agent
        flags.add("-Xshare:auto");
        // Archived classes where they were made for, not at a random place: else each start rewrites all of them.
        flags.add("-XX:+UnlockDiagnosticVMOptions");
        flags.add("-XX:ArchiveRelocationMode=0");
        flags.add("-XX:AsyncDeflationInterval=10000"); // not four times a second: a hundred may be idle on two CPUs
        flags.add("-XX:GuaranteedSafepointInterval=0"); // nor two threads once a second; as later Javas have it
        flags.add("-Dsun.net.inetaddr.ttl=1"); // seconds: the server's name is looked up for each order
        flags.addAll(memory(limits));
        if (feature >= COMPACT_HEADERS) {
            flags.add("-XX:+UseCompactObjectHeaders"); // a connection is a handful of small objects
        }
        flags.add("-Dconnscale.log.level=" + System.getProperty("connscale.log.level", "INFO"));
        return flags;
    }

    /** The heap grows with the connections, and not ahead of them. */
    private static List<String> memory(Limits limits) {
        long young = Math.max(MIN_YOUNG_MIB, Math.min(limits.softFiles() / PER_YOUNG_MIB, MAX_YOUNG_MIB));
        return List.of(
                "-Xms" + 2 * young + "m",
                "-Xmn" + young + "m",
                "-XX:MinHeapFreeRatio=5",
                "-XX:MaxHeapFreeRatio=15",
                "-XX:ReservedCodeCacheSize=24m",
                "-Xss256k");
    }

    /** More for one process of many. Its parent's end is the end of its standard input; only a parent that was stopped is silent. */
    static List<String> ofWorker() {
        return List.of("-XX:CICompilerCount=1", "-Dconnscale.silence=60", "-Dconnscale.loops=1");
    }
}
