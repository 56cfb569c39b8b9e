package io.connscale.console;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The lines of a script or of standard input, UTF-8. Whatever is fed in, no more than one line's worth is held. */
final class Lines implements Closeable {
    /** No command is longer; a longer line is something else than a command. */
    static final int MAX_LENGTH = 4_096;

    private static final char BYTE_ORDER_MARK = 0xFEFF;

    private final BufferedReader reader;
    private boolean cut;
    private boolean first = true;

    Lines(InputStream in) {
        reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    /** The next line, {@code null} at the end; of one that is too long the first {@value #MAX_LENGTH} characters and one more. */
    @Nullable
    String next() throws IOException {
        if (cut) {
            skip();
        }
        StringBuilder line = new StringBuilder();
        int c = first ? afterMark() : reader.read();
        first = false;
        if (c < 0) {
            return null;
        }
        while (c >= 0 && c != '\n' && line.length() < MAX_LENGTH) {
            line.append((char) c);
            c = reader.read();
        }
        if (c >= 0 && c != '\n') {
            line.append((char) c);
            cut = true;
        }
        return line.toString();
    }

    /** The first character; a byte order mark, as some editors put before UTF-8, is none. */
    private int afterMark() throws IOException {
        int c = reader.read();
        return c == BYTE_ORDER_MARK ? reader.read() : c;
    }

    private void skip() throws IOException {
        cut = false;
        int c = reader.read();
        while (c >= 0 && c != '\n') {
            c = reader.read();
        }
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
