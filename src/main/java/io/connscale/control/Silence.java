package io.connscale.control;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How long the other end of a stream has been silent, in ticks of who asks once a second. It counts ticks and not time, and only
 * while somebody is reading: a process that was stopped, or that a busy machine lets wait, finds what came meanwhile when it goes
 * on, and must not take its own absence for the other's. One thread reads; any may tick.
 */
public final class Silence {
    private final AtomicInteger ticks = new AtomicInteger();
    private volatile boolean listening;

    /** {@code in}, listened to. */
    public InputStream on(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                listening = true;
                try {
                    return heard(super.read());
                } finally {
                    listening = false;
                }
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                listening = true;
                try {
                    return heard(super.read(bytes, from, length));
                } finally {
                    listening = false;
                }
            }
        };
    }

    /** The end of the stream, -1, is no word. */
    private int heard(int read) {
        if (read >= 0) {
            ticks.set(0);
        }
        return read;
    }

    /** Once a second. Returns for how many ticks nothing has come. */
    public int tick() {
        return listening ? ticks.incrementAndGet() : ticks.get();
    }
}
