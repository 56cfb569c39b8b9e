package io.connscale.cluster.deploy;

import java.util.Arrays;
import java.util.Map;
import java.util.regex.Pattern;

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
}
