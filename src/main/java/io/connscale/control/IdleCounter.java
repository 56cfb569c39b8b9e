package io.connscale.control;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How long the other end of a stream has been silent, in ticks of who asks once a second. It counts ticks and not time, and only
 * while somebody reads: a process that was stopped, or that a busy machine lets wait, finds what came meanwhile when it goes
 * on, and a reader that is held up elsewhere must not take its own absence for the other's. One thread reads; any may tick.
 */
public final class IdleCounter {
    private final boolean bytesCount;
    private final AtomicInteger ticks = new AtomicInteger();
    private volatile boolean listening;
    private volatile int reads; // one thread writes
    private int readsBefore; // likewise, the one that ticks

    /** Any byte ends it. */
    public IdleCounter() {
        this(true);
    }

    private IdleCounter(boolean bytesCount) {
        this.bytesCount = bytesCount;
    }

    /** Only {@link #heard()} ends it: who sends garbage for ever is as good as silent. */
    public static IdleCounter untilHeard() {
        return new IdleCounter(false);
    }

    /** {@code in}, listened to. */
    public InputStream on(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                listening = true;
                try {
                    return came(super.read());
                } finally {
                    listening = false;
                }
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                listening = true;
                try {
                    return came(super.read(bytes, from, length));
                } finally {
                    listening = false;
                }
            }
        };
    }

    /** The end of the stream, -1, is no word. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread reads
    private int came(int read) {
        reads++;
        if (read >= 0 && bytesCount) {
            heard();
        }
        return read;
    }

    /** The other end has said something. */
    public void heard() {
        ticks.set(0);
    }

    /** Once a second, one thread. Returns for how many ticks nothing has come. */
    public int tick() {
        boolean wasRead = listening || (!bytesCount && reads != readsBefore);
        readsBefore = reads;
        return wasRead ? ticks.incrementAndGet() : ticks.get();
    }
}
