package io.connscale.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting for one and for many: each has its answer or its failure, and no wait is without end. */
@Timeout(20)
class AnswersTest {
    private final Map<String, CompletableFuture<Integer>> asked = new LinkedHashMap<>();

    private static AgentException silent() {
        return new AgentException("it is silent", "wake it");
    }

    @Test
    void oneThatFailsOrIsSilentTakesNothingFromTheOthers() throws Exception {
        asked.put("a", CompletableFuture.completedFuture(1));
        asked.put("b", CompletableFuture.failedFuture(new AgentException("b broke", "mend it")));
        asked.put("c", new CompletableFuture<>());
        asked.put("d", CompletableFuture.completedFuture(4));
        Answers.Each<Integer> each = Answers.each(asked, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50));
        assertThat(each.done()).containsExactly(Map.entry("a", 1), Map.entry("d", 4));
        assertThat(each.failed()).containsOnlyKeys("b", "c");
        assertThat(each.failed().values())
                .extracting(AgentException::message)
                .containsExactly("b broke", "c does not answer");
    }

    @Test
    void whileManyAreWaitedForSomethingIsDone() throws Exception {
        asked.put("a", CompletableFuture.failedFuture(new AgentException("a broke", "mend it")));
        CompletableFuture<Integer> late = new CompletableFuture<>();
        asked.put("b", late);
        Answers.Each<Integer> each =
                Answers.each(asked, System.nanoTime() + TimeUnit.SECONDS.toNanos(10), 1, () -> late.complete(2));
        assertThat(each.done()).containsExactly(Map.entry("b", 2));
        assertThat(each.failed()).containsOnlyKeys("a");
    }

    @Test
    void manyAreAskedBeforeOneIsWaitedFor() {
        assertThat(Answers.ask(List.of("b", "a"), name -> new CompletableFuture<Integer>()))
                .hasSize(2)
                .containsKeys("b", "a");
    }

    @Test
    void whoeverStopsWaitingCancelsWhatWasAsked() {
        CompletableFuture<Integer> never = new CompletableFuture<>();
        assertThatThrownBy(() -> Answers.within(0, never, AnswersTest::silent)).hasMessage("it is silent");
        assertThat(never).isCancelled();
        CompletableFuture<Integer> other = new CompletableFuture<>();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Answers.within(10, other)).isInstanceOf(InterruptedException.class);
        assertThat(other).isCancelled();
    }

    @Test
    void aBoundedAnswerFailsInTimeAndLeavesTheQuestionAlone() {
        CompletableFuture<Integer> never = new CompletableFuture<>();
        CompletableFuture<Integer> bounded = Answers.bounded(0, never, AnswersTest::silent);
        assertThatThrownBy(bounded::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .hasMessage("it is silent");
        assertThat(never).isNotDone();
        assertThat(Answers.bounded(10, CompletableFuture.completedFuture(3), AnswersTest::silent))
                .isCompletedWithValue(3);
    }

    @Test
    void whatBlocksIsAbandonedWhereItsCallerGivesUpAndOnlyThere() throws Exception {
        AtomicInteger abandoned = new AtomicInteger();
        CountDownLatch never = new CountDownLatch(1);
        Callable<String> blocked = () -> {
            never.await();
            return "";
        };
        assertThatThrownBy(() -> Answers.within(0, "test-blocked", blocked, abandoned::incrementAndGet))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("nothing for 0 s");
        assertThat(abandoned).hasValue(1);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Answers.within(10, "test-blocked", blocked, abandoned::incrementAndGet))
                .isInstanceOf(InterruptedException.class);
        assertThat(abandoned).hasValue(2);
        assertThat(Answers.within(10, "test-blocked", () -> "done", abandoned::incrementAndGet))
                .isEqualTo("done");
        assertThatThrownBy(() -> Answers.within(
                        10,
                        "test-blocked",
                        () -> {
                            throw new IllegalStateException("broke");
                        },
                        abandoned::incrementAndGet))
                .isInstanceOf(IOException.class)
                .hasRootCauseMessage("broke");
        assertThat(abandoned).hasValue(2);
    }

    @Test
    void aTaskThatIsCancelledIsInterrupted() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        CompletableFuture<String> answer = Threads.call("test-task", () -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.set(true);
            }
            return "";
        });
        begun.await();
        answer.cancel(true);
        await().untilTrue(interrupted);
    }

    @Test
    void aTaskForWhichThereIsNoThreadFailsAndDoesNotThrow() {
        CompletableFuture<String> answer = Threads.call(
                (Runnable task) -> {
                    throw new OutOfMemoryError("unable to create native thread: possibly out of memory");
                },
                () -> "");
        assertThatThrownBy(() -> Answers.within(10, answer)).hasMessage("no thread left (start EAGAIN)");
    }
}
