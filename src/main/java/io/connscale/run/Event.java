package io.connscale.run;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened in a run: a line of {@code events.jsonl}.
 *
 * @param at when; of what takes time, when it began
 * @param t seconds since the run began
 * @param kind {@link #BEGAN}, {@link #COMMAND}, {@link #VERDICT}, {@link #NOTICE} or {@link #EXPECT}
 * @param text the command's line, the verdict's or the notice's sentence, the expression
 * @param took seconds; null for what takes no time
 * @param ok whether the command worked, the expectation was met; null where that is not asked
 * @param details by kind, as docs/RUNS.md has them; null where there are none
 */
public record Event(
        Instant at,
        double t,
        String kind,
        String text,
        @Nullable Double took,
        @Nullable Boolean ok,
        @Nullable Map<String, @Nullable Object> details) {
    /** A command has begun. */
    public static final String BEGAN = "began";
    /** A command has ended; details are those of its line in {@code -o json}: {@code result}, {@code error}, {@code interrupted}. */
    public static final String COMMAND = "command";
    /** Why connections stopped growing; details are the verdict's: {@code cause}, {@code host}, {@code sentence}, {@code remedy}, {@code unreliable}. */
    public static final String VERDICT = "verdict";
    /** A line that nobody asked for. */
    public static final String NOTICE = "notice";
    /** An expectation was checked; details are {@code value} and {@code unit}. */
    public static final String EXPECT = "expect";

    public Event {
        details = details == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }
}
