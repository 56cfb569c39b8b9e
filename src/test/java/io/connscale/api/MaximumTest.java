package io.connscale.api;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.diagnosis.Moment;
import io.connscale.kernel.Facts;
import io.connscale.stats.Statistics;
import io.connscale.stats.Statistics.Unanswered;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is predicted of hosts that share a limit, and when all have been answered. */
class MaximumTest {
    @ParameterizedTest
    @ValueSource(strings = {"large small", "small large"})
    void whatASmallHostDoesNotTakeIsForTheOthersInEitherOrder(String hosts) {
        Map<String, Long> each = new HashMap<>(Map.of("large", 100_000L, "small", 10_000L));
        Maximum.share(60_000, List.of(hosts.split(" ")), each);
        assertThat(each).isEqualTo(Map.of("large", 50_000L, "small", 10_000L));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 100})
    void nothingIsLeftOver(long allowed) {
        Map<String, Long> each = new HashMap<>(Map.of("a", 1_000L, "b", 1_000L, "c", 1_000L));
        Maximum.share(allowed, List.of("a", "b", "c"), each);
        assertThat(each.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(allowed);
    }

    /** Asked at 10 s, after each connection has sent a Ping by 4 s. */
    @ParameterizedTest
    @CsvSource({"0, true", "5999, true", "6000, false", "9000, false"})
    void allHaveHadAPongWhereNoneWaitsForOneSinceTheyWereSent(long waitingMillis, boolean answered) {
        Statistics seen = Statistics.NONE;
        Statistics waiting = new Statistics(
                seen.counts(),
                0,
                0,
                new Unanswered(0, 100, 0, 0, MILLISECONDS.toNanos(waitingMillis)),
                seen.times(),
                seen.tcp(),
                seen.process(),
                seen.machines());
        Moment.Heard heard = new Moment.Heard(SECONDS.toNanos(10), waiting, 0, Facts.NONE);
        assertThat(Maximum.isAnswered(heard, SECONDS.toNanos(4))).isEqualTo(answered);
    }
}
