package io.connscale.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SnapshotTest {
    private final SortedMap<String, Long> errors = new TreeMap<>(Map.of("receive closed", 4L));
    private final Snapshot snapshot = new Snapshot(1, 2, 3, 4, 5, 6, 7, 8, errors);

    @Test
    void addsUpEachCount() {
        Snapshot more = new Snapshot(10, 20, 30, 40, 50, 60, 70, 80, new TreeMap<>(Map.of("connect EMFILE", 1L)));
        assertThat(snapshot.plus(more))
                .isEqualTo(new Snapshot(
                        11,
                        22,
                        33,
                        44,
                        55,
                        66,
                        77,
                        88,
                        new TreeMap<>(Map.of("receive closed", 4L, "connect EMFILE", 1L))));
        assertThat(snapshot.plus(Snapshot.NONE)).isEqualTo(snapshot);
    }

    @Test
    void addsUpWhyConnectionsFailedAndTakesThemApartAgain() {
        SortedMap<String, Long> both = new TreeMap<>(Map.of("connect EMFILE", 3L, "receive closed", 4L));
        SortedMap<String, Long> failures = new TreeMap<>(Map.of("connect EMFILE", 3L));
        Snapshot failed = new Snapshot(1, 2, 3, 4, 5, 6, 7, 8, both, failures);
        Snapshot twice = failed.plus(failed);
        assertThat(twice.whyFailed()).containsExactly(Map.entry("connect EMFILE", 6L));
        assertThat(twice.since(failed).whyFailed()).isEqualTo(failures);
        assertThat(twice.withErrors(both).failures()).isEqualTo(twice.failures());
        assertThat(snapshot.plus(snapshot).failures()).isNull();
    }

    @Test
    void keepsItsErrorsWhateverBecomesOfTheMap() {
        errors.put("receive closed", 5L);
        assertThat(snapshot.errors()).containsEntry("receive closed", 4L);
    }

    @Test
    void withItsProcessWhatWasUpIsLostAndWhatWasComingHasFailed() {
        assertThat(snapshot.afterLoss("agent lost"))
                .isEqualTo(new Snapshot(
                        0,
                        0,
                        5,
                        5,
                        5,
                        6,
                        7,
                        8,
                        new TreeMap<>(Map.of("receive closed", 4L, "agent lost", 3L)),
                        new TreeMap<>(Map.of("agent lost", 2L))));
    }

    @Test
    void aFewPingsMoreAreLikeBefore() {
        assertThat(new Snapshot(1, 2, 3, 4, 5, 105, 106, 8, errors).isLike(snapshot, 100))
                .isTrue();
        assertThat(new Snapshot(1, 2, 3, 4, 5, 106, 106, 8, errors).isLike(snapshot, 100))
                .isFalse();
        assertThat(new Snapshot(1, 2, 3, 5, 5, 6, 7, 8, errors).isLike(snapshot, 100))
                .isFalse();
        assertThat(new Snapshot(1, 2, 3, 4, 5, 6, 7, 8, new TreeMap<>()).isLike(snapshot, 100))
                .isFalse();
    }

    @Test
    void whereNothingWasUpNothingIsLost() {
        Snapshot idle = new Snapshot(0, 0, 3, 4, 5, 6, 7, 8, errors);
        assertThat(idle.afterLoss("agent lost")).isEqualTo(idle);
    }
}
