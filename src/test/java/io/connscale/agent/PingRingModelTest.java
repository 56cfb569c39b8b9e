package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * The ring against the naive way: a timer for each connection. Whatever is added, removed, answered or changed, both ping
 * and time out the same connections at the same times.
 */
class PingRingModelTest {
    private static final long MILLI = 1_000_000;

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void doesWhatATimerForEachConnectionWouldDo(
            @ForAll("steps") List<Consumer<Timers>> steps, @ForAll int phase, @ForAll("times") long start) {
        Timers timers = new Timers(new RingRun(phase, 500 * MILLI, 300 * MILLI, start));
        steps.forEach(step -> step.accept(timers));
        timers.pass(1000 * MILLI);
        assertThat(timers.run.ring.size()).isEqualTo(timers.all.size());
    }

    @Provide
    Arbitrary<Long> times() {
        return Arbitraries.longs().between(-1L << 50, 1L << 50);
    }

    @Provide
    Arbitrary<List<Consumer<Timers>>> steps() {
        Arbitrary<Integer> which = Arbitraries.integers().between(0, 1_000);
        Arbitrary<Long> changed = Arbitraries.longs().between(5 * MILLI, 2_000 * MILLI);
        Arbitrary<Consumer<Timers>> step = Arbitraries.oneOf(
                Arbitraries.integers().between(1, 20).map(n -> timers -> timers.add(n)),
                which.map(n -> timers -> timers.remove(n)),
                which.map(n -> timers -> timers.answer(n)),
                Arbitraries.longs().between(0, 700 * MILLI).map(n -> timers -> timers.pass(n)),
                changed.map(n -> timers -> timers.interval(n)),
                changed.map(n -> timers -> timers.timeout(n)));
        return step.list().ofMaxSize(60);
    }

    /** A connection with its own timers. */
    private static final class Timer {
        final RingRun.Node node;
        /** When its next Ping is due; until the first one, the latest that this may be. */
        double nextPing;

        long pinged;
        boolean awaiting;
        int seen;

        Timer(RingRun.Node node, double nextPing) {
            this.node = node;
            this.nextPing = nextPing;
        }
    }

    private static final class Timers {
        final RingRun run;
        final List<Timer> all = new ArrayList<>();
        long interval = 500 * MILLI;
        long timeout = 300 * MILLI;

        Timers(RingRun run) {
            this.run = run;
        }

        void add(int count) {
            run.add(count).forEach(node -> all.add(new Timer(node, run.now + interval)));
            settle();
        }

        /** The ring keeps whole nanoseconds, the timers fractions; a shorter interval makes more of the difference. */
        private double rounding() {
            return 10 + interval * 2e-5; // far below a slot, which is interval / 4096
        }

        void remove(int n) {
            if (!all.isEmpty()) {
                run.ring.remove(all.remove(n % all.size()).node);
            }
        }

        void answer(int n) {
            if (!all.isEmpty()) {
                Timer timer = all.get(n % all.size());
                run.ring.answered(timer.node);
                timer.awaiting = false;
            }
        }

        void interval(long changed) {
            run.ring.interval(changed, run.now);
            settle();
            all.forEach(timer -> timer.nextPing = run.now + (timer.nextPing - run.now) / interval * changed);
            interval = changed;
        }

        void timeout(long changed) {
            run.ring.timeout(changed);
            timeout = changed;
            pass(0);
        }

        void pass(long time) {
            long to = run.now + time;
            while (run.ring.due() <= to) {
                assertThat(run.ring.due()).isLessThan(Long.MAX_VALUE);
                turn(Math.max(run.now, run.ring.due()));
            }
            turn(to);
        }

        private void turn(long to) {
            all.forEach(timer -> assertNothingIsMissed(timer, to));
            run.now = to;
            run.ring.advance(to, false);
            settle();
        }

        /** The ring wanted to be woken no later than the first of the timers. */
        private void assertNothingIsMissed(Timer timer, long to) {
            assertThat(timer.nextPing).isGreaterThan(to - rounding());
            long timesOut = Math.max(run.now, timer.pinged + timeout);
            assertThat(timer.awaiting && timesOut < to).isFalse();
        }

        /** What the ring did, the timers must have wanted; and what they wanted, the ring must have done. */
        private void settle() {
            all.removeIf(this::timedOut);
            all.forEach(this::turned);
        }

        private boolean timedOut(Timer timer) {
            boolean due = timer.awaiting && timer.pinged + timeout <= run.now;
            assertThat(timer.node.timeouts).hasSize(due ? 1 : 0);
            return due;
        }

        private void turned(Timer timer) {
            boolean pinged = timer.node.pings.size() > timer.seen;
            if (pinged) {
                assertThat(timer.awaiting).isFalse();
                assertThat(timer.node.pings).hasSize(++timer.seen);
                assertThat(timer.nextPing).isGreaterThan(run.now - rounding());
                assertThat(timer.seen == 1 || timer.nextPing < run.now + rounding())
                        .isTrue();
                timer.nextPing = (timer.seen == 1 ? run.now : timer.nextPing) + interval;
                timer.pinged = run.now;
                timer.awaiting = true;
            } else if (timer.nextPing <= run.now + (timer.awaiting ? rounding() : -rounding())) {
                assertThat(timer.awaiting).isTrue();
                timer.nextPing += interval;
            }
        }
    }
}
