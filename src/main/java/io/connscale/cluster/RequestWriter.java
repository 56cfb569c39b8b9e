package io.connscale.cluster;

import io.connscale.control.Message;
import io.connscale.control.MessageLines;
import io.connscale.control.Threads;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The console's side of a control channel. A thread of its own writes, so that an agent that does not read holds up nobody but
 * itself: requests in their order, and a heartbeat where there was nothing to say. Any thread may call; nothing waits.
 */
final class RequestWriter {
    private static final Logger log = LoggerFactory.getLogger(RequestWriter.class);
    /** An agent ends after ten seconds without a word, and each wakes several threads over there, where there may be a hundred. */
    private static final Duration SPEAKS_AFTER = Duration.ofSeconds(2);
    /** Ends the thread's wait; never written. */
    private static final Message END = new Message.Notice("");

    private final OutputStream out;
    private final Duration speaksAfter;
    private final Runnable broken;
    private final BlockingQueue<Message> waiting;
    private volatile boolean closing;

    /**
     * Begins.
     *
     * @param name of the agent
     * @param max requests that wait to be written
     * @param broken called on the writing thread where nobody reads the other end any more
     */
    RequestWriter(String name, OutputStream out, int max, Runnable broken) {
        this(name, out, max, broken, SPEAKS_AFTER);
    }

    RequestWriter(String name, OutputStream out, int max, Runnable broken, Duration speaksAfter) {
        this.out = out;
        this.speaksAfter = speaksAfter;
        this.broken = broken;
        this.waiting = new ArrayBlockingQueue<>(max);
        Threads.start(name + "-requests", this::write);
    }

    /** False where too many wait. */
    boolean offer(Message request) {
        return waiting.offer(request);
    }

    /** Closes the channel once what is being written has been; what waits is dropped. */
    void close() {
        closing = true;
        waiting.clear();
        waiting.offer(END);
    }

    private void write() {
        try (out) {
            while (!closing) {
                Message next = waiting.poll(speaksAfter.toNanos(), TimeUnit.NANOSECONDS);
                if (!closing) {
                    MessageLines.write(out, next == null ? new Message.StillHere() : next);
                }
            }
        } catch (IOException e) {
            log.debug("nobody reads the channel's other end", e);
            broken.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does
        }
    }
}
