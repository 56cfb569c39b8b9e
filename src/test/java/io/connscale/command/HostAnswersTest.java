package io.connscale.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.control.AgentException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HostAnswersTest {
    @Test
    void waitsAsLongAsAnAgentLivesAndSaysMeanwhileHowFarItIs() throws InterruptedException {
        CompletableFuture<Long> slow = new CompletableFuture<>();
        AtomicInteger meanwhile = new AtomicInteger();
        Map<String, CompletableFuture<Long>> asked = new LinkedHashMap<>();
        asked.put("client1", slow);
        asked.put("client2", CompletableFuture.failedFuture(new AgentException("client2 was given up", "")));

        HostAnswers<Long> answers = HostAnswers.whileAlive(asked, () -> {
            if (meanwhile.incrementAndGet() == 2) {
                slow.complete(7L);
            }
        });

        assertThat(answers.done()).containsExactly(Map.entry("client1", 7L));
        assertThat(answers.failed()).containsOnlyKeys("client2");
        assertThat(meanwhile).hasValue(2);
    }
}
