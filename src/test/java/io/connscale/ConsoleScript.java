package io.connscale;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs {@code bin/connscale-console} as a user would, with the Java that runs the tests; for end-to-end tests. Immutable:
 * each {@code with…} gives another one.
 *
 * <pre>{@code
 * Ran ran = ConsoleScript.in(folder).with("NO_COLOR", "1").run("-e", "start client1", "-e", "count");
 * assertThat(ran.exit()).isZero();
 *
 * try (RunningConsole console = ConsoleScript.in(folder).start("-o", "json")) {
 *     console.type("start client1");
 *     await().until(() -> console.out().contains("\"ok\":true"));
 * }
 * }</pre>
 *
 * @param script what is called: {@code bin/connscale-console} or a symbolic link to it
 * @param folder the working directory; its state folder ({@code state}) is in it too
 * @param environment added to this process's; a key with an empty value is taken out
 */
public record ConsoleScript(Path script, Path folder, Map<String, String> environment) {
    /** A console that has not ended in this time is killed, and the test fails with what it printed. */
    static final int SECONDS = 90;

    /** The project's folder. */
    static final Path PROJECT = Path.of("").toAbsolutePath();

    /** What a run came to: its exit code, and all of its standard output and standard error. */
    public record Ran(int exit, String out, String err) {}

    public ConsoleScript {
        environment = Map.copyOf(environment);
    }

    /** The project's own script, with the empty (temporary) folder as working directory. */
    public static ConsoleScript in(Path folder) {
        return new ConsoleScript(
                PROJECT.resolve("bin/connscale-console"), folder, Map.of("JAVA_HOME", System.getProperty("java.home")));
    }

    public ConsoleScript calledAs(Path link) {
        return new ConsoleScript(link, folder, environment);
    }

    public ConsoleScript with(String key, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(key, value);
        return new ConsoleScript(script, folder, more);
    }

    /** Runs it to its end with nothing on standard input. */
    public Ran run(String... arguments) {
        return runWith("", arguments);
    }

    /** Runs it to its end with {@code input} on standard input. */
    public Ran runWith(String input, String... arguments) {
        try (RunningConsole console = start(arguments)) {
            console.type(input);
            console.endOfInput();
            return console.await(SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Starts it, for a test that types while it runs, or kills it. Close it: then it is gone, whatever happened. */
    public RunningConsole start(String... arguments) {
        return start(List.of(), arguments);
    }

    /**
     * The same, for a test that interrupts it. Whoever runs the tests may have signals ignored (nohup, a job in the background), and a
     * JVM heeds none that were when it began.
     */
    public RunningConsole startHeedingSignals(String... arguments) {
        return start(List.of("env", "--default-signal=HUP,INT"), arguments);
    }

    private RunningConsole start(List<String> before, String... arguments) {
        try {
            List<String> command = new ArrayList<>(before);
            command.add(script.toString());
            command.addAll(List.of(arguments));
            Path out = Files.createTempFile(folder, "out", ".txt");
            Path err = Files.createTempFile(folder, "err", ".txt");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            settle(builder.environment());
            return new RunningConsole(builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void settle(Map<String, String> variables) {
        variables.put("CONNSCALE_STATE", folder.resolve("state").toString());
        environment.forEach((key, value) -> {
            if (value.isEmpty()) {
                variables.remove(key);
            } else {
                variables.put(key, value);
            }
        });
    }
}
