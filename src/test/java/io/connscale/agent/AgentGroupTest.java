package io.connscale.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Many agents as one. */
class AgentGroupTest {
    /** An agent that holds what it was told to open and remembers what it was asked. */
    private static class Held implements Agent {
        final List<Object> asked = new ArrayList<>();
        long established;
        Consumer<Opened> progress = opened -> {};

        @Override
        public CompletableFuture<Void> configure(Settings settings) {
            asked.add(settings);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Opened> open(OpenRequest order, Consumer<Opened> hears) {
            asked.add(order);
            progress = hears;
            established += order.count();
            return CompletableFuture.completedFuture(opened(order.count(), order.count()));
        }

        @Override
        public CompletableFuture<Void> stopOpening(CompletableFuture<Opened> opening) {
            return stopOpening();
        }

        @Override
        public CompletableFuture<Void> stopOpening() {
            asked.add("stop");
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<Closed> close(long count) {
            asked.add(count);
            established -= count;
            return CompletableFuture.completedFuture(new Closed(count, established));
        }

        @Override
        public CompletableFuture<Snapshot> snapshot() {
            return CompletableFuture.completedFuture(
                    new Snapshot(established, 0, 0, 0, 0, 0, 0, 0, new TreeMap<>(Map.of("receive closed", 1L))));
        }

        @Override
        public CompletableFuture<Statistics> statistics() {
            return snapshot().thenApply(Statistics::of);
        }

        @Override
        public void close() {
            asked.add("close");
        }
    }

    /** An agent whose process is gone. */
    private static final class Gone extends Held {
        @Override
        public CompletableFuture<Void> configure(Settings settings) {
            return failed();
        }

        @Override
        public CompletableFuture<Opened> open(OpenRequest order, Consumer<Opened> hears) {
            return failed();
        }

        @Override
        public CompletableFuture<Closed> close(long count) {
            return failed();
        }

        @Override
        public CompletableFuture<Snapshot> snapshot() {
            return failed();
        }

        private static <T> CompletableFuture<T> failed() {
            return CompletableFuture.failedFuture(new AgentException("gone", "start it"));
        }
    }

    private final Held first = new Held();
    private final Held second = new Held();
    private final Held third = new Held();

    private static AgentGroup group(Agent... members) {
        Map<String, Agent> named = new LinkedHashMap<>();
        for (Agent member : members) {
            named.put("client" + (named.size() + 1), member);
        }
        return new AgentGroup(named);
    }

    private static Opened opened(long requested, long established) {
        return new Opened(requested, established, 0, 1, new TreeMap<>());
    }

    @Test
    void needsAMember() {
        assertThatIllegalArgumentException().isThrownBy(() -> new AgentGroup(Map.of()));
        assertThat(group(first, second).members())
                .containsExactly(Map.entry("client1", first), Map.entry("client2", second));
    }

    @Test
    void sharesTheNumberAndTheRateAndAddsUpTheAnswers() {
        Opened sum = group(first, second, third)
                .open(new OpenRequest(10, new Rate(300)), p -> {})
                .join();
        assertThat(sum).isEqualTo(opened(10, 10));
        assertThat(first.asked).containsExactly(new OpenRequest(4, new Rate(120)));
        assertThat(second.asked).containsExactly(new OpenRequest(3, new Rate(90)));
        assertThat(third.asked).containsExactly(new OpenRequest(3, new Rate(90)));
    }

    @Test
    void asksNobodyForNothing() {
        Opened sum = group(first, second, third)
                .open(new OpenRequest(2, Rate.UNLIMITED), p -> {})
                .join();
        assertThat(sum.established()).isEqualTo(2);
        assertThat(second.asked).containsExactly(new OpenRequest(1, Rate.UNLIMITED));
        assertThat(third.asked).isEmpty();
    }

    @Test
    void aRateBelowOneEachIsOneEach() {
        group(first, second).open(new OpenRequest(2, new Rate(1)), p -> {}).join();
        assertThat(first.asked).containsExactly(new OpenRequest(1, new Rate(1)));
    }

    @Test
    void progressIsTheSumOfWhatEachSaidLast() {
        List<Opened> heard = new ArrayList<>();
        group(first, second).open(new OpenRequest(10, null), heard::add).join();
        first.progress.accept(opened(5, 1));
        second.progress.accept(opened(5, 2));
        first.progress.accept(opened(5, 4));
        assertThat(heard).extracting(Opened::established).containsExactly(1L, 3L, 6L);
        assertThat(heard).allMatch(sum -> sum.requested() == 10);
    }

    @Test
    void oneThatFailsDoesNotHideWhatTheOthersDid() {
        AgentGroup group = group(new Gone(), second);
        assertThat(group.open(new OpenRequest(10, null), p -> {}).join()).isEqualTo(opened(10, 5));
        assertThat(group.snapshot().join().established()).isEqualTo(5);
        assertThat(group.close(2).join()).isEqualTo(new Closed(2, 3));
    }

    @Test
    void ofOneThatIsLostMeanwhileItCountsWhatItSaidLast() {
        CompletableFuture<Opened> answer = new CompletableFuture<>();
        Held lost = new Held() {
            @Override
            public CompletableFuture<Opened> open(OpenRequest order, Consumer<Opened> hears) {
                hears.accept(opened(order.count(), 3));
                return answer;
            }
        };
        CompletableFuture<Opened> sum = group(lost, second).open(new OpenRequest(10, null), p -> {});
        answer.completeExceptionally(new AgentException("gone", "start it"));
        assertThat(sum.join()).isEqualTo(opened(10, 8));
    }

    @Test
    void whereAllFailItFails() {
        AgentGroup group = group(new Gone(), new Gone());
        List<CompletableFuture<?>> answers =
                List.of(group.open(new OpenRequest(10, null), p -> {}), group.snapshot(), group.configure(settings()));
        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer)
                        .failsWithin(Duration.ZERO)
                        .withThrowableThat()
                        .withRootCauseInstanceOf(AgentException.class));
        assertThat(group.close(5).join()).isEqualTo(new Closed(0, 0));
    }

