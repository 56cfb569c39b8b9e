package io.connscale.command;

import io.connscale.api.Connscale;
import io.connscale.control.Quantity;
import io.connscale.control.Rate;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
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
