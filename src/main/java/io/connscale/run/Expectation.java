package io.connscale.run;

import io.connscale.control.Quantity;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is expected of a measure: {@code established >= 10k}, {@code roundTrip.p99 < 5ms over 30s}, {@code verdict != unknown}. Pure.
 *
 * @param name of the measure
 * @param bound as it was written
 * @param over how long it is looked at; null: now
 */
public record Expectation(
        String name,
        Operator operator,
        String bound,
        @Nullable Duration over) {
    private static final Pattern FORM =
            Pattern.compile("\\s*(.+?)\\s*(>=|<=|==|!=|>|<)\\s*([^=<>!\\s].*?)(?:\\s+over\\s+(\\S+))?\\s*");
    private static final Pattern NUMBER = Pattern.compile("(-?[0-9]+(?:\\.[0-9]+)?)(%|us|µs|KiB|MiB|GiB)?");

    /** How a value is compared with its bound. */
    public enum Operator {
        AT_LEAST(">="),
        AT_MOST("<="),
        EQUAL("=="),
        OTHER("!="),
        ABOVE(">"),
        BELOW("<");

        private final String sign;

        Operator(String sign) {
            this.sign = sign;
        }

        public boolean holds(double value, double bound) {
            return switch (this) {
                case AT_LEAST -> value >= bound;
                case AT_MOST -> value <= bound;
                case EQUAL -> value == bound;
                case OTHER -> value != bound;
                case ABOVE -> value > bound;
                case BELOW -> value < bound;
            };
        }

        /** Of two values the one that is more likely to break it. */
        public double worse(double a, double b) {
            return switch (this) {
                case AT_LEAST, ABOVE -> Math.min(a, b);
                case AT_MOST, BELOW -> Math.max(a, b);
                case EQUAL, OTHER -> b;
            };
        }

        @Override
        public String toString() {
            return sign;
        }
    }

    /**
     * As it is typed.
     *
     * @throws IllegalArgumentException in words for the user
     */
    public static Expectation parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(Quantity.quoted(text) + " is no expectation");
        }
        Operator operator = null;
        for (Operator one : Operator.values()) {
            operator = one.sign.equals(form.group(2)) ? one : operator;
        }
        String over = form.group(4);
        if (operator == null) {
            throw new IllegalArgumentException(Quantity.quoted(text) + " is no expectation");
        }
        return new Expectation(form.group(1), operator, form.group(3), over == null ? null : Quantity.duration(over));
    }

    /**
     * The bound as a number, in microseconds where the measure is a time.
     *
     * @throws IllegalArgumentException in words for the user
     */
    public double number(boolean isTime) {
        Matcher number = NUMBER.matcher(bound);
        if (number.matches()) {
            double value = Double.parseDouble(number.group(1));
            String unit = number.group(2) == null ? "" : number.group(2);
            if (!unit.endsWith("s") || isTime) {
                return switch (unit) {
                    case "%" -> value / 100;
                    case "KiB" -> value * 1024;
                    case "MiB" -> value * (1 << 20);
                    case "GiB" -> value * (1 << 30);
                    default -> value;
                };
            }
        }
        if (isTime) {
            return micros();
        }
        try {
            return Quantity.count(bound);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    Quantity.quoted(bound) + " can't be compared with " + name + ": write 10k, 0.5, 5% or 64MiB", e);
        }
    }

    private double micros() {
        Matcher time = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(ms|s|m)").matcher(bound);
        if (!time.matches()) {
            throw new IllegalArgumentException(
                    Quantity.quoted(bound) + " can't be compared with " + name + ": write 500us, 5ms or 1.5s");
        }
        double value = Double.parseDouble(time.group(1));
        return switch (time.group(2)) {
            case "ms" -> value * 1e3;
            case "s" -> value * 1e6;
            default -> value * 60e6;
        };
    }

    /** A value for a reader: {@code 10,000}, {@code 4.9 ms}, {@code 0.037}; {@code unknown} where it is null. */
    public static String text(@Nullable Double value, boolean isTime) {
        if (value == null) {
            return "unknown";
        }
        if (isTime) {
            return value < 1000
                    ? Quantity.text(Math.round(value)) + " µs"
                    : value < 1e6
                            ? String.format(Locale.ROOT, "%.1f ms", value / 1e3)
                            : String.format(Locale.ROOT, "%.2f s", value / 1e6);
        }
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Quantity.text(value.longValue())
                : new BigDecimal(value).round(new MathContext(3)).toPlainString();
    }

    @Override
    public String toString() {
        return name + " " + operator + " " + bound + (over == null ? "" : " over " + Quantity.text(over));
    }
}
