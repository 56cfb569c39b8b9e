package io.connscale.stats;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * Some of many, each with the same chance: reservoir sampling (Vitter, algorithm R). What has ended makes room for the next.
 * One thread.
 */
public final class Reservoir<T> {
    private final int most;
    private final List<T> sample;
    private final SplittableRandom random = new SplittableRandom();
    private long seen;

    public Reservoir(int most) {
        this.most = most;
        this.sample = new ArrayList<>(most);
    }

    /** Takes {@code one} in, or doesn't. */
    public void add(T one) {
        seen++;
        if (sample.size() < most) {
            sample.add(one);
            return;
        }
        long place = random.nextLong(seen);
        if (place < most) {
            sample.set((int) place, one);
        }
    }

    /** The sample, without those that have ended. */
    public List<T> without(Predicate<T> ended) {
        sample.removeIf(ended);
        return List.copyOf(sample);
    }
}
