package io.connscale.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Each of those that are there has the same chance, however they came; with a given seed, so that it is so each time. */
class ReservoirTest {
    private static final int MAX = 10;
    private static final int RUNS = 2_000;

    private final SplittableRandom random = new SplittableRandom(7);

    @Test
    void aSmallNumberIsSampledWhole() {
        Reservoir<Object> reservoir = new Reservoir<>(MAX, random);
        List<Object> all = objects(MAX);
        all.forEach(reservoir::add);
        assertThat(reservoir.now()).containsExactlyInAnyOrderElementsOf(all);
        reservoir.ended(all.get(3));
        assertThat(reservoir.now()).hasSize(MAX - 1).doesNotContain(all.get(3));
    }

    @Test
    void oldAndNewHaveTheSameChanceAfterHalfWereReplaced() {
        long old = 0;
        long sampled = 0;
        for (int run = 0; run < RUNS; run++) {
            Reservoir<Object> reservoir = new Reservoir<>(MAX, random);
            List<Object> first = objects(100);
            first.forEach(reservoir::add);
            first.subList(0, 50).forEach(reservoir::ended);
            objects(50).forEach(reservoir::add);
            List<Object> stayed = first.subList(50, 100);
            old += reservoir.now().stream().filter(stayed::contains).count();
            sampled += reservoir.now().size();
            assertThat(reservoir.now()).hasSize(MAX);
        }
        assertThat((double) old / sampled).isCloseTo(0.5, within(0.02));
    }

    @Test
    void theOldestOfAGrowingNumberStaysAsLikelyAsTheYoungest() {
        long firstTenth = 0;
        for (int run = 0; run < RUNS; run++) {
            Reservoir<Object> reservoir = new Reservoir<>(MAX, random);
            List<Object> all = objects(200);
            all.forEach(reservoir::add);
            List<Object> oldest = all.subList(0, 20);
            firstTenth += reservoir.now().stream().filter(oldest::contains).count();
        }
        assertThat((double) firstTenth / RUNS / MAX).isCloseTo(0.1, within(0.01));
    }

    private static List<Object> objects(int count) {
        List<Object> objects = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            objects.add(new Object());
        }
        return objects;
    }
}
