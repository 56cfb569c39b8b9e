package io.connscale.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.run.Sample;
import io.connscale.run.Sample.End;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of errors' counts in the chart of their rates. */
class SeriesTest {
    private static final String ERROR = "connect EMFILE";
    /** Of so many hosts there are the fewest points. */
    private static final int MANY_HOSTS = 1_000;

    private Sample some;

    @BeforeEach
    void read() throws Exception {
        some = PageTest.example().samples().get(10);
    }

    /** A sample at {@code t}, when so many had failed; null: not all hosts had answered. */
    private Sample sample(int t, @Nullable Long failed) {
        return new Sample(
                some.at(),
                t,
                1.0,
                null,
                some.states(),
                null,
                Map.of(),
                failed == null ? null : sum(failed),
                Map.of(),
                null);
    }

    private End sum(long failed) {
        End end = Objects.requireNonNull(some.sum());
        SortedMap<String, Long> errors = new TreeMap<>();
        if (failed > 0) {
            errors.put(ERROR, failed);
        }
        return new End(
                0,
                end.established(),
                0,
                failed,
                0,
                0,
                end.attempted(),
                0,
                0,
                0,
                0L,
                errors,
                null,
                null,
                null,
                end.tcp(),
                end.process(),
                null,
                List.of());
    }

    @SuppressWarnings("unchecked") // as the page reads it
    private static List<@Nullable Number> rates(Series series) {
        Map<String, Object> sum =
                (Map<String, Object>) Objects.requireNonNull(series.all().get("sum"));
        Map<String, Object> errors = (Map<String, Object>) Objects.requireNonNull(sum.get("errorsPerSecond"));
        return new ArrayList<>((List<@Nullable Number>) Objects.requireNonNull(errors.get(ERROR)));
    }

    @Test
    void whatFailedWhileNotAllAnsweredIsSpreadOverThatTime() {
        Series series = new Series(1);
        series.add(sample(1, 100L));
        series.add(sample(2, null));
        series.add(sample(3, null));
        series.add(sample(4, 130L));

        assertThat(rates(series)).containsExactly(null, null, null, 10L);
    }

    @Test
    void anErrorThatIsNewWasNotThereBefore() {
        Series series = new Series(MANY_HOSTS);
        int t = 0;
        series.add(sample(t++, 0L));
        series.add(sample(t++, 0L));
        series.add(sample(t++, 0L));
        series.add(sample(t++, 8L));
        boolean joined = false;
        while (!joined) {
            joined = series.add(sample(t++, 8L));
        }

        assertThat(rates(series).get(1)).isEqualTo(4L);
    }
}
