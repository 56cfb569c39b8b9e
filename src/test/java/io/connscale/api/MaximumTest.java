package io.connscale.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is predicted of hosts that share a limit. */
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
}
