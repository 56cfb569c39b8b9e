package io.connscale.cluster.launch;

import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.PlainText;
import io.connscale.control.Threads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands a command to a far {@code sh -s} over its standard input; every launcher whose words may pass through another shell
 * uses it.
 *
 * <p>Why so: {@code ip netns exec} takes words as they are, the OpenSSH client joins them with spaces for the login shell to
 * read again, and that may be fish or csh, whose quoting is not POSIX's. {@code sh -s} has nothing to quote and means the same
 * to all. The shell prints a random marker, on standard error too, and becomes the command; what came before the marker was the
 * login shell's noise, and what comes after is the command's own. Nothing more is written before the marker came: dash and busybox read ahead (8 KiB
 * at a time, though POSIX forbids it) and would swallow what is meant for the command.
 */
public final class Handover {
    /** What a launcher starts on the far side, for {@link #exec} to talk to. */
    public static final List<String> SHELL = List.of("sh", "-s");

    private static final Logger log = LoggerFactory.getLogger(Handover.class);
    /** As long as an agent may take for its greeting: login shells wait for home folders over the network. */
    private static final int SECONDS = 30;

    private static final int MAX_LENGTH = 1024;
    private static final long ERRORS_MILLIS = 500;
    private static final long DRAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int NOT_FOUND = 127;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Process shell;
    private final String nonce = HexFormat.of().toHexDigits(RANDOM.nextLong());
    private final Noise noise = new Noise();
    private final StderrTail errors;
    private volatile boolean over;

    private final Failure failure;
    private final int seconds;

    /** Names why a shell ended before it answered. */
    public interface Failure {
        AgentException of(StderrTail errors, Noise noise);
    }

    private Handover(Process shell, Failure failure, int seconds) {
        this.seconds = seconds;
        this.shell = shell;
        this.failure = failure;
        this.errors = new StderrTail(shell);
    }

    /**
     * Has {@code shell}, just started as {@link #SHELL}, become {@code command}; each word reaches it as it is.
     *
     * @return the same process, with nothing but the command's own on its streams from now on
     * @throws AgentException where no shell answered; the process is ended then
     */
    public static Process exec(Process shell, List<String> command) throws AgentException, InterruptedException {
        return exec(shell, command, Handover::ended);
    }

    /** The same, where {@code failure} knows better than {@link #ended} why there was no shell. */
    public static Process exec(Process shell, List<String> command, Failure failure)
            throws AgentException, InterruptedException {
        return exec(shell, command, failure, SECONDS);
    }

    /** @param seconds in which the shell has to answer */
    static Process exec(Process shell, List<String> command, Failure failure, int seconds)
            throws AgentException, InterruptedException {
        boolean handed = false;
        try {
            Handover handover = new Handover(shell, failure, seconds);
            handover.hand(command);
            handed = true;
            return shell;
        } finally {
            if (!handed) {
                shell.destroyForcibly();
            }
        }
    }

    private void hand(List<String> command) throws AgentException, InterruptedException {
        Thread drain = Threads.start("launch-stderr", this::drain);
        boolean answered = false;
        try {
            answered = talk(command);
            if (answered) {
                drain.join(ERRORS_MILLIS); // for its own marker, which may come a little later, or never
            }
        } finally {
            over = true;
        }
        drain.join();
        if (!answered) {
            errors.await();
            throw failure.of(errors, noise);
        }
    }

    /** Its standard error is the command's from the marker on: so nothing that is yet to come is waited for here. */
    private void drain() {
        while (!over && !errors.readUpTo("connscale-errors-" + nonce)) {
            LockSupport.parkNanos(DRAIN_NANOS);
        }
    }

    /** False where it ended before it answered. */
    private boolean talk(List<String> command) throws AgentException, InterruptedException {
        try {
            return Answers.within(
                    seconds, "launch-handover", () -> send(command) && answered(), shell::destroyForcibly);
        } catch (SocketTimeoutException e) {
            log.debug("handover", e);
            throw new AgentException(
                    "its shell did not answer for " + seconds + " s" + noise + errors.said(),
                    Slurm.hint(errors.lines()).orElse("does a plain sh -s start there?"));
        } catch (IOException e) {
            log.debug("handover", e); // its end tells more
            return false;
        }
    }

    /** By the exit code and what came instead of an answer. */
    public static AgentException ended(StderrTail words, Noise noise) {
        return words.exitIs(NOT_FOUND)
                ? new AgentException("has no sh: ended with " + words + noise, "a host needs a POSIX sh and Java")
                : new AgentException(
                        "ended at once with " + words + noise,
                        Slurm.hint(words.lines()).orElse("run it by hand with sh -s appended"));
    }

    /** The braces have the shell read all of it before it does any of it. The marker is never sent in one piece: an echo is no answer. */
    private boolean send(List<String> command) {
        String words = command.stream().map(Handover::quoted).collect(Collectors.joining(" "));
        String script = "{\nprintf '\\n%s%s\\n' 'connscale-errors-' '" + nonce + "' >&2\n"
                + "printf '\\n%s%s\\n' 'connscale-' '" + nonce + "'\nexec " + words + "\n}\n";
        try {
            OutputStream to = shell.getOutputStream();
            to.write(script.getBytes(StandardCharsets.UTF_8));
            to.flush();
        } catch (IOException e) {
            log.debug("it ended before it listened", e); // what it said is still to be read
        }
        return true;
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    /** Reads up to the end of the marker's line and not a byte further: the rest is the command's. */
    private boolean answered() throws IOException {
        InputStream from = shell.getInputStream();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = from.read(); b >= 0; b = from.read()) {
            if (b != '\n') {
                if (line.size() < MAX_LENGTH) {
                    line.write(b);
                }
            } else if (isMarker(line)) {
                return true;
            } else {
                line.reset();
            }
        }
        isMarker(line);
        return false;
    }

    private boolean isMarker(ByteArrayOutputStream line) {
        String text = line.toString(StandardCharsets.UTF_8).strip();
        if (text.equals("connscale-" + nonce)) {
            return true;
        }
        noise.add(text);
        return false;
    }

    /** What a login shell, its rc files or a banner print where an answer of ours was awaited: skipped, shown where none comes. */
    public static final class Noise {
        private static final int KEPT = 3;
        private static final int MAX_LENGTH = 200;

        private final List<String> lines = new ArrayList<>();

        /** Keeps the first few lines that say anything. */
        public synchronized void add(String line) {
            String text = PlainText.of(line, MAX_LENGTH).strip();
            if (!text.isEmpty() && lines.size() < KEPT) {
                lines.add(text);
            }
        }

        /** {@code ; it said instead: "Welcome", "to h1"}; nothing where there was none. */
        @Override
        public synchronized String toString() {
            return lines.isEmpty() ? "" : "; it said instead: \"" + String.join("\", \"", lines) + "\"";
        }
    }
}
