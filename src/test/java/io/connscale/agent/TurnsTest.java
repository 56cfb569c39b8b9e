package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.connscale.control.Agent.OpenRequest;
import io.connscale.control.Agent.Opened;
import io.connscale.control.Agent.Rising;
import io.connscale.control.Rate;
import io.connscale.control.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** When each of many event loops begins. */
class TurnsTest {
    private static final long NEVER = TimeUnit.HOURS.toMillis(1);
    private static final OpenRequest UNLIMITED = new OpenRequest(10, Rate.UNLIMITED);
    private static final Opened ALL = new Opened(10, 10, 0, 1, new TreeMap<>(Map.of()));

    private final List<OpenRequest> begun = new CopyOnWriteArrayList<>();
    private final List<CompletableFuture<Opened>> answers = new CopyOnWriteArrayList<>();

    private CompletableFuture<Opened> open(OpenRequest request) {
        begun.add(request);
        CompletableFuture<Opened> answer = new CompletableFuture<>();
        answers.add(answer);
        return answer;
    }

    /** On a thread of its own, which waits. */
    private CompletableFuture<Opened> take(Turns turns, OpenRequest request) {
        CompletableFuture<Opened> done = new CompletableFuture<>();
        Threads.start("test-turn", () -> {
            CompletableFuture<Void> unused = turns.take(request, this::open).thenAccept(done::complete);
        });
        return done;
    }

    private void untilBegun(int count) {
        await().until(() -> begun.size() == count);
    }

    @Test
    void theNextBeginsWhenOneHasEndedWellOrNot() {
        Turns turns = new Turns(2, NEVER);
        List<CompletableFuture<Opened>> four =
                Stream.generate(() -> take(turns, UNLIMITED)).limit(4).toList();
        assertThat(four).noneMatch(CompletableFuture::isDone);
        untilBegun(2);
        answers.get(0).complete(ALL);
        untilBegun(3);
        answers.get(2).completeExceptionally(new IllegalStateException("lost"));
        untilBegun(4);
    }

    @Test
    void whereARateIsAskedForAllBeginAtOnce() {
        Turns turns = new Turns(1, NEVER);
        OpenRequest limited = new OpenRequest(10, new Rate(5));
        OpenRequest own = new OpenRequest(10, null);
        OpenRequest rising = new OpenRequest(10, Rate.UNLIMITED, new Rising(10, 1000), null);
        List<OpenRequest> four = List.of(limited, own, rising, limited);
        assertThat(four.stream().map(request -> turns.take(request, this::open)).toList())
                .noneMatch(CompletableFuture::isDone);
        assertThat(begun).containsExactly(limited, own, rising, limited);
    }

    @Test
    void oneThatTakesLongLetsAnotherBegin() {
        Turns turns = new Turns(1, 1);
        List<CompletableFuture<Opened>> unanswered = List.of(
                turns.take(UNLIMITED, this::open),
                turns.take(UNLIMITED, this::open),
                turns.take(UNLIMITED, this::open));
        assertThat(unanswered).noneMatch(CompletableFuture::isDone);
        assertThat(begun).hasSize(3);
    }

    @Test
    void ofWhatIsStoppedNothingMoreBeginsOrWaits() {
        Turns turns = new Turns(1, NEVER);
        CompletableFuture<Opened> running = take(turns, UNLIMITED);
        untilBegun(1);
        List<CompletableFuture<Opened>> waiting =
                Stream.generate(() -> take(turns, UNLIMITED)).limit(3).toList();
        turns.stop();
        turns.stop();
        await().untilAsserted(() ->
                assertThat(waiting).allMatch(one -> one.getNow(ALL).equals(Opened.none(10))));
        answers.get(0).complete(ALL); // as one does that is stopped
        assertThat(running).isCompletedWithValue(ALL);
        assertThat(begun).hasSize(1);
    }

    @Test
    void onceARateIsSetNobodyWaitsAndWhatBeginsTakesItsOwn() {
        Turns turns = new Turns(1, NEVER);
        List<CompletableFuture<Opened>> three = new ArrayList<>();
        three.add(take(turns, UNLIMITED));
        untilBegun(1);
        three.add(take(turns, UNLIMITED));
        turns.rateIsSet();
        turns.rateIsSet();
        untilBegun(2);
        three.add(take(turns, UNLIMITED));
        untilBegun(3);
        assertThat(three).noneMatch(CompletableFuture::isDone);
        assertThat(begun.subList(1, 3)).containsOnly(new OpenRequest(10, null));
    }
}
