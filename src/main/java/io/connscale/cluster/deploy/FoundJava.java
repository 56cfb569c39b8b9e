package io.connscale.cluster.deploy;

import io.connscale.cluster.deploy.Probe.HostFacts;
import io.connscale.control.AgentException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A Java on a host.
 *
 * @param source where it was looked for: {@code hosts.yaml}, {@code JAVA_HOME}, {@code PATH}, {@code folder}
 * @param version {@code 17.0.15}, {@code 1.8.0_302}, {@code 25-ea}; {@code broken: …} with what it said instead of one
 * @param architecture as its file {@code release} says it, empty where it doesn't
 * @param path the program
 */
public record FoundJava(String source, String version, String architecture, String path)
        implements Comparable<FoundJava> {
    /** What connscale is compiled for. */
    static final int OLDEST = 17;

    private static final String HINT = "install Java " + FoundJava.OLDEST
            + " or newer there, name it (java: /path/to/bin/java in hosts.yaml), or have it brought: java: bring";
    private static final Pattern NO_NUMBER = Pattern.compile("[^0-9]+");
    private static final Map<String, String> SAME = Map.of("amd64", "x86_64", "arm64", "aarch64");

    /** Reads the probe's {@code source|version|architecture|path}. */
    static FoundJava parse(String line) {
        String[] parts = line.replace("\"", "").replace("\r", "").split("\\|", 4);
        return parts.length < 4
                ? new FoundJava("", "broken: " + line, "", "")
                : new FoundJava(parts[0], parts[1], parts[2], parts[3]);
    }

    /** 17 of {@code 17.0.15}, 8 of {@code 1.8.0_302}, 0 where it is broken. */
    public int feature() {
        int[] numbers = numbers();
        if (numbers.length == 0) {
            return 0;
        }
        return numbers[0] == 1 && numbers.length > 1 ? numbers[1] : numbers[0];
    }

    boolean newEnough() {
        return feature() >= OLDEST;
    }

    /** False only where it is known to be for another machine: one of the two that everybody has, taken for the other. */
    boolean runsOn(String machine) {
        String mine = SAME.getOrDefault(architecture, architecture);
        String its = SAME.getOrDefault(machine, machine);
        return !SAME.containsValue(mine) || !SAME.containsValue(its) || mine.equals(its);
    }

    /** By version. */
    @Override
    public int compareTo(FoundJava other) {
        return Arrays.compare(numbers(), other.numbers());
    }

    private int[] numbers() {
        if (version.isEmpty() || !Character.isDigit(version.charAt(0))) {
            return new int[0];
        }
        return NO_NUMBER
                .splitAsStream(version)
                .filter(digits -> digits.length() < 10)
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    /** {@code 11.0.2 in /usr/bin/java}, for a message; {@code /opt/bin/java, broken: Exec format error}. */
    @Override
    public String toString() {
        return feature() == 0 ? path + ", " + version : version + " in " + path;
    }

    /**
     * Which of a host's Javas runs the agent: the one that {@code hosts.yaml} names, else that of {@code JAVA_HOME}, since somebody
     * meant it, else the newest.
     */
    static FoundJava best(HostFacts facts, Optional<String> wanted) throws AgentException {
        Optional<FoundJava> best = good(facts);
        if (best.isEmpty()) {
            throw missing(facts, wanted);
        }
        return best.get();
    }

    /** The same; empty where none would do. */
    static Optional<FoundJava> good(HostFacts facts) {
        List<FoundJava> good = facts.javas().stream()
                .filter(FoundJava::newEnough)
                .filter(java -> java.runsOn(facts.machine()))
                .toList();
        Optional<FoundJava> meant =
                good.stream().filter(java -> java.source().equals("JAVA_HOME")).findFirst();
        return meant.or(() -> good.stream().max(FoundJava::compareTo));
    }

    private static AgentException missing(HostFacts facts, Optional<String> wanted) {
        if (facts.javas().isEmpty()) {
            String where = wanted.orElse("JAVA_HOME, PATH, /usr/lib/jvm, /opt and the usual other folders");
            return new AgentException("no Java: looked at " + where, HINT);
        }
        if (facts.javas().stream().anyMatch(FoundJava::newEnough)) {
            return new AgentException(
                    "Java for another architecture than " + facts.machine() + ": found "
                            + list(facts, FoundJava::newEnough),
                    HINT);
        }
        boolean old = facts.javas().stream().anyMatch(java -> java.feature() > 0);
        return old
                ? new AgentException("Java too old: found " + list(facts, java -> java.feature() > 0), HINT)
                : new AgentException("no Java that runs: " + list(facts, java -> true), HINT);
    }

    private static String list(HostFacts facts, Predicate<FoundJava> which) {
        return facts.javas().stream()
                .filter(which)
                .limit(3)
                .map(FoundJava::toString)
                .collect(Collectors.joining("; "));
    }
}
