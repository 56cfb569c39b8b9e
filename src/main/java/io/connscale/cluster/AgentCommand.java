package io.connscale.cluster;

import io.connscale.cluster.config.HostConfig;
import io.connscale.cluster.deploy.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command that is an agent: this program again, in the other role. */
final class AgentCommand {
    /** What every Java that connscale runs on understands. */
    private static final int ANY_JAVA = 17;
    /**
     * Deaf to a terminal's Ctrl-C and hang-up, since only the end of its standard input ends an agent; with as many files as it
     * may have. HotSpot raises the soft limit by itself, other JVMs don't; where it can't be raised the agent says so later.
     */
    private static final List<String> AS_AGENT =
            List.of("sh", "-c", "trap '' INT HUP; ulimit -Sn \"$(ulimit -Hn)\" 2> /dev/null; exec \"$@\"", "sh");

    /** The first word of this program's arguments that makes it an agent. */
    private static final String AGENT = "agent";

    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private AgentCommand() {}

    /** On this machine: with this process's own Java and program, unless the host names a Java. */
    static List<String> local(HostConfig host) {
        int feature = host.java().isPresent() ? ANY_JAVA : Runtime.version().feature();
        List<String> words = new ArrayList<>();
        words.add(host.java().orElse(JAVA));
        words.addAll(AgentFlags.of(feature));
        words.addAll(host.jvm());
        words.addAll(program());
        words.add(AGENT);
        return words;
    }

    /** On a host, with the Java and the jar that are there. */
    static List<String> remote(HostConfig host, Installation there) {
        List<String> words = new ArrayList<>(AS_AGENT);
        words.add(there.java().path());
        words.addAll(AgentFlags.of(there.java().feature()));
        words.addAll(host.jvm());
        words.addAll(List.of("-jar", there.jar(), AGENT));
        return words;
    }

    /**
     * On this machine, as this very process was started, which is an agent itself: the same Java, flags and program. Linux
     * says how (proc(5)); elsewhere with what is usual here.
     */
    static List<String> again() {
        try {
            String line = Files.readString(Path.of("/proc/self/cmdline"));
            List<String> words = new ArrayList<>(List.of(line.split("\0", -1)));
            words.remove(words.size() - 1); // each word ends with a NUL, the last one too
            words.set(0, JAVA);
            return words;
        } catch (IOException e) {
            List<String> words = new ArrayList<>(List.of(JAVA));
            words.addAll(AgentFlags.of(Runtime.version().feature()));
            words.addAll(program());
            words.add(AGENT);
            return words;
        }
    }

    private static List<String> program() {
        String classPath = System.getProperty("java.class.path");
        if (classPath.endsWith(".jar") && !classPath.contains(System.getProperty("path.separator"))) {
            return List.of("-jar", classPath);
        }
        List<String> words = new ArrayList<>();
        if (Runtime.version().feature() >= 22) {
            words.add("--enable-native-access=ALL-UNNAMED"); // the jar's manifest says it where there is a jar
        }
        words.addAll(List.of("-cp", classPath, "io.connscale.Main"));
        return words;
    }
}
