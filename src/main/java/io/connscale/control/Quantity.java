package io.connscale.control;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers and durations as a user writes and reads them, in {@code hosts.yaml} and at the prompt alike. */
public final class Quantity {
    /** More than any machine holds, and small enough that sums of it never overflow a long. */
    public static final long MAX = 1_000_000_000L;

    public static final Duration MAX_DURATION = Duration.ofDays(1);

    private static final Pattern COUNT = Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,9})?)([kKmM]?)");
    private static final Pattern GROUPED = Pattern.compile("[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,])");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,9})?)(ms|s|m|h)");

    private static final Pattern PERCENT = Pattern.compile("([0-9]{1,3}(?:\\.[0-9]{1,9})?)%");

    private Quantity() {}

    /**
     * {@code 10}, {@code 10,000} (as it is printed), {@code 10k} (10 000), {@code 1.5M} (1 500 000): a whole number from 1 to {@value #MAX}.
     *
     * @throws IllegalArgumentException in one line: what is wrong and what would be right
     */
    public static long count(String text) {
        String digits = text.strip().replace("_", "");
        Matcher m = COUNT.matcher(GROUPED.matcher(digits).lookingAt() ? digits.replace(",", "") : digits);
        if (!m.matches()) {
            throw new IllegalArgumentException(quoted(text) + " is not a number: write 1000, 10k or 1.5M");
        }
        BigDecimal value = new BigDecimal(m.group(1)).multiply(BigDecimal.valueOf(scale(m.group(2))));
        if (value.stripTrailingZeros().scale() > 0) {
            throw new IllegalArgumentException(quoted(text) + " is not a whole number: write 1000, 10k or 1.5M");
        }
        if (value.signum() == 0 || value.compareTo(BigDecimal.valueOf(MAX)) > 0) {
            throw new IllegalArgumentException(quoted(text) + " is out of range: 1 to " + text(MAX));
        }
        return value.longValueExact();
    }

    private static long scale(String suffix) {
        return switch (suffix.toLowerCase(Locale.ROOT)) {
            case "k" -> 1_000;
            case "m" -> 1_000_000;
            default -> 1;
        };
    }

    /**
     * {@code 500ms}, {@code 5s}, {@code 1.5m}, {@code 1h}: more than nothing, at most a day.
     *
     * @throws IllegalArgumentException in one line: what is wrong and what would be right
     */
    public static Duration duration(String text) {
        Matcher m = DURATION.matcher(text.strip());
        if (!m.matches()) {
            throw new IllegalArgumentException(quoted(text) + " is not a duration: write a number and ms, s, m or h");
        }
        long unit = unitMillis(m.group(2));
        BigDecimal millis = new BigDecimal(m.group(1)).multiply(BigDecimal.valueOf(unit));
        if (millis.stripTrailingZeros().scale() > 0) {
            throw new IllegalArgumentException(quoted(text) + " is finer than a millisecond: write 1ms or more");
        }
        if (millis.signum() == 0 || millis.compareTo(BigDecimal.valueOf(MAX_DURATION.toMillis())) > 0) {
            throw new IllegalArgumentException(quoted(text) + " is out of range: 1ms to 24h");
        }
        return Duration.ofMillis(millis.longValueExact());
    }

    private static long unitMillis(String unit) {
        return switch (unit) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            default -> 3_600_000;
        };
    }

    /**
     * {@code 5%}, {@code 0.5%}, as a part of one: above 0, at most 1.
     *
     * @throws IllegalArgumentException in one line: what is wrong and what would be right
     */
    public static double percent(String text) {
        Matcher m = PERCENT.matcher(text.strip());
        double part = m.matches() ? Double.parseDouble(m.group(1)) / 100 : 0;
        if (!(part > 0 && part <= 1)) {
            throw new IllegalArgumentException(
                    quoted(text) + " is not a part: write 5% or 0.5%, more than 0% and at most 100%");
        }
        return part;
    }

    /** {@code 1234567} as {@code 1,234,567}. */
    public static String text(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** A duration in the largest unit that says it exactly, as {@link #duration(String)} reads it. */
    public static String text(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 3_600_000 == 0 && millis > 0) {
            return millis / 3_600_000 + "h";
        }
        if (millis % 60_000 == 0 && millis > 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
    }

    /** What the user wrote, in quotes, shortened and without characters that move a cursor or change the direction of text. */
    public static String quoted(String text) {
        String clean = text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]", "?");
        return '"' + (clean.length() > 60 ? clean.substring(0, 57) + "..." : clean) + '"';
    }
}
