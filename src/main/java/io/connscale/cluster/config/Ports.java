package io.connscale.cluster.config;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Port numbers as written: {@code 8989}, {@code 8989-8998}. */
final class Ports {
    static final int MAX = 65_535;

    private static final Pattern PORTS = Pattern.compile("([0-9]{1,5})(?:-([0-9]{1,5}))?");

    private Ports() {}

    /** One port, 0 included (any free one, for trying out), or a range of real ones. */
    static List<Integer> parse(String text) {
        Matcher m = PORTS.matcher(text);
        Checks.check(m.matches(), text, "is not a port or a range of them");
        int first = port(m.group(1));
        if (m.group(2) == null) {
            return List.of(first);
        }
        int last = port(m.group(2));
        Checks.check(first > 0 && first <= last, text, "is not a range of ports");
        return IntStream.rangeClosed(first, last).boxed().toList();
    }

    private static int port(String digits) {
        return (int) Checks.inRange("the port", Integer.parseInt(digits), 0, MAX);
    }
}
