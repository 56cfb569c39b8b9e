package io.connscale.hosts;

import io.connscale.ConsoleScript.Ran;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command of this machine, run to its end in bounded time. Any thread. */
final class Command {
    /** What takes longer hangs: it is killed, and the caller gets an exception. */
    private static final int SECONDS = 60;

    private Command() {}

    /** Runs it to its end; fails where it says that it failed. Gives what it printed. */
    static String must(String... words) {
        Ran ran = run("", List.of(words));
        if (ran.exit() != 0) {
            throw new IllegalStateException(
                    String.join(" ", words) + " ended with " + ran.exit() + ": " + ran.err() + ran.out());
        }
        return ran.out();
    }

    /** Runs it to its end with {@code input} on standard input. Through files: a full pipe never stops it. */
    static Ran run(String input, List<String> words) {
        try {
            Path folder = Files.createTempDirectory("connscale-command-");
            try {
                return runIn(folder, input, words);
            } finally {
                Folders.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Ran runIn(Path folder, String input, List<String> words) throws IOException {
        Path in = Files.writeString(folder.resolve("in"), input);
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(words)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        awaitEnd(process, words);
        return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private static void awaitEnd(Process process, List<String> words) {
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(words + " still runs after " + SECONDS + " s");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while " + words + " ran", e);
        } finally {
            process.destroyForcibly();
        }
    }
}
