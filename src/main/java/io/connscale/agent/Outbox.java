package io.connscale.agent;

import io.connscale.control.Message;
import io.connscale.control.MessageLines;
import io.connscale.control.Threads;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages on their way to the console. One thread writes, so that an event loop never waits for a console that is slow or
 * stopped. Bounded: when it is full, what comes by itself is dropped (the next snapshot says the same) and an answer waits.
 */
final class Outbox implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Outbox.class);
    private static final int MAX_WAITING = 256;
    /** Ticks: counts are told more often than that, unless the thread that takes requests has much to do, or waits for a CPU. */
    private static final int SPEAKS_AFTER = 5;

    private final BlockingQueue<Message> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final OutputStream out;
    private final AtomicInteger idle = new AtomicInteger();
    private final Thread writer = Threads.of("agent-outbox", this::write);

    Outbox(OutputStream out) {
        this.out = out;
        writer.start();
    }

    /** Sends what must arrive: a greeting or an answer. Waits where the console does not read; not for event loops. */
    void send(Message message) {
        try {
            waiting.put(message);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the agent is ending: nobody waits for this any more
        }
    }

    /** Sends what may be dropped: progress and snapshots. Never waits. */
    void offer(Message message) {
        if (!waiting.offer(message)) {
            log.debug("the console does not read: dropped {}", message);
        }
    }

    /** Once per second. Says that the agent is there, where nothing else was said for a while. */
    void tick() {
        if (idle.incrementAndGet() >= SPEAKS_AFTER && waiting.isEmpty()) {
            offer(new Message.StillHere());
        }
    }

    private void write() {
        try {
            while (true) {
                MessageLines.write(out, waiting.take());
                idle.set(0);
            }
        } catch (IOException e) {
            log.debug("the console is gone", e); // our standard input ends as well, and with it the agent
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        writer.interrupt();
    }
}
