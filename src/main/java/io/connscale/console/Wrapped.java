package io.connscale.console;

import io.connscale.control.PlainText;
import java.util.ArrayList;
import java.util.List;
import org.jline.utils.AttributedString;

/** A line that is too wide for a screen, as several: parted at spaces, or where a word alone is too wide, within it. */
public final class Wrapped {
    private static final String GAP = "  ";

    private Wrapped() {}

    /** @param width in columns, at least 1 */
    static List<AttributedString> lines(String line, int width) {
        List<AttributedString> parts = new ArrayList<>();
        AttributedString rest = new AttributedString(PlainText.of(line));
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

    /**
     * The same, and what does not fit stands below the beginning of the line's last column: blanks by the two or more part columns. Of
     * a line without columns it stands two further to the right than the line.
     */
    public static List<String> hanging(String line, int width) {
        List<String> parts = new ArrayList<>();
        List<AttributedString> all = lines(line, width);
        String first = all.get(0).toString();
        parts.add(first.stripTrailing());
        if (all.size() > 1) {
            int indent = indent(line, width);
            lines(line.substring(first.length()).strip(), width - indent)
                    .forEach(rest -> parts.add(" ".repeat(indent) + rest));
        }
        return parts;
    }

    /** The same as one text. */
    static String text(String line, int width) {
        return String.join("\n", hanging(line, width));
    }

    private static int indent(String line, int width) {
        int blanks = line.length() - line.stripLeading().length();
        int indent = Math.min(blanks + 2, width / 2);
        for (int gap = line.indexOf(GAP, blanks); gap >= 0; gap = line.indexOf(GAP, indent)) {
            int column = gap
                    + line.substring(gap).length()
                    - line.substring(gap).stripLeading().length();
            if (column * 3 > width * 2) {
                return indent;
            }
            indent = column;
        }
        return indent;
    }
}
