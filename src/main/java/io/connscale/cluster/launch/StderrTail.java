package io.connscale.cluster.launch;

import io.connscale.control.PlainText;
import io.connscale.control.Threads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The standard error of a process that is being launched: read on while something else is awaited, so that a login shell that has
 * much to say there does not stand still; and, where no talk came about, what it left behind, with its exit code.
 */
public final class StderrTail {
    private static final Logger log = LoggerFactory.getLogger(StderrTail.class);
    private static final int MAX_LENGTH = 400;
    private static final int KEPT = 10;
    private static final int MAX_LOGGED = 200;
    private static final int PIECE = 16 << 10;
    private static final long EXIT_SECONDS = 2;
    private static final long ERRORS_MILLIS = 1000;

    private final Process process;
    private final Deque<String> lines = new ArrayDeque<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private int logged;

    StderrTail(Process process) {
        this.process = process;
    }

    /** Waits a moment for its end and for its errors, which nobody else reads; ask before ending it: that closes them. */
    public static StderrTail of(Process process) throws InterruptedException {
        StderrTail words = new StderrTail(process);
        words.await();
        return words;
    }

    void await() throws InterruptedException {
        Thread reader = Threads.start("launch-stderr", () -> read(process.getErrorStream()));
        if (process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
            reader.join(ERRORS_MILLIS);
        }
    }

    void read(InputStream errors) {
        byte[] piece = new byte[PIECE];
        try {
            for (int n = errors.read(piece); n >= 0; n = errors.read(piece)) {
                take(piece, n);
            }
        } catch (IOException e) {
            log.debug("standard error broke", e); // what was read until then is all there is
        }
        endLine();
    }

    /**
     * Reads what has come so far, up to the end of the line that is {@code marker} and not a byte further: the rest is another's.
     * Returns whether that line came.
     */
    boolean readUpTo(String marker) {
        try {
            InputStream errors = process.getErrorStream();
            for (int left = errors.available(); left > 0; left--) {
                int b = errors.read();
                if (b == '\n' && isLine(marker)) {
                    return true;
                }
                if (b >= 0) {
                    take(new byte[] {(byte) b}, 1);
                }
            }
        } catch (IOException e) {
            log.debug("standard error broke", e); // it has ended: what it said until then is kept
        }
        return false;
    }

    private synchronized boolean isLine(String marker) {
        boolean is = line.toString(StandardCharsets.UTF_8).strip().equals(marker);
        if (is) {
            line.reset();
        }
        return is;
    }

    private synchronized void take(byte[] piece, int length) {
        for (int i = 0; i < length; i++) {
            if (piece[i] == '\n') {
                endLine();
            } else if (line.size() < MAX_LENGTH) {
                line.write(piece[i]);
            }
        }
    }

    private synchronized void endLine() {
        String text = PlainText.of(line.toString(StandardCharsets.UTF_8)).strip();
        line.reset();
        if (text.isEmpty()) {
            return;
        }
        if (logged++ < MAX_LOGGED) {
            log.info("{}", text);
        } else if (logged == MAX_LOGGED + 1) {
            log.info("more than {} lines on standard error: the rest is not logged", MAX_LOGGED);
        }
        if (lines.size() == KEPT) {
            lines.remove();
        }
        lines.add(text);
    }

    /** Its last lines, oldest first. */
    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /** {@code ; last output on stderr: "Connection refused"}; nothing where there was none. Of a process that has not ended yet. */
    synchronized String said() {
        String unfinished = PlainText.of(line.toString(StandardCharsets.UTF_8)).strip();
        String last = !unfinished.isEmpty() && lines.isEmpty() ? unfinished : lines.isEmpty() ? "" : lines.getLast();
        return last.isEmpty() ? "" : "; last output on stderr: \"" + last + "\"";
    }

    /** Whether it ended with this exit code. */
    public boolean exitIs(int code) {
        return !process.isAlive() && process.exitValue() == code;
    }

    /** {@code exit code 255: ssh: connect to host h1 port 22: Connection refused}: the last line says most. */
    @Override
    public synchronized String toString() {
        return lines.isEmpty() ? exit() : exit() + ": " + lines.getLast();
    }

    private String exit() {
        if (process.isAlive()) {
            return "no exit code yet";
        }
        return process.exitValue() < 0 ? "no exit code (the connection broke)" : "exit code " + process.exitValue();
    }
}
