package io.connscale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A console that {@link ConsoleScript} started: its process, and what it has printed so far. For the test's thread. */
public final class RunningConsole implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    private final Process process;
    private final Path out;
    private final Path err;

    RunningConsole(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** The console's process (the script becomes it): for {@code pid()}, {@code destroy()}, {@code descendants()}. */
    public Process process() {
        return process;
    }

    /** A line, or several with {@code \n} between them; ignored where the console has ended. */
    public void type(String lines) {
        try {
            process.getOutputStream().write((lines + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            // It ended first; its exit code and output tell why.
        }
    }

    /** Types a line and waits for its answer: the first line that it prints then. */
    public String answer(String line) {
        long before = out().lines().count();
        type(line);
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> out().lines().count() > before && out().endsWith("\n"));
        return out().lines().skip(before).findFirst().orElseThrow();
    }

    /** The result that a line is answered with in JSON, where it works. */
    public JsonNode must(String line) {
        JsonNode answer = JSON.readTree(answer(line));
        assertThat(answer.path("ok").asBoolean()).as("%s%n%s", answer, err()).isTrue();
        return answer.path("result");
    }

    /** Ctrl-D. */
    public void endOfInput() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // Likewise.
        }
    }

    public String out() {
        return Timeless.of(read(out));
    }

    /** Standard error without progress lines. */
    public String err() {
        return Progress.without(read(err));
    }

    /** The last progress lines, too. */
    public String errWithProgress() {
        return read(err);
    }

    /** Waits for its end; fails with what it printed where that takes longer. */
    public ConsoleScript.Ran await(long time, TimeUnit unit) {
        try {
            if (!process.waitFor(time, unit)) {
                fail("still running after " + time + " " + unit + "; out:\n" + out() + "\nerr:\n" + err());
            }
            return new ConsoleScript.Ran(process.exitValue(), out(), err());
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while a console ran", e);
        }
    }

    /** Kills it where it still runs, and whatever it started. */
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
