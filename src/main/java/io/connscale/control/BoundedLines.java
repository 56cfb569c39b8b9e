package io.connscale.control;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Lines of UTF-8 from a stream that may send anything: a line longer than the bound is cut there and the rest of it is
 * dropped, so that no sender can fill our memory. One reading thread.
 */
public final class BoundedLines {
    private final InputStream in;
    private final int most;

    /** @param most bytes of a line that are kept, without its end */
    public BoundedLines(InputStream in, int most) {
        this.in = new BufferedInputStream(in);
        this.most = most;
    }

    /**
     * A line as it came.
     *
     * @param text without its end
     * @param whole false where it was longer than the bound and is cut
     */
    public record Line(String text, boolean whole) {}

    /** The next line, or null at the end. What stands behind the last line end counts as a line. */
    public @Nullable Line next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        boolean whole = true;
        int b = in.read();
        if (b < 0) {
            return null;
        }
        for (; b >= 0 && b != '\n'; b = in.read()) {
            if (line.size() < most) {
                line.write(b);
            } else {
                whole = false;
            }
        }
        String text = line.toString(StandardCharsets.UTF_8);
        return new Line(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text, whole);
    }
}
