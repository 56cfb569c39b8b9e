package io.connscale.cluster;

import io.connscale.control.Message;
import io.connscale.control.MessageLines;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The console's side of a control channel: one message at a time, and a word every few seconds. Any thread. */
final class RequestWriter implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(RequestWriter.class);
    /**
     * An agent ends after ten seconds without a word, and each wakes several threads over there, where there may be a hundred. In
     * time and not in ticks: on a busy machine a round of ticks takes seconds.
     */
    private static final long SPEAKS_AFTER = TimeUnit.SECONDS.toNanos(2);

    private final OutputStream out;
    private final ReentrantLock writing = new ReentrantLock();
    private final LongSupplier nanos;
    private volatile long spoken;

    RequestWriter(OutputStream out) {
        this(out, System::nanoTime);
    }

    RequestWriter(OutputStream out, LongSupplier nanos) {
        this.out = out;
        this.nanos = nanos;
        this.spoken = nanos.getAsLong();
    }

    /** Waits where the agent does not read. */
    void write(Message message) throws IOException {
        writing.lock();
        try {
            say(message);
        } finally {
            writing.unlock();
        }
    }

    /** Once a second. Where somebody is writing, that says the same, and where that one waits this would, too. */
    void tick() {
        if (nanos.getAsLong() - spoken >= SPEAKS_AFTER && writing.tryLock()) {
            try {
                say(new Message.StillHere());
            } catch (IOException e) {
                log.debug("nobody reads the channel's other end", e); // the reader tells
            } finally {
                writing.unlock();
            }
        }
    }

    private void say(Message message) throws IOException {
        MessageLines.write(out, message);
        spoken = nanos.getAsLong();
    }

    /** Waits where the agent does not read and its pipe is full. */
    @Override
    public void close() throws IOException {
        out.close();
    }
}
