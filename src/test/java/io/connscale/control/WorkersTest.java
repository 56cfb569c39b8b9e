package io.connscale.control;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Starts that fail or hang: whoever waits for them goes on, and hears why. */
@Timeout(30)
class WorkersTest {
    private static final String NO_THREAD = "unable to create native thread: possibly out of memory";

    private final List<String> notices = new CopyOnWriteArrayList<>();
    private final AtomicInteger tried = new AtomicInteger();

    private Optional<Exhausted> start(int n, AgentProcess.Starter starter, long patience) throws InterruptedException {
        try (Workers workers = new Workers("worker", starter, notices::add, lost -> 0, patience)) {
            return workers.start(n, worker -> {}, () -> false);
        }
    }

    @Test
    void withoutAThreadTheRestIsNotTried() throws Exception {
        Optional<Exhausted> exhausted = start(
                40,
                name -> {
                    tried.incrementAndGet();
                    throw new OutOfMemoryError(NO_THREAD);
                },
                30);
        assertThat(exhausted).contains(Exhausted.THREADS);
        assertThat(tried).hasValueLessThan(40);
        assertThat(notices)
                .contains("worker-2 can't be started: no thread left (start EAGAIN)")
                .last()
                .isEqualTo("worker: %d not started: no thread left (start EAGAIN)".formatted(40 - tried.get()));
    }

    @Test
    void anotherFailureStopsNobody() throws Exception {
        Optional<Exhausted> exhausted = start(
                5,
                name -> {
                    tried.incrementAndGet();
                    throw new IllegalStateException("broken");
                },
                30);
        assertThat(exhausted).isEmpty();
        assertThat(tried).hasValue(5);
        assertThat(notices)
                .hasSize(5)
                .allMatch(notice -> notice.contains("can't be started: ") && notice.contains("broken"));
    }

    @Test
    void aStartThatHangsIsNotWaitedForForEver() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Optional<Exhausted> exhausted = start(
                1,
                name -> {
                    never.await();
                    throw new AgentException("interrupted", "");
                },
                0);
        assertThat(exhausted).isEmpty();
        assertThat(notices).containsExactly("worker: 1 did not start within 0 s");
        assertThat(never.await(0, SECONDS)).isFalse();
    }
}
