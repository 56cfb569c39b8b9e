package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.control.Agent;
import io.connscale.control.Agent.Closed;
import io.connscale.control.Agent.OpenRequest;
import io.connscale.control.Agent.Opened;
import io.connscale.control.AgentException;
import io.connscale.control.Quantity;
import io.connscale.control.Rate;
import io.connscale.control.Settings;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An agent and its workers, asked side by side. */
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
        return new AgentGroup(List.of(members));
    }

    /** In whole seconds. */
    private static CompletableFuture<Opened> open(
            AgentGroup group, long[] shares, @Nullable Rate rate, Consumer<Opened> progress) {
        OpenRequest whole = new OpenRequest(Arrays.stream(shares).sum(), rate);
        return group.open(whole, shares, rate, new Turns(), progress)
                .thenApply(sum -> new Opened(
                        sum.requested(), sum.established(), sum.failed(), Math.floor(sum.seconds()), sum.errors()));
    }

    private static long[] shares(long... shares) {
        return shares;
    }

    private static Opened opened(long requested, long established) {
        return new Opened(requested, established, 0, 1, new TreeMap<>());
    }

    @Test
    void sharesTheRateAndAddsUpTheAnswers() {
        Opened sum = open(group(first, second, third), shares(4, 3, 3), new Rate(300), p -> {})
                .join();
        assertThat(sum).isEqualTo(opened(10, 10));
        assertThat(first.asked).containsExactly(new OpenRequest(4, new Rate(120)));
        assertThat(second.asked).containsExactly(new OpenRequest(3, new Rate(90)));
        assertThat(third.asked).containsExactly(new OpenRequest(3, new Rate(90)));
    }

    @Test
    void asksNobodyForNothing() {
        Opened sum = open(group(first, second, third), shares(1, 1, 0), Rate.UNLIMITED, p -> {})
                .join();
        assertThat(sum.established()).isEqualTo(2);
        assertThat(second.asked).containsExactly(new OpenRequest(1, Rate.UNLIMITED));
        assertThat(third.asked).isEmpty();
    }

    @Test
    void aRateBelowOneEachIsOneEach() {
        open(group(first, second), shares(1, 1), new Rate(1), p -> {}).join();
        assertThat(first.asked).containsExactly(new OpenRequest(1, new Rate(1)));
    }

    @Test
    void progressIsTheSumOfWhatEachSaidLast() {
        List<Opened> heard = new ArrayList<>();
        open(group(first, second), shares(5, 5), null, heard::add).join();
        first.progress.accept(opened(5, 1));
        second.progress.accept(opened(5, 2));
        first.progress.accept(opened(5, 4));
        assertThat(heard).extracting(Opened::established).containsExactly(1L, 3L, 6L);
        assertThat(heard).allMatch(sum -> sum.requested() == 10);
    }

    @Test
    void oneThatFailsDoesNotHideWhatTheOthersDid() {
        AgentGroup group = group(new Gone(), second);
        assertThat(open(group, shares(5, 5), null, p -> {}).join()).isEqualTo(opened(10, 5));
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
        CompletableFuture<Opened> sum = open(group(lost, second), shares(5, 5), null, p -> {});
        answer.completeExceptionally(new AgentException("gone", "start it"));
        assertThat(sum.join()).isEqualTo(opened(10, 8));
    }

    @Test
    void whereAllFailItFails() {
        AgentGroup group = group(new Gone(), new Gone());
        assertThat(open(group, shares(5, 5), null, p -> {}))
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withRootCauseInstanceOf(AgentException.class);
        assertThat(group.close(5).join()).isEqualTo(new Closed(0, 0));
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
    void stoppingGoesToAll() {
        group(first, second).stopOpening().join();
        assertThat(first.asked).containsExactly("stop").isEqualTo(second.asked);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void proportionalSharesAddUpAndAskNobodyForMoreThanItHas(
            @ForAll @LongRange(max = Quantity.MAX) long count,
            @ForAll @Size(min = 1, max = 20) List<@LongRange(max = Quantity.MAX / 20) Long> held) {
        long[] has = held.stream().mapToLong(Long::longValue).toArray();
        long total = Arrays.stream(has).sum();
        long[] shares = Sharing.proportional(count, has);
        assertThat(Arrays.stream(shares).sum()).isEqualTo(Math.min(count, total));
        for (int i = 0; i < has.length; i++) {
            double fair = total == 0 ? 0 : (double) Math.min(count, total) / total * has[i];
            assertThat(shares[i]).isBetween(0L, has[i]);
            assertThat((double) shares[i]).isBetween(fair - 2, fair + 2 + has.length);
        }
    }

    /** On any machine the last of a thousand waits for an earlier one. */
    @Test
    void aFewCloseAtATimeAndEachOneThatEndsLetsAnotherBegin() {
        List<CompletableFuture<Closed>> closing = new ArrayList<>();
        List<Agent> many = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            Held one = new Held() {
                @Override
                public CompletableFuture<Closed> close(long count) {
                    CompletableFuture<Closed> answer = new CompletableFuture<>();
                    closing.add(answer);
                    return answer;
                }
            };
            one.established = 3;
            many.add(one);
        }
        CompletableFuture<Closed> sum = new AgentGroup(many).close(2000);
        int atOnce = closing.size();
        assertThat(atOnce).isBetween(1, 999);
        closing.get(0).complete(new Closed(2, 1));
        assertThat(closing).hasSize(atOnce + 1);
        for (int i = 0; i < closing.size(); i++) { // grows meanwhile
            closing.get(i).complete(new Closed(2, 1));
        }
        assertThat(sum.join()).isEqualTo(new Closed(2000, 1000));
    }
}
