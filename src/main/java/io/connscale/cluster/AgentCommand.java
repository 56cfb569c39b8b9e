package io.connscale.cluster;

import io.connscale.cluster.config.HostConfig;
import io.connscale.cluster.deploy.Deployment.Installation;
import io.connscale.cluster.deploy.Jar;
import io.connscale.control.Resource;
import io.connscale.kernel.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The command that is an agent: this program again, in the other role. */
final class AgentCommand {
    /** What every Java that connscale runs on understands. */
    private static final int ANY_JAVA = 17;
    /** Every JVM reads them, and what is in them may not go with an agent's flags, or have a hundred agents listen to a debugger. */
    private static final List<String> VARIABLES = List.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS");
    /**
     * Deaf to a terminal's Ctrl-C and hang-up, since only the end of its standard input ends an agent; with as many files as it
     * may have. HotSpot raises the soft limit by itself, other JVMs don't; where it can't be raised the agent says so later. A JVM reads
     * the names of files by the locale, which in C has ASCII alone, as one that is not installed has.
     */
    private static final String AS_AGENT =
            "trap '' INT HUP; ulimit -Sn \"$(ulimit -Hn)\" 2> /dev/null; unset " + String.join(" ", VARIABLES)
                    + "; case $(locale charmap 2> /dev/null) in ''|ANSI_X3.4-1968|US-ASCII) export LC_ALL=C.UTF-8;; esac\n";

    /** What the end of an agent in another place tells no more is said by a shell that waits for it there. */
    private static final String WATCHED = AS_AGENT + Resource.text(AgentCommand.class, "watch.sh");

    private static final String UNSHARED = "if unshare --net true 2> /dev/null; then exec unshare --net \"$@\"; fi; "
            + "exec unshare --map-root-user --net \"$@\"";

    /** What can't be done is said on standard error, and the agent is not started. */
    private static final String IN_NETWORK = "ip link set lo up || exit 1; while [ \"$1\" != -- ]; "
            + "do echo \"${1#*=}\" > \"/proc/sys/${1%%=*}\" || exit 1; shift; done; shift; exec \"$@\"";

    /** The first word of this program's arguments that makes it an agent. */
    private static final String AGENT = "agent";

    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private static final String VERSION = System.getProperty("java.version");

    /** From here on {@code UseCompactObjectHeaders} is a product flag (JEP 519); 24 has it as an experiment only. */
    private static final int COMPACT_HEADERS = 25;
    /** Connections for which a MiB of young generation is enough: what a connection makes is rubbish at once. */
    private static final long PER_YOUNG_MIB = 5_000;

    private static final long MIN_YOUNG_MIB = 4;
    private static final long MAX_YOUNG_MIB = 64;

    private AgentCommand() {}

    /** On this machine: with this process's own Java and program, unless the host names a Java. */
    static List<String> local(HostConfig host) {
        int feature = host.java().isPresent() ? ANY_JAVA : Runtime.version().feature();
        List<String> words = new ArrayList<>(cleaned());
        words.add(host.java().orElse(JAVA));
        words.addAll(flags(feature, Limits.ofThisProcess()));
        words.addAll(host.java().isPresent() ? List.of() : ClassArchive.flags(VERSION));
        words.addAll(host.jvm());
        words.addAll(program());
        words.add(AGENT);
        return words;
    }

    /** On a host, with the Java and the jar that are there. */
    static List<String> remote(HostConfig host, Installation there) {
        List<String> words = new ArrayList<>(List.of("sh", "-c", WATCHED, "sh"));
        words.add(there.java().path());
        words.addAll(flags(there.java().feature(), there.facts().limits()));
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
            words.removeIf(word -> word.startsWith(ClassArchive.FLAG));
            words.removeAll(workerFlags());
            return worker(words.subList(1, words.size()));
        } catch (IOException e) {
            return beside(List.of());
        }
    }

    /** On this machine, with this process's own Java and program, and further flags for the JVM. */
    static List<String> beside(List<String> jvm) {
        List<String> words = new ArrayList<>(flags(Runtime.version().feature(), Limits.ofThisProcess()));
        words.addAll(jvm);
        words.addAll(program());
        words.add(AGENT);
        return worker(words);
    }

    /** Memory is dear where there are many: one arena of malloc(3), not one for each thread. */
    private static List<String> worker(List<String> arguments) {
        List<String> words = new ArrayList<>(cleaned());
        words.addAll(List.of("MALLOC_ARENA_MAX=1", JAVA));
        words.addAll(workerFlags());
        words.addAll(ClassArchive.flags(VERSION));
        words.addAll(arguments);
        return words;
    }

    /**
     * The same in a network namespace of its own: root makes one, others where the system lets each have a user namespace.
     *
     * @param settings of that network, by the names that {@code sysctl} has
     */
    static List<String> apart(List<String> command, Map<String, Long> settings) {
        List<String> words = new ArrayList<>(List.of("sh", "-c", UNSHARED, "sh", "sh", "-c", IN_NETWORK, "sh"));
        settings.forEach((name, value) -> words.add(name.replace('.', '/') + "=" + value));
        words.add("--");
        words.addAll(command);
        return words;
    }

    private static List<String> cleaned() {
        return Stream.concat(Stream.of("env"), VARIABLES.stream().flatMap(name -> Stream.of("-u", name)))
                .toList();
    }

    private static List<String> program() {
        String classPath = System.getProperty("java.class.path");
        if (classPath.endsWith(".jar") && !classPath.contains(System.getProperty("path.separator"))) {
            return Jar.archives()
                    .map(kept -> List.of("-D" + Jar.ARCHIVES + "=" + kept, "-jar", classPath))
                    .orElse(List.of("-jar", classPath));
        }
        List<String> words = new ArrayList<>();
        if (Runtime.version().feature() >= 22) {
            words.add("--enable-native-access=ALL-UNNAMED"); // the jar's manifest says it where there is a jar
        }
        words.addAll(List.of("-cp", classPath, "io.connscale.Main"));
        return words;
    }

    /**
     * The JVM flags of an agent: a small quiet process, by the version of its Java, which ends at once on a flag it doesn't know,
     * and by the file descriptors it may have, which is how many connections it may come to hold. docs/PERFORMANCE.md has what each
     * is worth.
     *
     * @param feature the Java's feature version, 17 at least
     * @param limits of the agent's process
     */
    private static List<String> flags(int feature, Limits limits) {
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
        flags.add("-Dsun.net.inetaddr.ttl=1"); // seconds: the server's name is looked up for each open request
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
                "-XX:NewSize=" + young + "m",
                "-XX:MaxNewSize=" + MAX_YOUNG_MIB + "m",
                "-XX:NewRatio=4", // where there is much, a collection must not come for each MiB
                "-XX:MinHeapFreeRatio=5",
                "-XX:MaxHeapFreeRatio=15",
                "-XX:ReservedCodeCacheSize=24m",
                "-Xss256k");
    }

    /** More for one process of many. Its parent's end is the end of its standard input; only a parent that was stopped is silent. */
    private static List<String> workerFlags() {
        return List.of("-XX:CICompilerCount=1", "-Dconnscale.silence=60", "-Dconnscale.loops=1");
    }
}
