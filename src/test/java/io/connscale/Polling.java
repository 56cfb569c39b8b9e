package io.connscale;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.pollinterval.IterativePollInterval;
import org.junit.jupiter.api.extension.Extension;

/**
 * How often Awaitility looks, in every test: soon, then ever more seldom, so that neither waiting nor looking (at a screen, at
 * what {@code ss} says) takes long. JUnit makes one before the first test.
 */
public final class Polling implements Extension {
    private static final Duration FIRST = Duration.ofMillis(5);
    private static final Duration MAX = Duration.ofMillis(100);

    public Polling() {
        Awaitility.setDefaultPollInterval(IterativePollInterval.iterative(Polling::next, FIRST));
    }

    private static Duration next(Duration last) {
        Duration twice = last.multipliedBy(2);
        return twice.compareTo(MAX) < 0 ? twice : MAX;
    }
}
