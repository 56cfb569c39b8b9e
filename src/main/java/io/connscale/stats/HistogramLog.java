package io.connscale.stats;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** HdrHistogram's own log of intervals (version 1.3), as its tools read it; values are microseconds. Pure: gives the lines, each with its end. */
public final class HistogramLog {
    private HistogramLog() {}

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
