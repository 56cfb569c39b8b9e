package io.connscale.stats;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Some of those that are there, each with the same chance, while others come and go: random pairing (Gemulla, Lehner, Haas: A Dip in
 * the Reservoir, VLDB 2006). Who comes makes up for one that has gone: for one of the sample by joining it, for another by not
 * doing so. Where nobody is to be made up for, it is reservoir sampling (Vitter, algorithm R). One thread.
 */
public final class Reservoir<T> {
    private final int max;
    private final List<T> sample;
    private final SplittableRandom random;
    private long size;
    /** Gone and not made up for: of the sample, and others. */
    private long goneInside;

    private long goneOutside;

    public Reservoir(int max) {
        this(max, new SplittableRandom());
    }

    Reservoir(int max, SplittableRandom random) {
        this.max = max;
        this.sample = new ArrayList<>(max);
        this.random = random;
    }

    /** One more is there. It joins the sample, or doesn't. */
    public void add(T one) {
        size++;
        long gone = goneInside + goneOutside;
        if (gone == 0) {
            vitter(one);
        } else if (random.nextLong(gone) < goneInside) {
            goneInside--;
            sample.add(one);
        } else {
            goneOutside--;
        }
    }

    private void vitter(T one) {
        if (sample.size() < max) {
            sample.add(one);
            return;
        }
        long place = random.nextLong(size);
        if (place < max) {
            sample.set((int) place, one);
        }
    }

    /** One that was added is gone. */
    public void ended(T one) {
        size--;
        for (int i = 0; i < sample.size(); i++) {
            if (sample.get(i) == one) {
                sample.set(i, sample.get(sample.size() - 1));
                sample.remove(sample.size() - 1);
                goneInside++;
                return;
            }
        }
        goneOutside++;
    }

    /** The sample now; smaller than it may be where many have gone and few have come since. */
    public List<T> now() {
        return List.copyOf(sample);
    }
}
