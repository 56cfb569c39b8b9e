package io.connscale.command;

import io.connscale.control.Quantity;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;

/** {@code 5s}, {@code 500ms}: picocli's own durations are written {@code PT5S}. */
final class DurationWord implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String word) {
        return Quantity.duration(word);
    }
}
