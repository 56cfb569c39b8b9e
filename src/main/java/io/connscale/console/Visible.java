package io.connscale.console;

import io.connscale.control.PlainText;

/** Text made safe to show: what came from a user, a file or another process can't move the cursor or break a line in two. */
final class Visible {
    private Visible() {}

    /** {@code text} as one line: {@link PlainText}. */
    static String line(String text) {
        return PlainText.of(text);
    }

    /** As above, and at most {@code max} characters, the last of them {@code ...} where it was cut. */
    static String line(String text, int max) {
        return line(text.length() <= max ? text : text.substring(0, max - 3) + "...");
    }
}
