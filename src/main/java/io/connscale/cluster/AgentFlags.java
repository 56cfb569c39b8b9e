package io.connscale.cluster;

import java.util.ArrayList;
import java.util.List;

/** The JVM flags of an agent: a small quiet process, by the version of its Java, which ends at once on a flag it doesn't know. */
final class AgentFlags {
    /** From here on {@code UseCompactObjectHeaders} is a product flag (JEP 519); 24 has it as an experiment only. */
    private static final int COMPACT_HEADERS = 25;

    private AgentFlags() {}

    /** @param feature the Java's feature version, 17 at least */
    static List<String> of(int feature) {
        List<String> flags = new ArrayList<>();
        flags.add("-XX:+DisplayVMOutputToStderr"); // the JVM's own warnings: standard output is the channel's alone
        flags.add("-Xlog:disable"); // and so are the warnings of its log, which has standard output of its own accord
        flags.add("-Xlog:all=warning:stderr");
        flags.add("-XX:+UseSerialGC"); // the smallest process; collections of a small heap are short
        flags.add("-XX:-UsePerfData"); // no file in /tmp for each agent
        flags.add("-Xshare:auto");
        if (feature >= COMPACT_HEADERS) {
            flags.add("-XX:+UseCompactObjectHeaders"); // a connection is a handful of small objects
        }
        flags.add("-Dlogback.configurationFile=logback-agent.xml");
        flags.add("-Dconnscale.log.level=" + System.getProperty("connscale.log.level", "INFO"));
        return flags;
    }
}
