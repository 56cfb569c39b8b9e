package io.connscale.stats;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Looks at an encoded histogram before it is decoded: HdrHistogram makes as much room as the first bytes say, and they come
 * from another process. The layout is that of HdrHistogram's V2 encoding, compressed.
 */
final class HistogramHeader {
    private static final int COMPRESSED_V2 = 0x1c849304;
    private static final int COMPRESSED_HEADER = 8;
    private static final int HEADER = 40;
    private static final int PAYLOAD_AT = 4;
    private static final int DIGITS_AT = 12;
    private static final int HIGHEST_AT = 24;
    /** Bytes of counts that a histogram of ours can have; each count takes nine at most. */
    private static final int MAX_PAYLOAD = 64 << 10;

    private HistogramHeader() {}

    /** @throws IllegalArgumentException where {@code encoded} is no histogram of ours */
    static void check(byte[] encoded) {
        ByteBuffer bytes = ByteBuffer.wrap(encoded);
        if (encoded.length < COMPRESSED_HEADER || bytes.getInt(0) >>> 8 != COMPRESSED_V2 >>> 8) {
            throw new IllegalArgumentException("not a histogram");
        }
        int compressed = bytes.getInt(4);
        if (compressed != encoded.length - COMPRESSED_HEADER) {
            throw new IllegalArgumentException("a histogram that was cut off");
        }
        ByteBuffer header = inflated(encoded, compressed);
        int payload = header.getInt(PAYLOAD_AT);
        long highest = header.getLong(HIGHEST_AT);
        if (header.getInt(DIGITS_AT) != Distribution.DIGITS
                || payload < 0
                || payload > MAX_PAYLOAD
                || highest < 2
                || highest > 2 * Distribution.MAX_MICROS) {
            throw new IllegalArgumentException("a histogram of another precision or range");
        }
    }

    private static ByteBuffer inflated(byte[] encoded, int length) {
        Inflater inflater = new Inflater();
        byte[] header = new byte[HEADER];
        try {
            inflater.setInput(encoded, COMPRESSED_HEADER, length);
            if (inflater.inflate(header) < HEADER) {
                throw new IllegalArgumentException("a histogram without its header");
            }
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("not a histogram", e);
        } finally {
            inflater.end();
        }
        return ByteBuffer.wrap(header);
    }
}
