package io.connscale.cluster.deploy;

import io.connscale.cluster.launch.Launcher;
import io.connscale.control.AgentException;
import io.connscale.kernel.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One look at a host: one script, one round trip. */
public final class Probe {
    private static final int SECONDS = 30;

    private Probe() {}

    /**
     * What there is on the host behind {@code launcher}.
     *
     * @param java the program that {@code hosts.yaml} names; where it names none, all usual places are looked at
     * @throws AgentException where the host gave no answer; what it lacks is no error here
     */
    public static HostFacts of(Launcher launcher, Jar jar, Optional<String> java)
            throws AgentException, InterruptedException {
        List<String> arguments = List.of(java.orElse(""), jar.remoteName(), Long.toString(jar.size()), jar.sha256());
        return RemoteScript.run(launcher, "probe.sh", arguments, SECONDS, Probe::listen);
    }

    private static Optional<HostFacts> listen(RemoteScript script) throws IOException {
        Answer answer = new Answer();
        Optional<String> line = script.hear();
        for (; line.isPresent() && !line.get().equals("end"); line = script.hear()) {
            answer.add(line.get());
        }
        return line.map(end -> answer.facts());
    }

    /** The lines of a probe: a word, then what it says. What is missing or can't be read is unknown, never an error. */
    static final class Answer {
        /** df(1) in POSIX format: file system, blocks of 1024 bytes, used, available, capacity, mounted on. */
        private static final Pattern DISK = Pattern.compile(".*\\s\\d+\\s+\\d+\\s+(-?\\d+)\\s+\\d+%\\s.*");

        private final Map<String, List<String>> said = new HashMap<>();

        void add(String line) {
            String[] parts = line.split(" ", 2);
            said.computeIfAbsent(parts[0], word -> new ArrayList<>()).add(parts.length > 1 ? parts[1] : "");
        }

        HostFacts facts() {
            return new HostFacts(
                    words("system")[0],
                    word(words("system"), 1),
                    limits(),
                    all("java").stream().map(FoundJava::parse).toList(),
                    first("cache"),
                    first("shared"),
                    said.containsKey("writable")
                            ? Optional.empty()
                            : Optional.of(first("unwritable").orElse("")),
                    free(),
                    said.containsKey("there"),
                    said.containsKey("terminal"),
                    all("ignored"));
        }

        private Limits limits() {
            String[] files = words("files");
            String[] ports = words("ports");
            return new Limits(number(files, 0), number(files, 1), (int) number(ports, 0), (int) number(ports, 1));
        }

        private long free() {
            return all("disk").stream()
                    .map(DISK::matcher)
                    .filter(Matcher::matches)
                    .mapToLong(line -> Long.parseLong(line.group(1)))
                    .findFirst()
                    .orElse(HostFacts.UNKNOWN);
        }

        private List<String> all(String word) {
            return said.getOrDefault(word, List.of());
        }

        private Optional<String> first(String word) {
            return all(word).stream().findFirst();
        }

        private String[] words(String word) {
            return first(word).orElse("").split("\\s+");
        }

        private static String word(String[] words, int at) {
            return at < words.length ? words[at] : "";
        }

        private static long number(String[] words, int at) {
            String word = word(words, at);
            if (word.equals("unlimited")) {
                return Long.MAX_VALUE;
            }
            return word.matches("\\d{1,18}") ? Long.parseLong(word) : Limits.UNKNOWN;
        }
    }

    /**
     * What a probe found on a host.
     *
     * @param system the kernel's name, {@code Linux}
     * @param machine the hardware's name, {@code x86_64}
     * @param limits those that an agent there will begin with
     * @param javas all that were found, as they were looked for; too old and broken ones too
     * @param cache the cache folder's path, empty where the host has no home folder
     * @param shared why another user may have put something into the cache folder, or empty where nobody else can
     * @param unwritable why nothing can be written to the cache folder, or empty where it can be
     * @param freeKiB free on the cache folder's file system, for this user; {@value #UNKNOWN} where the host does not tell
     * @param jarThere whether the jar is in the cache folder, with the right SHA-256; false where nothing there can tell
     * @param terminal whether the launcher gives a terminal, on which no jar and no message gets through as it is
     * @param ignored variables of the environment there that agents do not get, since each JVM would read them
     */
    public record HostFacts(
            String system,
            String machine,
            Limits limits,
            List<FoundJava> javas,
            Optional<String> cache,
            Optional<String> shared,
            Optional<String> unwritable,
            long freeKiB,
            boolean jarThere,
            boolean terminal,
            List<String> ignored) {
        public static final long UNKNOWN = -1;

        public HostFacts {
            javas = List.copyOf(javas);
            ignored = List.copyOf(ignored);
        }
    }
}
