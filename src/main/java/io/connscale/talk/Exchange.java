package io.connscale.talk;

import org.jspecify.annotations.Nullable;

/**
 * Something said, and what its answer has to be; at most one of the three. Texts are as {@link ByteText} writes them, and
 * <code>{host}</code> and <code>{n}</code> in them stand for the host's name and for a number that no other connection of the host has.
 *
 * @param send null: nothing, the server speaks first
 * @param expect these bytes
 * @param line a line that begins with these bytes; where they are three digits and "-" follows, the next line belongs to the answer (RFC 5321)
 * @param length so many bytes, whatever they are
 */
public record Exchange(
        @Nullable String send,
        @Nullable String expect,
        @Nullable String line,
        @Nullable Integer length) {
    /** Bytes of a text. */
    static final int MAX_BYTES = 1000;

    /** Of an answer. */
    private static final int MAX_LENGTH = 1 << 30;

    /** @throws IllegalArgumentException in one line */
    public Exchange {
        int expected = (expect == null ? 0 : 1) + (line == null ? 0 : 1) + (length == null ? 0 : 1);
        require(expected <= 1, "one of expect, a line, or a length");
        require(send != null || expected == 1, "neither send nor expect");
        require(length == null || (length >= 1 && length <= MAX_LENGTH), "length is 1 to " + MAX_LENGTH);
        require(expect == null || !expect.isEmpty(), "expect is empty: leave it out where there is no answer");
        for (String text : new String[] {send, expect, line}) {
            require(
                    text == null || ByteText.bytes(text).length <= MAX_BYTES,
                    "a text is at most " + MAX_BYTES + " bytes");
        }
    }

    private static void require(boolean good, String otherwise) {
        if (!good) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
