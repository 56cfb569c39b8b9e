package io.connscale.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What {@code start} says while it waits. */
class StartProgressTest {
    private static String progress(Map<String, String> steps) {
        return StartCommand.progress(0, 0, 7, new TreeMap<>(steps));
    }

    @Test
    void hostsThatDoTheSameAreToldTogether() {
        assertThat(progress(Map.of("p1", "connecting", "p2", "waiting", "p3", "connecting")))
                .isEqualTo("0 of 7 started · p1, p3 connecting · p2 waiting");
        assertThat(StartCommand.progress(2, 1, 20, Map.of("p1", "connecting")))
                .isEqualTo("2 of 20 started · 1 failed · 1 connecting");
    }

    /** Its start has done its last step, and is not counted yet. */
    @Test
    void aHostThatDoesNothingMoreIsLeftOut() {
        assertThat(progress(Map.of("p1", "", "p2", "waiting for its agent", "p4", "")))
                .isEqualTo("0 of 7 started · p2 waiting for its agent");
        assertThat(progress(Map.of("p1", ""))).isEqualTo("0 of 7 started");
    }
}
