package io.connscale.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.control.AgentException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is waited for on several hosts: one answers late, one fails. */
@Timeout(60)
class PendingTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    private final CompletableFuture<Long> slow = new CompletableFuture<>();
    private final Map<String, CompletableFuture<Long>> asked = new LinkedHashMap<>();

    private Pending<Long> pending(Duration max) {
        asked.put("client1", slow);
        asked.put("client2", CompletableFuture.failedFuture(new AgentException("client2 was given up", "start it")));
        return new Pending<>(asked, max);
    }

    @Test
    void isWaitedForALittleWhileAgainAndAgain() throws InterruptedException {
        Pending<Long> pending = pending(Duration.ofDays(10_000));

        assertThat(pending.await(SHORT)).isFalse();
        assertThat(pending.underWay()).containsExactly("client1");
        assertThat(pending.soFar().done()).isEmpty();
        assertThat(pending.soFar().failed()).containsOnlyKeys("client2");
        slow.complete(7L);

        assertThat(pending.await(Duration.ofSeconds(50))).isTrue();
        Pending.Result<Long> result = pending.result();
        assertThat(result.done()).containsExactly(Map.entry("client1", 7L));
        assertThat(result.failed().values())
                .extracting(ConnscaleException::hint)
                .containsExactly("start it");
    }

    @Test
    void whoeverIsSilentForTooLongHasFailed() throws InterruptedException {
        Pending<Long> pending = pending(SHORT);

        assertThat(pending.await(Duration.ofDays(1))).isTrue();
        assertThat(pending.result().failed().get("client1")).hasMessage("client1 does not answer");
    }

    @Test
    void anInterruptedWaitLeavesItGoOn() throws InterruptedException {
        Pending<Long> pending = pending(Duration.ofDays(1));
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> pending.await(Duration.ofDays(1))).isInstanceOf(InterruptedException.class);
        assertThat(pending.soFar().failed()).containsOnlyKeys("client2");
        slow.complete(1L);
        assertThat(pending.result().done()).containsOnlyKeys("client1");
    }
}
