package io.connscale.talk;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Bytes as printable ASCII, with the escapes of C, and back. For the wire, and for the user's eyes. */
public final class ByteText {
    /** Of an answer that is not expected, this many bytes tell what it is. */
    private static final int SHOWN_BYTES = 64;

    private ByteText() {}

    /**
     * {@code text}, each of whose characters is a byte, with escapes for what is not printable.
     *
     * @throws IllegalArgumentException where one is above U+00FF
     */
    public static String of(String text) {
        if (text.chars().anyMatch(c -> c > 0xFF)) {
            throw new IllegalArgumentException(
                    "a character that is more than a byte: write its bytes, as \"\\xc3\\xa9\"");
        }
        StringBuilder escaped = new StringBuilder();
        text.chars().forEach(c -> append(escaped, c));
        return escaped.toString();
    }

    private static void append(StringBuilder text, int b) {
        switch (b) {
            case '\r' -> text.append("\\r");
            case '\n' -> text.append("\\n");
            case '\\' -> text.append("\\\\");
            default -> {
                if (b >= ' ' && b <= '~') {
                    text.append((char) b);
                } else {
                    text.append("\\x%02x".formatted(b));
                }
            }
        }
    }

    /**
     * What {@link #of} was given.
     *
     * @throws IllegalArgumentException where that is not what it writes
     */
    static byte[] bytes(String escaped) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(escaped.length());
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c != '\\') {
                bytes.write(c);
                continue;
            }
            char kind = ++i < escaped.length() ? escaped.charAt(i) : ' ';
            switch (kind) {
                case 'r' -> bytes.write('\r');
                case 'n' -> bytes.write('\n');
                case '\\' -> bytes.write('\\');
                case 'x' -> {
                    try {
                        bytes.write(Integer.parseInt(escaped, i + 1, i + 3, 16));
                    } catch (IndexOutOfBoundsException e) {
                        throw new IllegalArgumentException("\\x needs two digits", e);
                    }
                    i += 2;
                }
                default -> throw new IllegalArgumentException("\\" + kind + " is none of \\r, \\n, \\\\ and \\xNN");
            }
        }
        return bytes.toByteArray();
    }

    /** The first line of {@code matched} bytes of {@code expected} and then {@code rest}, cut where it is long; takes what it shows. */
    static String shown(byte[] expected, int matched, ByteBuffer rest) {
        return shown(ByteBuffer.wrap(expected, 0, Math.min(matched, expected.length)), rest);
    }

    /** As above, of what was kept of the beginning. */
    static String shown(ByteBuffer first, ByteBuffer rest) {
        StringBuilder text = new StringBuilder();
        int n = 0;
        while ((first.hasRemaining() || rest.hasRemaining()) && n < SHOWN_BYTES) {
            int b = (first.hasRemaining() ? first.get() : rest.get()) & 0xFF;
            if (n > 0 && (b == '\r' || b == '\n')) {
                return text.toString();
            }
            append(text, b);
            n++;
        }
        return first.hasRemaining() || rest.hasRemaining() ? text.append("...").toString() : text.toString();
    }

    static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
