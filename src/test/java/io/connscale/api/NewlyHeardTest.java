package io.connscale.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.diagnosis.Moment;
import io.connscale.kernel.Facts;
import io.connscale.run.Sample;
import io.connscale.stats.Statistics;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What {@code expect} makes of ends that do not answer. */
class NewlyHeardTest {
    private static final long SECOND = 1_000_000_000;

    private static Moment moment(long nanos, @Nullable Long server, Map<String, Long> hosts) {
        Map<String, String> states = new LinkedHashMap<>();
        Map<String, Moment.Heard> heard = new LinkedHashMap<>();
        hosts.forEach((name, at) -> {
            states.put(name, "ready");
            heard.put(name, heard(at));
        });
        return new Moment(Instant.EPOCH, nanos, states, null, server == null ? null : heard(server), heard);
    }

    private static Moment.Heard heard(long nanos) {
        return new Moment.Heard(nanos, Statistics.NONE, 0, Facts.NONE);
    }

    private static Sample from1To2(long serverAt2, Map<String, Long> hostsAt2) {
        Moment first = moment(SECOND, SECOND, Map.of("a", SECOND, "b", SECOND));
        return new Interval(first, moment(2 * SECOND, serverAt2, hostsAt2)).sample(Instant.EPOCH, null);
    }

    @Test
    void whoAnswersIsKnown() {
        Sample sample = from1To2(2 * SECOND, Map.of("a", 2 * SECOND, "b", 2 * SECOND));
        assertThat(Measured.newlyHeard(sample)).isEqualTo(sample);
        assertThat(sample.sum()).isNotNull();
        assertThat(Measured.unreliable(sample)).isZero();
    }

    @Test
    void aHostThatDoesNotAnswerIsUnknownAndSoIsTheSum() {
        Sample sample = from1To2(2 * SECOND, Map.of("a", 2 * SECOND, "b", SECOND));
        assertThat(Measured.newlyHeard(sample).hosts()).containsOnlyKeys("a");
        assertThat(Measured.newlyHeard(sample).sum()).isNull();
        assertThat(Measured.newlyHeard(sample).server()).isNotNull();
        assertThat(Measured.unreliable(sample)).isNull();
    }

    @Test
    void aServerThatDoesNotAnswerIsUnknown() {
        Sample sample = from1To2(SECOND, Map.of("a", 2 * SECOND, "b", 2 * SECOND));
        assertThat(Measured.newlyHeard(sample).server()).isNull();
        assertThat(Measured.newlyHeard(sample).sum()).isNotNull();
        assertThat(Measured.unreliable(sample)).isNull();
    }

    @Test
    void withoutAnAgentNothingIsKnownToBeReliable() {
        Moment first = moment(SECOND, SECOND, Map.of());
        Moment last = moment(2 * SECOND, 2 * SECOND, Map.of());
        assertThat(Measured.unreliable(new Interval(first, last).sample(Instant.EPOCH, null)))
                .isNull();
    }
}
