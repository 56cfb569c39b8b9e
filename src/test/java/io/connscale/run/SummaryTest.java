package io.connscale.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A run in numbers: the fastest second. */
class SummaryTest {
    private static final String FASTEST = "perSecond.attempted";

    private Run example;

    @BeforeEach
    void read() throws Exception {
        example = Run.read(RunTest.example());
    }

    /** The run that had these samples: seconds, attempts per second; a rate below 0 is unknown. */
    private Summary of(double... secondsAndRates) {
        Sample some = example.samples().get(10);
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < secondsAndRates.length; i += 2) {
            samples.add(new Sample(
                    some.at(),
                    i,
                    secondsAndRates[i],
                    null,
                    some.states(),
                    null,
                    some.hosts(),
                    sum(some, secondsAndRates[i + 1] < 0 ? null : secondsAndRates[i + 1]),
                    some.machines(),
                    null));
        }
        return Summary.of(new Run(example.folder(), example.info(), samples, List.of()));
    }

    private static Sample.End sum(Sample some, @Nullable Double attempted) {
        Sample.End end = Objects.requireNonNull(some.sum());
        SortedMap<String, Long> none = new TreeMap<>();
        return new Sample.End(
                0,
                end.established(),
                0,
                0,
                0,
                0,
                end.attempted(),
                0,
                0,
                0,
                0L,
                none,
                none,
                attempted == null ? null : new Sample.PerSecond(attempted, 0, 0, 0, 0),
                null,
                null,
                null,
                null,
                List.of());
    }

    @Test
    void aSampleThatCoversLessThanASecondIsNoSecond() {
        assertThat(of(1, 1000, 0.05, 20_000, 1, 500).values().get(FASTEST))
                .extracting(Summary.Value::value)
                .isEqualTo((0.05 * 20_000 + 1000) / 1.05);
        assertThat(of(0.4, 9_000).values()).doesNotContainKey(FASTEST);
    }

    @Test
    void anUnknownRateIsNotSkippedOver() {
        assertThat(of(0.5, 1000, 1, -1, 0.5, 3000).values()).doesNotContainKey(FASTEST);
        assertThat(of(1, 1000, 1, -1, 1, 3000).values().get(FASTEST))
                .extracting(Summary.Value::value)
                .isEqualTo(3000.0);
    }
}
