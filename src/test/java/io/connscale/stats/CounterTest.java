package io.connscale.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

class CounterTest {
    private final Counter counter = new Counter();

    @Test
    void counts() {
        counter.increment();
        counter.add(41);
        counter.increment();
        counter.decrement();
        assertThat(counter.get()).isEqualTo(42);
    }

    @Test
    void anotherThreadSeesItGrowAndNeverShrink() throws InterruptedException {
        Thread writer = new Thread(() -> {
            for (int i = 0; i < 5_000_000; i++) {
                counter.increment();
            }
        });
        writer.start();
        long[] seen = new long[1];
        await().until(() -> {
            long now = counter.get();
            assertThat(now).isGreaterThanOrEqualTo(seen[0]);
            seen[0] = now;
            return now == 5_000_000;
        });
        writer.join();
    }
}
