package io.connscale.command;

import io.connscale.api.Connscale;
import io.connscale.control.Agent;
import io.connscale.control.Quantity;
import io.connscale.control.Rate;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;

/** Words that several commands take, as picocli converts them; what they throw is what the user reads. */
final class Converters {
    /** As RATE, and for Tab. */
    static final String UNLIMITED = Rate.UNLIMITED.toString();

    private Converters() {}

    /** N. */
    static final class CountWord implements ITypeConverter<Long> {
        @Override
        public Long convert(String typed) {
            return Quantity.count(typed);
        }
    }

    /** N, or all. */
    static final class CountOrAllWord implements ITypeConverter<Long> {
        @Override
        public Long convert(String typed) {
            return typed.equals(HostWords.ALL) ? Connscale.ALL : Quantity.count(typed);
        }
    }

    /** RATE: new connections per second, {@link io.connscale.api.Opening#UNLIMITED} among them. */
    static final class RateWord implements ITypeConverter<Long> {
        @Override
        public Long convert(String typed) {
            return Rate.parse(typed).perSecond();
        }
    }

    /**
     * A rate, and how it changes.
     *
     * @param from new connections per second
     * @param rising where it changes
     */
    record RateLaw(long from, Optional<Agent.Rising> rising) {}

    /** RATE, or {@code 100..5000/60s}: from one to the other within a time. */
    static final class RateLawWord implements ITypeConverter<RateLaw> {
        private static final Pattern LAW = Pattern.compile("(.+?)\\.\\.(.+?)/([0-9.]+(?:ms|s|m|h))");

        @Override
        public RateLaw convert(String typed) {
            Matcher law = LAW.matcher(typed);
            if (!law.matches()) {
                if (typed.contains("..")) {
                    throw new IllegalArgumentException(
                            Quantity.quoted(typed) + " is not a rate that changes: write 100..5000/60s");
                }
                return new RateLaw(Rate.parse(typed).perSecond(), Optional.empty());
            }
            Rate from = Rate.parse(law.group(1));
            Rate to = Rate.parse(law.group(2));
            if (from.unlimited() || to.unlimited()) {
                throw new IllegalArgumentException("a rate that changes has numbers: write 100..5000/60s");
            }
            return new RateLaw(
                    from.perSecond(),
                    Optional.of(new Agent.Rising(
                            to.perSecond(), Quantity.duration(law.group(3)).toMillis())));
        }
    }

    /** PERCENT, {@code 5%}, as a part of one. */
    static final class PercentWord implements ITypeConverter<Double> {
        @Override
        public Double convert(String typed) {
            return Quantity.percent(typed);
        }
    }

    /** DURATION, {@code 5s} or {@code 500ms}: picocli's own are written {@code PT5S}. */
    static final class DurationWord implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String typed) {
            return Quantity.duration(typed);
        }
    }

    /** FILE. No shell stands between the prompt and us, so that nobody else makes {@code ~/} the home directory. */
    static final class FileWord implements ITypeConverter<Path> {
        @Override
        public Path convert(String typed) {
            boolean home = typed.equals("~") || typed.startsWith("~/");
            try {
                if (typed.isBlank()) {
                    throw new InvalidPathException(typed, "empty"); // for Java it is the folder that we are in
                }
                return home ? Path.of(System.getProperty("user.home") + typed.substring(1)) : Path.of(typed);
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException(Quantity.quoted(typed) + " is not a file's name", e);
            }
        }
    }
}
