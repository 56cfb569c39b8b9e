package io.connscale.console;

import io.connscale.control.PlainText;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Answers to standard output and nothing else there; errors, notices and, now and then, progress to standard error. UTF-8
 * whatever the locale says, since the reader is most likely a program.
 */
final class BatchScreen implements Screen {
    private static final long NANOS_BETWEEN_PROGRESS = 2_000_000_000L;

    private final OutputStream out;
    private final PrintStream err;
    private long progressAt;
    private volatile boolean closed;
    private volatile boolean errClosed;

    BatchScreen(OutputStream out, OutputStream err) {
        this.out = out;
        this.err = new PrintStream(err, true, StandardCharsets.UTF_8);
    }

    @Override
    public void answer(String lines) {
        if (closed) {
            return;
        }
        try {
            out.write((lines + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            closed = true;
            complain(String.valueOf(e.getMessage()));
        }
    }

    /** {@code connscale | head -1}: who reads only one line has not made an error. */
    private void complain(String why) {
        if (!why.contains("Broken pipe")) {
            error(
                    "cannot write to standard output: " + why,
                    "check where it goes: is the disk full, or the file closed?");
        }
    }

    @Override
    public void error(String message, String hint) {
        err.println(new CommandException(message, hint).text());
    }

    @Override
    public void notice(String line) {
        err.println(PlainText.of(line));
    }

    @Override
    public void progress(String line) {
        long now = System.nanoTime();
        if (now - progressAt >= NANOS_BETWEEN_PROGRESS) {
            progressAt = now;
            err.println(PlainText.of(line));
        }
    }

    @Override
    public void begin() {
        progressAt = System.nanoTime();
    }

    @Override
    public void end() {}

    @Override
    public boolean closed() {
        return closed;
    }

    /** Its lines are progress, not the answer: to standard error, each of them. */
    @Override
    public Live live() {
        return new LiveLines(
                line -> {
                    err.println(line);
                    errClosed = err.checkError();
                },
                () -> closed || errClosed);
    }

    /** In batch there is nobody to ask. */
    @Override
    public Optional<String> ask(String question, boolean secret) {
        return Optional.empty();
    }

    /** {@link Live} where nothing can be drawn in place: a line each time. */
    static final class LiveLines implements Live {
        private static final int USUAL_COLUMNS = 80;
        private static final int USUAL_ROWS = 24;

        private final Consumer<String> lines;
        private final BooleanSupplier closed;

        /** @param closed whether nobody reads the lines any more */
        LiveLines(Consumer<String> lines, BooleanSupplier closed) {
            this.lines = lines;
            this.closed = closed;
        }

        @Override
        public int columns() {
            return USUAL_COLUMNS;
        }

        @Override
        public int rows() {
            return USUAL_ROWS;
        }

        @Override
        public boolean unicode() {
            return false;
        }

        @Override
        public void draw(List<String> picture, String plain) {
            lines.accept(PlainText.of(plain));
        }

        @Override
        public boolean ended(long millis) throws InterruptedException {
            Thread.sleep(millis);
            return closed.getAsBoolean();
        }

        @Override
        public void close() {}
    }
}
