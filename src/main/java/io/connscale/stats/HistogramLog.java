package io.connscale.stats;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HdrHistogram's own log of intervals (version 1.3), as its tools read it; values are microseconds. Pure: gives the lines, each with its end. */
public final class HistogramLog {
    private static final Pattern LINE = Pattern.compile("Tag=([^,]+),[0-9.]+,[0-9.]+,[0-9.]+,([A-Za-z0-9+/=]+)");

    private HistogramLog() {}

    /** An interval that was read. */
    public record Interval(String tag, Distribution micros) {}

    /** The interval of a line; empty where it is none, or was cut off. */
    public static Optional<Interval> read(String line) {
        Matcher m = LINE.matcher(line);
        if (!m.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Interval(m.group(1), Distribution.decoded(m.group(2))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** What the file begins with. */
    public static String head(String comment, Instant began) {
        return "#[%s]\n#[Histogram log format version 1.3]\n#[StartTime: %.3f (seconds since epoch), %s]\n"
                        .formatted(comment, seconds(began), began)
                + "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n";
    }

    /**
     * An interval. The column of maxima is in milliseconds.
     *
     * @param tag without a comma or white space
     */
    public static String line(String tag, Instant from, Duration length, Distribution micros) {
        return String.format(
                Locale.ROOT,
                "Tag=%s,%.3f,%.3f,%.3f,%s\n",
                tag,
                seconds(from),
                length.toNanos() / 1e9,
                micros.max() / 1e3,
                micros.encoded());
    }

    private static double seconds(Instant moment) {
        return moment.toEpochMilli() / 1e3;
    }
}
