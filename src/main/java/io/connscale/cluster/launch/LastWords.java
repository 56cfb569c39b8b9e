package io.connscale.cluster.launch;

import io.connscale.control.BoundedLines;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a process that could not be talked to left behind: its exit code and the end of its standard error. */
public final class LastWords {
    private static final Logger log = LoggerFactory.getLogger(LastWords.class);
    private static final int LONGEST = 400;
    private static final int KEPT = 10;
    private static final long EXIT_SECONDS = 2;
    private static final long ERRORS_MILLIS = 1000;

    private final Deque<String> lines = new ArrayDeque<>();
    private final Process process;

    private LastWords(Process process) {
        this.process = process;
    }

    /** Waits a moment for its end and for its errors, which nobody else reads; ask before ending it: that closes them. */
    public static LastWords of(Process process) throws InterruptedException {
        LastWords words = new LastWords(process);
        Thread reader = new Thread(() -> words.read(process.getErrorStream()), "launch-stderr");
        reader.setDaemon(true);
        reader.start();
        if (process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
            reader.join(ERRORS_MILLIS);
        }
        return words;
    }

    private void read(InputStream errors) {
        BoundedLines from = new BoundedLines(errors, LONGEST);
        try {
            for (BoundedLines.Line line = from.next(); line != null; line = from.next()) {
                log.info("{}", line.text());
                keep(line.text().strip());
            }
        } catch (IOException e) {
            log.debug("standard error broke", e); // what was read until then is all there is
        }
    }

    private synchronized void keep(String line) {
        if (line.isEmpty()) {
            return;
        }
        if (lines.size() == KEPT) {
            lines.remove();
        }
        lines.add(line);
    }

    /** Whether it ended with this exit code. */
    public boolean exitIs(int code) {
        return !process.isAlive() && process.exitValue() == code;
    }

    /** {@code exit code 255: ssh: connect to host h1 port 22: Connection refused}: the last line says most. */
    @Override
    public synchronized String toString() {
        String exit = process.isAlive() ? "no exit code yet" : "exit code " + process.exitValue();
        return lines.isEmpty() ? exit : exit + ": " + lines.getLast();
    }
}
