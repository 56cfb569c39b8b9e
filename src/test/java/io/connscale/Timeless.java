package io.connscale;

import java.util.regex.Pattern;

/** Answers in JSON without when they were given and how long they took: the rest can be compared. */
public final class Timeless {
    private static final Pattern TIMES = Pattern.compile(
            ",\"at\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z\",\"took\":[0-9.E-]+}$", Pattern.MULTILINE);

    private Timeless() {}

    public static String of(String answers) {
        return TIMES.matcher(answers).replaceAll("}");
    }
}
