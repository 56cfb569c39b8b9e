package io.connscale.stats;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * How often which duration occurred, in microseconds, to two significant digits: an immutable HdrHistogram. Two of them
 * add up exactly, count by count, wherever they were recorded; what happened between two moments is the difference.
 */
public final class Distribution {
    /** Two digits: a duration is told to 1 % at worst, and a histogram takes some 10 KB. */
    static final int DIGITS = 2;
    /** The same as a part: no duration is told wrong by more than one of so many. */
    static final int PRECISION = 100;
    /** Microseconds: a week. What lasts longer is counted as that long. */
    static final long MAX_MICROS = 7L * 24 * 3600 * 1_000_000;

    private static final int STEPS_A_HALF = 5;

    public static final Distribution NONE = new Distribution(new Histogram(DIGITS));

    private final Histogram histogram;
    /** Null: nobody has asked for it yet. */
    private @Nullable String encoded;

    /** {@code histogram} is this object's own from now on. */
    private Distribution(Histogram histogram) {
        this.histogram = histogram;
    }

    /** What was recorded so far. On the thread that records. */
    static Distribution copyOf(Histogram recorded) {
        return copyOf(recorded, NONE);
    }

    /** The same; {@code before}, which is an earlier copy, where nothing has been recorded since. */
    static Distribution copyOf(Histogram recorded, Distribution before) {
        return recorded.getTotalCount() == before.count() ? before : new Distribution(recorded.copy());
    }

    public long count() {
        return histogram.getTotalCount();
    }

    /** What {@code percent} % did not exceed, in microseconds; 0 where nothing was recorded. */
    public long percentile(double percent) {
        return count() == 0 ? 0 : histogram.getValueAtPercentile(percent);
    }

    /** The longest, in microseconds. */
    public long max() {
        return histogram.getMaxValue();
    }

    /** In microseconds. */
    public double mean() {
        return count() == 0 ? 0 : histogram.getMean();
    }

    /** Percent → what so many did not exceed, in microseconds: closer together the nearer to 100, as HdrHistogram's tools draw it. */
    public SortedMap<Double, Long> curve() {
        SortedMap<Double, Long> curve = new TreeMap<>();
        histogram
                .percentiles(STEPS_A_HALF)
                .forEach(step -> curve.put(step.getPercentileLevelIteratedTo(), step.getValueIteratedTo()));
        return curve;
    }

    /** How many did not exceed it; to 1 % of {@code micros}. */
    public long atMost(long micros) {
        return count() == 0 ? 0 : histogram.getCountBetweenValues(0, micros);
    }

    public Distribution plus(Distribution other) {
        if (other.count() == 0) {
            return this;
        }
        if (count() == 0) {
            return other;
        }
        Histogram sum = growing(histogram);
        sum.add(other.histogram);
        return new Distribution(sum);
    }

    /** What this one has more than {@code before}, which is an earlier state of it; all of it where it is not. */
    public Distribution since(Distribution before) {
        if (before.count() == 0 || before.count() > count()) {
            return this;
        }
        if (equals(before)) {
            return NONE;
        }
        Histogram more = growing(histogram);
        try {
            more.subtract(before.histogram);
        } catch (IllegalArgumentException e) { // another process in its place: it has counts that this one lacks
            return this;
        }
        return new Distribution(more);
    }

    private static Histogram growing(Histogram histogram) {
        Histogram copy = new Histogram(DIGITS);
        copy.add(histogram);
        return copy;
    }

    /** As HdrHistogram's own tools read it: its compressed form (V2) in base64. */
    public String encoded() {
        String text = encoded;
        if (text == null) {
            ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
            int length = histogram.encodeIntoCompressedByteBuffer(bytes);
            text = Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
            encoded = text;
        }
        return text;
    }

    /**
     * The distribution that {@link #encoded()} wrote.
     *
     * @throws IllegalArgumentException where {@code text} is none, or one of another precision
     */
    public static Distribution decoded(String text) {
        if (text.equals(NONE.encoded())) {
            return NONE;
        }
        byte[] bytes = Base64.getDecoder().decode(text);
        HistogramHeader.check(bytes);
        try {
            Histogram read = Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(bytes), 0);
            return read.getTotalCount() == 0 ? NONE : new Distribution(read);
        } catch (DataFormatException | RuntimeException e) {
            throw new IllegalArgumentException("not a histogram: " + e.getMessage(), e);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Distribution d && histogram.equals(d.histogram);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(count());
    }

    /** {@code 15,000 of at max 120 µs}, for people who look for a mistake. */
    @Override
    public String toString() {
        return count() + " of at most " + max() + " µs";
    }

    /**
     * Looks at an encoded histogram before it is decoded: HdrHistogram makes as much room as the first bytes say, and they come
     * from another process. The layout is that of HdrHistogram's V2 encoding, compressed.
     */
    private static final class HistogramHeader {
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
}
