package io.connscale.stats;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A count with one writing thread (an event loop) and any number of readers: no lock and no atomic read-modify-write on
 * the hot path.
 */
public final class Counter {
    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(Counter.class, "value", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // through VALUE
    private long value;

    /** Adds {@code n}, which may be negative. Only from the one thread that writes. */
    public void add(long n) {
        VALUE.setRelease(this, (long) VALUE.get(this) + n);
    }

    public void increment() {
        add(1);
    }

    public void decrement() {
        add(-1);
    }

    /** The value as the writer last published it; from any thread. */
    public long get() {
        return (long) VALUE.getAcquire(this);
    }
}
