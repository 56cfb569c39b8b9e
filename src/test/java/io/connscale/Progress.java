package io.connscale;

import java.util.regex.Pattern;

/** Progress lines on standard error: there where something takes seconds, so that a busy machine shows some and another none. */
public final class Progress {
    private static final Pattern LINE = Pattern.compile(
            "(?m)^([\\d,]+(/[\\d,]+ established| of \\d+ started) · |making room for |closing · ).*\\R");

    private Progress() {}

    /** {@code text} without its progress lines. */
    public static String without(String text) {
        return LINE.matcher(text).replaceAll("");
    }
}
