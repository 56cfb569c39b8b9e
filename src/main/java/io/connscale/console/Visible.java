package io.connscale.console;

/** Text made safe to show: what came from a user, a file or another process can't move the cursor or break a line in two. */
final class Visible {
    private Visible() {}

    /** {@code text} as one line: each control character a {@code ?}, tabs and line ends a blank. */
    static String line(String text) {
        return text.chars()
                .map(Visible::shown)
                .collect(StringBuilder::new, (b, c) -> b.append((char) c), StringBuilder::append)
                .toString();
    }

    private static int shown(int c) {
        if (c == '\t' || c == '\n' || c == '\r') {
            return ' ';
        }
        return Character.isISOControl(c) ? '?' : c;
    }

    /** As above, and at most {@code most} characters, the last of them {@code ...} where it was cut. */
    static String line(String text, int most) {
        return line(text.length() <= most ? text : text.substring(0, most - 3) + "...");
    }
}
