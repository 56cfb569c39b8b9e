package io.connscale.agent;

import io.connscale.control.Opened;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Passes on at most four reports a second of how far an open request is: each of a hundred workers makes two. Any thread. */
final class Paced implements Consumer<Opened> {
    private static final long BETWEEN = TimeUnit.MILLISECONDS.toNanos(250);

    private final Consumer<Opened> to;
    private final LongSupplier nanos;
    private long last;

    Paced(Consumer<Opened> to) {
        this(to, System::nanoTime);
    }

    Paced(Consumer<Opened> to, LongSupplier nanos) {
        this.to = to;
        this.nanos = nanos;
        this.last = nanos.getAsLong() - BETWEEN;
    }

    @Override
    public void accept(Opened soFar) {
        if (due()) {
            to.accept(soFar);
        }
    }

    private synchronized boolean due() {
        long now = nanos.getAsLong();
        if (now - last < BETWEEN) {
            return false;
        }
        last = now;
        return true;
    }
}
