package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.agent.GrowingAgent.Paced;
import io.connscale.control.Agent.Opened;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PacedTest {
    private final AtomicLong clock = new AtomicLong();
    private final List<Opened> passed = new ArrayList<>();
    private final Paced paced = new Paced(passed::add, clock::get);

    @Test
    void passesTheFirstAndThenOneAQuarterOfASecond() {
        for (int i = 0; i < 100; i++) {
            paced.accept(Opened.none(i));
            clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(10));
        }

        assertThat(passed).extracting(Opened::requested).containsExactly(0L, 25L, 50L, 75L);
    }
}
