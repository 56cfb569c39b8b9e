package io.connscale.control;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Some {@link Workers} that are started side by side, and the wait for them, which always ends. Where one can't be had because
 * this machine has nothing left for it, the next would not come up either: the rest is not tried.
 */
final class StartBatch implements Runnable {
    /** Starts one. */
    @FunctionalInterface
    interface Start {
        void one() throws AgentException;
    }

    private final String role;
    private final Start start;
    private final BooleanSupplier wanted;
    private final Consumer<String> failures;
    private final int count;
    private final CountDownLatch left;
    private volatile boolean givenUp;
    private @Nullable Exhausted exhausted;
    private int untried;

    /**
     * @param wanted asked before each start: false leaves the rest
     * @param failures hears why one could not be started
     */
    StartBatch(String role, int count, Start start, BooleanSupplier wanted, Consumer<String> failures) {
        this.role = role;
        this.count = count;
        this.start = start;
        this.wanted = wanted;
        this.failures = failures;
        this.left = new CountDownLatch(count);
    }

    /**
     * Starts all, on threads of {@code starters}, and waits until each has started or failed, {@code seconds} at most.
     *
     * @return what this machine has run out of, where that is why some could not be had
     */
    Optional<Exhausted> on(Executor starters, long seconds) throws InterruptedException {
        try {
            for (int i = 0; i < count; i++) {
                give(starters);
            }
            if (!left.await(seconds, TimeUnit.SECONDS)) {
                failures.accept("%s: %d did not start within %d s".formatted(role, left.getCount(), seconds));
            }
        } finally {
            givenUp = true;
        }
        return outcome();
    }

    private void give(Executor starters) {
        try {
            starters.execute(this);
        } catch (OutOfMemoryError | RejectedExecutionException e) { // no thread left to start it on; or they are ending
            ranOut(e);
            untried();
        }
    }

    private synchronized Optional<Exhausted> outcome() {
        Optional<Exhausted> known = Optional.ofNullable(exhausted);
        known.filter(what -> untried > 0)
                .ifPresent(what -> failures.accept("%s: %d not started: %s".formatted(role, untried, what.text())));
        return known;
    }

    @Override
    public void run() {
        if (givenUp || !wanted.getAsBoolean()) {
            untried();
            return;
        }
        try {
            start.one();
        } catch (AgentException e) {
            ranOut(e);
            failures.accept(e.message());
        } finally {
            left.countDown();
        }
    }

    private synchronized void untried() {
        untried++;
        left.countDown();
    }

    private synchronized void ranOut(Throwable why) {
        Optional<Exhausted> now = Exhausted.of(why);
        givenUp |= now.isPresent();
        exhausted = exhausted == null ? now.orElse(null) : exhausted;
    }
}
