package io.connscale.agent;

import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the console has fallen silent. It counts ticks, not time: an agent that was stopped itself finds what came
 * meanwhile when it goes on, and must not take its own absence for the console's.
 */
final class Silence {
    private static final Logger log = LoggerFactory.getLogger(Silence.class);

    private final int most;
    private final Runnable fallen;
    private final AtomicInteger ticks = new AtomicInteger();

    /**
     * @param most ticks without a word that are borne
     * @param fallen runs when there were that many
     */
    Silence(int most, Runnable fallen) {
        this.most = most;
        this.fallen = fallen;
    }

    /** Something came. Any thread. */
    void broken() {
        ticks.set(0);
    }

    /** From a clock, once a second. */
    void tick() {
        if (ticks.incrementAndGet() == most) {
            log.warn("the console has said nothing for {} s: this agent ends", most);
            fallen.run();
        }
    }
}
