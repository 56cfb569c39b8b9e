package io.connscale.control;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Lines of UTF-8 from a stream that may send anything: a line longer than the bound is cut there and the rest of it is
 * dropped, so that no sender can fill our memory, and each is {@link PlainText}. One reading thread.
 */
public final class BoundedLines {
    private final InputStream in;
    private final int max;
    /** The rest of a line that was cut is still to come: it is dropped with the next call, since it may never end. */
    private boolean cut;

    /** @param max bytes of a line that are kept, without its end */
    public BoundedLines(InputStream in, int max) {
        this.in = new BufferedInputStream(in);
        this.max = max;
    }

    /**
     * A line as it came.
     *
     * @param text without its end, as {@link PlainText}
     * @param whole false where it was longer than the bound and is cut
     */
    public record Line(String text, boolean whole) {}

    /** The next line, or null at the end. What stands behind the last line end counts as a line. */
    public @Nullable Line next() throws IOException {
        if (cut && !dropped()) {
            return null;
        }
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        int b = in.read();
        if (b < 0) {
            return null;
        }
        while (b >= 0 && b != '\n' && !cut) {
            cut = line.size() == max;
            if (!cut) {
                line.write(b);
                b = in.read();
            }
        }
        String text = line.toString(StandardCharsets.UTF_8);
        return new Line(PlainText.of(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text), !cut);
    }

    /** Reads up to the line's end; false where the stream ends first. */
    private boolean dropped() throws IOException {
        int b = in.read();
        while (b >= 0 && b != '\n') {
            b = in.read();
        }
        cut = false;
        return b >= 0;
    }
}