    @Test
    void addsUpSnapshotsWithTheirReasons() {
        first.established = 3;
        second.established = 4;
        Snapshot sum = group(first, second).snapshot().join();
        assertThat(sum.established()).isEqualTo(7);
        assertThat(sum.errors()).isEqualTo(Map.of("receive closed", 2L));
    }

    @Test
    void closesOfEachInProportion() {
        first.established = 300;
        second.established = 100;
        assertThat(group(first, second, third).close(40).join()).isEqualTo(new Closed(40, 360));
        assertThat(first.asked).containsExactly(30L);
        assertThat(second.asked).containsExactly(10L);
        assertThat(third.asked).isEmpty();
        assertThat(group(first, second).close(1_000_000_000).join()).isEqualTo(new Closed(360, 0));
    }

    @Test
    void settingsAndStoppingGoToAll() {
        group(first, second).configure(settings()).join();
        group(first, second).stopOpening().join();
        assertThat(first.asked).containsExactly(settings(), "stop").isEqualTo(second.asked);
    }

    /** Each waits until all are at it: one after the other would not end. */
    @Test
    void closesAllSideBySide() {
        CountDownLatch closing = new CountDownLatch(20);
        Agent[] members = new Agent[20];
        Arrays.setAll(members, i -> new Held() {
            @Override
            public void close() {
                closing.countDown();
                try {
                    assertThat(closing.await(30, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        group(members).close();
        assertThat(closing.getCount()).isZero();
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void sharesAddUpAndDifferByOneAtMost(
            @ForAll @LongRange(max = Quantity.MAX) long total, @ForAll @IntRange(min = 1, max = 50) int parts) {
        long[] shares = AgentGroup.shares(total, parts);
        assertThat(shares).hasSize(parts).isSortedAccordingTo((a, b) -> Long.compare(b, a));
        assertThat(Arrays.stream(shares).sum()).isEqualTo(total);
        assertThat(shares[0] - shares[parts - 1]).isLessThanOrEqualTo(1);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void proportionalSharesAddUpAndAskNobodyForMoreThanItHas(
            @ForAll @LongRange(max = Quantity.MAX) long count,
            @ForAll @Size(min = 1, max = 20) List<@LongRange(max = Quantity.MAX / 20) Long> held) {
        long[] has = held.stream().mapToLong(Long::longValue).toArray();
        long total = Arrays.stream(has).sum();
        long[] shares = AgentGroup.proportional(count, has);
        assertThat(Arrays.stream(shares).sum()).isEqualTo(Math.min(count, total));
        for (int i = 0; i < has.length; i++) {
            double fair = total == 0 ? 0 : (double) Math.min(count, total) / total * has[i];
            assertThat(shares[i]).isBetween(0L, has[i]);
            assertThat((double) shares[i]).isBetween(fair - 2, fair + 2 + has.length);
        }
    }

    private static Settings settings() {
        return new Settings(List.of("127.0.0.1:1"), List.of(), 1, 1, 0);
    }
}
