package io.connscale.cluster;

import io.connscale.control.BoundedLines;
import io.connscale.control.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Reads an agent's standard error: each line goes to the log under the host's name, the last few are kept. */
final class ErrorTail {
    private static final Logger log = LoggerFactory.getLogger("io.connscale.agent.stderr");
    private static final int MAX_LENGTH = 4096;
    private static final int KEPT = 20;
    /** How long a process that has ended is read on: what it wrote is in the pipe, but this machine may be busy. */
    private static final long ERRORS_MILLIS = 1000;

    private final Deque<String> last = new ArrayDeque<>();
    private final Thread reader;

    ErrorTail(String host, InputStream stderr) {
        reader = Threads.start(host + "-stderr", () -> read(host, stderr));
    }

    private void read(String host, InputStream stderr) {
        MDC.put("host", host);
        BoundedLines lines = new BoundedLines(stderr, MAX_LENGTH);
        try {
            for (BoundedLines.Line line = lines.next(); line != null; line = lines.next()) {
                log.info("{}", line.text());
                keep(line.text());
            }
        } catch (IOException e) {
            log.debug("standard error of {} broke", host, e); // the process is gone: its end is told elsewhere
        }
    }

    private synchronized void keep(String line) {
        if (last.size() == KEPT) {
            last.remove();
        }
        last.add(line);
    }

    /** The last lines, oldest first; waits a moment for what a process that has just ended wrote. */
    List<String> lines() {
        try {
            reader.join(ERRORS_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            return List.copyOf(last);
        }
    }
}
