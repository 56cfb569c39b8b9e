package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class OldestTest {
    /** Times since a moment near the largest value, which nanoTime may pass. */
    private static final long BEGIN = Long.MAX_VALUE - 50;

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void takesTheOldestOfAllLoops(
            @ForAll @IntRange(max = 60) int count,
            @ForAll @Size(max = 40) List<@IntRange(max = 4) Integer> loopOfEach) {
        List<List<Long>> since = new ArrayList<>(List.of(list(), list(), list(), list(), list()));
        long[] expected = new long[since.size()];
        for (int i = 0; i < loopOfEach.size(); i++) {
            since.get(loopOfEach.get(i)).add(BEGIN + 3L * i);
            expected[loopOfEach.get(i)] += i < count ? 1 : 0;
        }
        assertThat(Oldest.shares(count, since.stream().map(OldestTest::array).toList()))
                .isEqualTo(expected);
    }

    private static List<Long> list() {
        return new ArrayList<>();
    }

    private static long[] array(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).toArray();
    }
}
