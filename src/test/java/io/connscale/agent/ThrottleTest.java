package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A ramp against a server that accepts so many a second from a queue of so many, with the clock in our hands. */
class ThrottleTest {
    private static final double UNLIMITED = Double.POSITIVE_INFINITY;
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int BACKLOG = 1024;
    private static final long MAX = Ramp.MAX_IN_FLIGHT;

    private long now = -3000 * MILLI;
    private double queue;
    private long answered;
    private long dropped;

    @ParameterizedTest
    @ValueSource(ints = {2_000, 5_000, 20_000, 50_000})
    void unlimitedComesNearWhatTheServerAccepts(int acceptsPerSecond) {
        run(UNLIMITED, acceptsPerSecond, 0, 10);
        assertThat(answered).isGreaterThan(8L * acceptsPerSecond);
    }

    @ParameterizedTest
    @ValueSource(ints = {2_000, 5_000, 20_000, 50_000})
    void aFullQueueDoesNotTurnIntoAStorm(int acceptsPerSecond) {
        run(UNLIMITED, acceptsPerSecond, 0, 10);
        assertThat(dropped).isLessThan(answered / 50 + 2 * MAX);
    }

    @Test
    void aRateThatTheServerTakesIsKept() {
        run(5_000, 6_000, 0, 10);
        assertThat(answered).isBetween(49_000L, 51_000L);
        assertThat(dropped).isZero();
    }

    @Test
    void aFewLostOnTheWayChangeNothing() {
        run(5_000, 20_000, 100, 10); // one in a hundred
        assertThat(answered + dropped).isBetween(49_000L, 51_500L);
    }

    @Test
    void aRateAboveWhatTheServerTakesIsNoStormEither() {
        run(20_000, 4_000, 0, 10);
        assertThat(answered).isGreaterThan(24_000);
        assertThat(dropped).isLessThan(answered / 50 + 2 * MAX);
    }

    @Test
    void itNeverFallsBelowItsLeast() {
        Throttle throttle = new Throttle(UNLIMITED, now);
        double before = throttle.perSecond();
        for (int i = 0; i < 100; i++) {
            now += 1000 * MILLI;
            IntStream.range(0, 10).forEach(n -> throttle.answered(now - 999 * MILLI, now)); // each SYN was repeated
            throttle.adapt(new AwaitedPongs(), now);
            assertThat(throttle.perSecond()).isBetween(Math.max(Throttle.MIN, before / 2), before);
            before = throttle.perSecond();
        }
        assertThat(before).isEqualTo(Throttle.MIN);
    }

    private record Repeat(RingNode node, long at) {}

    /** Each millisecond begins what may; a SYN that finds the queue full comes again a second later. */
    private void run(double wanted, double acceptsPerSecond, int oneIn, int seconds) {
        Throttle throttle = new Throttle(wanted, now);
        Pace pace = new Pace(throttle.perSecond(), now);
        AwaitedPongs inFlight = new AwaitedPongs();
        Deque<Repeat> repeats = new ArrayDeque<>();
        long sent = 0;
        for (long end = now + seconds * 1000L * MILLI; now < end; now += MILLI) {
            queue = Math.max(0, queue - acceptsPerSecond / 1000);
            while (!repeats.isEmpty() && repeats.element().at <= now) {
                arrive(throttle, inFlight, repeats, repeats.remove().node, false);
            }
            while (pace.mayBegin(now) && repeats.size() < MAX) {
                pace.begin();
                RingNode node = new Node();
                inFlight.add(node, now);
                arrive(throttle, inFlight, repeats, node, oneIn > 0 && ++sent % oneIn == 0);
            }
            if (repeats.size() < MAX) {
                throttle.heldBack();
            }
            if (throttle.adapt(inFlight, now)) {
                pace.perSecond(throttle.perSecond(), now);
            }
        }
    }

    private void arrive(Throttle throttle, AwaitedPongs inFlight, Deque<Repeat> repeats, RingNode node, boolean lost) {
        if (lost || queue > BACKLOG) {
            dropped++;
            repeats.add(new Repeat(node, now + 1000 * MILLI));
        } else {
            queue++;
            answered++;
            throttle.answered(node.left, now);
            inFlight.remove(node);
        }
    }

    private static final class Node extends RingNode {
        @Override
        long since() {
            return 0;
        }

        @Override
        boolean ping() {
            return false;
        }

        @Override
        void timedOut() {}
    }
}
