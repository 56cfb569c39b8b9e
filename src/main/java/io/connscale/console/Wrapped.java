package io.connscale.console;

import java.util.ArrayList;
import java.util.List;
import org.jline.utils.AttributedString;

/** A line that is too wide for a screen, as several: parted at spaces, or where a word alone is too wide, within it. */
final class Wrapped {
    private Wrapped() {}

    /** @param width in columns, at least 1 */
    static List<AttributedString> lines(String line, int width) {
        List<AttributedString> parts = new ArrayList<>();
        AttributedString rest = new AttributedString(Visible.line(line));
        while (rest.columnLength() > width) {
            // One column more than fits: the space after a word that just fits.
            int space = rest.columnSubSequence(0, width + 1).toString().lastIndexOf(' ');
            int end = space > 0
                    ? space
                    : Math.max(1, rest.columnSubSequence(0, width).length());
            parts.add(rest.subSequence(0, end));
            rest = rest.subSequence(space > 0 ? end + 1 : end, rest.length());
        }
        parts.add(rest);
        return parts;
    }
}
