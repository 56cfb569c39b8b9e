package io.connscale.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FewThreadsTest {
    private final FewThreads few = new FewThreads("few-test");

    private static long running() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("few-test-"))
                .count();
    }

    private void wait(int tasks, CountDownLatch over) {
        for (int i = 0; i < tasks; i++) {
            few.execute(() -> {
                try {
                    over.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
        }
    }

    @Test
    void aThousandAtOnceTakeFour() throws Exception {
        Set<Thread> used = ConcurrentHashMap.newKeySet();
        CountDownLatch done = new CountDownLatch(1_000);
        for (int i = 0; i < 1_000; i++) {
            few.execute(() -> {
                used.add(Thread.currentThread());
                done.countDown();
            });
            few.tick();
        }
        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(used).hasSizeLessThanOrEqualTo(4);
    }

    @Test
    void thoseThatWaitHoldUpNoOtherForLong() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        CountDownLatch other = new CountDownLatch(1);
        wait(50, over);
        few.execute(other::countDown);
        assertThat(running()).isEqualTo(4);
        await().pollInterval(Duration.ofMillis(50)).until(() -> {
            few.tick();
            return other.getCount() == 0;
        });
        assertThat(running()).isBetween(50L, 51L);
        over.countDown();
        await().until(() -> {
            few.tick();
            return running() <= 4;
        });
    }
}
