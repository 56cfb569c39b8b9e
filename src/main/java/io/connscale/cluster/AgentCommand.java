package io.connscale.cluster;

import io.connscale.cluster.config.HostConfig;
import io.connscale.cluster.config.Launch;
import io.connscale.cluster.deploy.Deployment.Installation;
import io.connscale.kernel.LimitsReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

    /** What the end of an agent on another machine tells no more is said by a shell that waits for it there. */
    private static final String WATCHED = AS_AGENT + resource("watch.sh");

    private static final String ALONE = AS_AGENT + "exec \"$@\"";

    /** The first word of this program's arguments that makes it an agent. */
    private static final String AGENT = "agent";

    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private static final String VERSION = System.getProperty("java.version");

    private AgentCommand() {}

    /** On this machine: with this process's own Java and program, unless the host names a Java. */
    static List<String> local(HostConfig host) {
        int feature = host.java().isPresent() ? ANY_JAVA : Runtime.version().feature();
        List<String> words = new ArrayList<>(cleaned());
        words.add(host.java().orElse(JAVA));
        words.addAll(AgentFlags.of(feature, new LimitsReader().read()));
        words.addAll(host.java().isPresent() ? List.of() : ClassArchive.flags(VERSION));
        words.addAll(host.jvm());
        words.addAll(program());
        words.add(AGENT);
        return words;
    }

    /** On a host, with the Java and the jar that are there. */
    static List<String> remote(HostConfig host, Installation there) {
        String script = host.launch() instanceof Launch.Ssh ? WATCHED : ALONE;
        List<String> words = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        words.add(there.java().path());
        words.addAll(AgentFlags.of(there.java().feature(), there.facts().limits()));
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
            words.removeAll(AgentFlags.ofWorker());
            return worker(words.subList(1, words.size()));
        } catch (IOException e) {
            return beside();
        }
    }

    /** On this machine, with this process's own Java and program. */
    static List<String> beside() {
        List<String> words = new ArrayList<>(AgentFlags.of(Runtime.version().feature(), new LimitsReader().read()));
        words.addAll(program());
        words.add(AGENT);
        return worker(words);
    }

    /** Memory is dear where there are many: one arena of malloc(3), not one for each thread. */
    private static List<String> worker(List<String> arguments) {
        List<String> words = new ArrayList<>(cleaned());
        words.addAll(List.of("MALLOC_ARENA_MAX=1", JAVA));
        words.addAll(AgentFlags.ofWorker());
        words.addAll(ClassArchive.flags(VERSION));
        words.addAll(arguments);
        return words;
    }

    private static String resource(String name) {
        try (InputStream in = AgentCommand.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> cleaned() {
        return Stream.concat(Stream.of("env"), VARIABLES.stream().flatMap(name -> Stream.of("-u", name)))
                .toList();
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
