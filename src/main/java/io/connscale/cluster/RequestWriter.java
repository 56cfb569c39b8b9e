package io.connscale.cluster;

import io.connscale.control.FewThreads;
import io.connscale.control.Message;
import io.connscale.control.MessageLines;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The console's side of a control channel: requests in their order, and a heartbeat where there was nothing to say. Any thread may call;
 * nothing waits. A thread of a pool writes, while there is something to write: an agent that does not read holds up that one and nobody
 * else, and hundreds of agents that do need a few threads in all.
 */
final class RequestWriter {
    private static final Logger log = LoggerFactory.getLogger(RequestWriter.class);
    /** Ticks. An agent ends after ten seconds without a word, and each wakes several threads over there, where there may be a hundred. */
    private static final int SPEAKS_AFTER = 2;

    private static final FewThreads WRITERS = new FewThreads("requests");

    private final String name;
    private final OutputStream out;
    private final Runnable broken;
    private final BlockingQueue<Message> waiting;
    private final AtomicBoolean writing = new AtomicBoolean();
    private final AtomicInteger idle = new AtomicInteger();
    private volatile boolean closing;
    /** Set by the one who writes: the channel is closed, or broke. */
    private volatile boolean over;

    /**
     * Begins.
     *
     * @param name of the agent
     * @param max requests that wait to be written
     * @param broken called on the writing thread where nobody reads the other end any more
     */
    RequestWriter(String name, OutputStream out, int max, Runnable broken) {
        this.name = name;
        this.out = out;
        this.broken = broken;
        this.waiting = new ArrayBlockingQueue<>(max);
    }

    /** False where too many wait. */
    boolean offer(Message request) {
        boolean taken = waiting.offer(request);
        wake();
        return taken;
    }

    /** Once per second. Says that the console is there, where nothing else was said for a while. */
    void tick() {
        if (waiting.isEmpty() && !writing.get() && !closing && idle.incrementAndGet() >= SPEAKS_AFTER) {
            offer(new Message.StillHere());
        } else if (!waiting.isEmpty()) {
            wake(); // there was no thread for it before
        }
        if (writing.get()) {
            WRITERS.tick();
        }
    }

    /** Closes the channel once what is being written has been; what waits is dropped. */
    void close() {
        closing = true;
        waiting.clear();
        wake();
    }

    private void wake() {
        if (!over && writing.compareAndSet(false, true)) {
            try {
                WRITERS.execute(this::write);
            } catch (OutOfMemoryError e) {
                writing.set(false);
                log.warn("no thread is left to write to {}: tried again in a second", name, e);
            }
        }
    }

    private void write() {
        try {
            for (Message next = next(); next != null; next = next()) {
                MessageLines.write(out, next);
                idle.set(0);
            }
            if (closing) {
                over = true;
                out.close();
            }
        } catch (IOException e) {
            log.debug("nobody reads the channel's other end of {}", name, e);
            if (!over) {
                over = true;
                broken.run();
            }
        } finally {
            writing.set(false);
            if (!waiting.isEmpty() || closing) { // it came between the last look and now
                wake();
            }
        }
    }

    private @Nullable Message next() {
        return closing ? null : waiting.poll();
    }
}
