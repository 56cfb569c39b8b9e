package io.connscale.console;

import io.connscale.control.PlainText;

/** Text made safe to show: what came from a user, a file or another process can't move the cursor or break a line in two. */
final class Visible {
    private Visible() {}

    /** {@code text} as one line: {@link PlainText}. */
    static String line(String text) {
        return PlainText.of(text);
    }

    /** As above, and at most {@code most} characters, the last of them {@code ...} where it was cut. */
    static String line(String text, int most) {
        return line(text.length() <= most ? text : text.substring(0, most - 3) + "...");
    }
}
