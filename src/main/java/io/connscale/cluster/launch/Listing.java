package io.connscale.cluster.launch;

import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.Quantity;
import io.connscale.control.Threads;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a command of this machine prints that ends by itself, such as {@code scontrol show hostnames}: bounded in time and in size. It has
 * nothing to read and no terminal.
 */
public final class Listing {
    /** In bytes: an inventory of thousands of hosts with their variables. */
    static final int MAX_OUTPUT = 16 << 20;

    private static final long SECONDS = 30;

    private final String what;
    private final Launcher launcher;
    private final List<String> words;
    private final long seconds;

    /**
     * Nothing runs yet.
     *
     * @param what begins each message: what the command is for
     * @param words the command, at least one; no shell reads them
     */
    public Listing(String what, List<String> words) {
        this(what, words, SECONDS);
    }

    Listing(String what, List<String> words, long seconds) {
        this(what, new LocalLauncher(), words, seconds);
    }

    /** The same on another machine. */
    public static Listing on(Launcher launcher, List<String> words) {
        return new Listing("", launcher, words, SECONDS);
    }

    private Listing(String what, Launcher launcher, List<String> words, long seconds) {
        this.launcher = launcher;
        this.what = what;
        this.words = List.copyOf(words);
        this.seconds = seconds;
    }

    /**
     * Runs it, and waits.
     *
     * @throws AgentException where it is not there, fails, prints too much, or does not end
     */
    public String run() throws AgentException, InterruptedException {
        Process process;
        try {
            if (launcher instanceof LocalLauncher) {
                CommandLauncher.checkThere(words.get(0));
            }
            process = launcher.start(words);
        } catch (AgentException e) {
            throw new AgentException((what.isEmpty() ? "" : what + ": ") + e.message(), e.hint(), e);
        }
        StderrTail errors = new StderrTail(process);
        Thread reader = Threads.start("list-stderr", () -> errors.read(process.getErrorStream()));
        boolean ended = false;
        try {
            process.getOutputStream().close();
            byte[] printed = Answers.within(
                    seconds,
                    "list-stdout",
                    () -> {
                        byte[] all = process.getInputStream().readNBytes(MAX_OUTPUT + 1);
                        if (all.length <= MAX_OUTPUT) {
                            process.waitFor();
                        }
                        return all;
                    },
                    () -> end(process));
            ended = true;
            if (printed.length > MAX_OUTPUT) {
                throw failure("printed more than " + Quantity.text(MAX_OUTPUT >> 20) + " MiB", errors);
            }
            reader.join(1000);
            if (process.exitValue() != 0) {
                throw failure("failed with " + errors, errors);
            }
            String text = new String(printed, StandardCharsets.UTF_8);
            if (!what.isEmpty() && text.isBlank() && !errors.lines().isEmpty()) { // as scontrol does it
                throw failure("printed nothing" + errors.said(), errors);
            }
            return text;
        } catch (SocketTimeoutException e) {
            throw failure("did not end within " + seconds + " s" + errors.said(), errors);
        } catch (IOException e) {
            throw failure("could not be read: " + e.getMessage(), errors);
        } finally {
            if (!ended || process.isAlive()) {
                end(process);
            }
        }
    }

    /** And what it started: a script's child would hold the pipe open. */
    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private AgentException failure(String why, StderrTail errors) {
        return what.isEmpty()
                ? new AgentException(words.get(0) + " " + why, "")
                : new AgentException(
                        what + ": " + words.get(0) + " " + why,
                        Slurm.hint(errors.lines()).orElse("run it yourself: " + String.join(" ", words)));
    }
}
