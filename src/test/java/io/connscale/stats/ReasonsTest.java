package io.connscale.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReasonsTest {
    private final Reasons reasons = new Reasons();

    @Test
    void countsByWhereAndWhat() {
        reasons.count("connect", "EMFILE");
        reasons.count("connect EMFILE");
        reasons.count("receive", "closed");
        assertThat(reasons.counts()).containsExactly(Map.entry("connect EMFILE", 2L), Map.entry("receive closed", 1L));
    }

    @Test
    void whatNeverCameUpIsCountedAmongAllAndByItself() {
        reasons.count("receive", "timeout");
        reasons.countFailure("receive", "timeout");
        reasons.countFailure("connect", "EMFILE");
        assertThat(reasons.counts()).containsExactly(Map.entry("connect EMFILE", 1L), Map.entry("receive timeout", 2L));
        assertThat(reasons.failures())
                .containsExactly(Map.entry("connect EMFILE", 1L), Map.entry("receive timeout", 1L));
        for (int i = 0; i < 1000; i++) {
            reasons.count("receive", "reason " + i);
        }
        reasons.countFailure("connect", "late");
        assertThat(reasons.failures()).containsEntry(Reasons.OTHER, 1L);
    }

    @Test
    void pastTheBoundEverythingNewIsOther() {
        for (int i = 0; i < 1000; i++) {
            reasons.count("receive", "reason " + i);
        }
        reasons.count("receive", "reason 7");
        assertThat(reasons.counts())
                .hasSize(101)
                .containsEntry(Reasons.OTHER, 900L)
                .containsEntry("receive reason 7", 2L);
    }

    /** Each agent may send others, and a hostile one any number. */
    @Test
    void whatOthersCountedIsBoundedToo() {
        Map<String, Long> many = new TreeMap<>(Map.of(Reasons.OTHER, 5L));
        for (int i = 0; i < 10_000; i++) {
            many.put("receive reason " + i, 2L);
        }
        Snapshot counts = new Snapshot(0, 0, 0, 20_005, 0, 0, 0, 0, new TreeMap<>(many));
        assertThat(counts.errors()).hasSize(101).containsEntry("receive reason 0", 2L);
        assertThat(counts.errors().values().stream().mapToLong(n -> n).sum()).isEqualTo(20_005);
        assertThat(counts.plus(counts).errors()).hasSize(101);
        assertThat(Reasons.copy(reasons.counts())).isEqualTo(reasons.counts());
    }

    @Test
    void manyThreadsMayCount() {
        IntStream.range(0, 100_000).parallel().forEach(i -> reasons.count("receive", "r" + i % 10));
        assertThat(reasons.counts())
                .hasSize(10)
                .allSatisfy((reason, n) -> assertThat(n).isEqualTo(10_000));
    }

    @Test
    void theCountsAreACopy() {
        reasons.count("a");
        Map<String, Long> before = reasons.counts();
        reasons.count("a");
        assertThat(before).containsEntry("a", 1L);
    }

    @Test
    void addsUpAndTellsWhatIsNew() {
        Map<String, Long> a = new TreeMap<>(Map.of("x", 1L, "y", 2L));
        Map<String, Long> b = new TreeMap<>(Map.of("y", 3L, "z", 4L));
        assertThat(Reasons.sum(a, b)).containsExactly(Map.entry("x", 1L), Map.entry("y", 5L), Map.entry("z", 4L));
        assertThat(Reasons.difference(Reasons.sum(a, b), a)).containsExactly(Map.entry("y", 3L), Map.entry("z", 4L));
        assertThat(Reasons.difference(a, a)).isEmpty();
    }
}
