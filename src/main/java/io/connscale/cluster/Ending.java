package io.connscale.cluster;

import io.connscale.cluster.launch.Slurm;
import io.connscale.control.Exhausted;
import io.connscale.control.PlainText;
import io.connscale.control.Threads;
import io.connscale.kernel.OomKills;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * How an agent's process ended.
 *
 * @param exit its exit code, 128 + n where signal n ended it (POSIX sh's and Java's convention); -1 unknown
 * @param errors the last lines of its standard error
 * @param broken whether the way to it broke, so that nobody knows how it ended
 * @param killed why the kernel killed it, with the evidence; empty where nothing says that it did
 */
record Ending(int exit, List<String> errors, boolean broken, Optional<String> killed) {
    /** What {@link Process#exitValue()} can't be: it did not end, even when killed. */
    static final int UNKNOWN = -1;

    private static final Logger log = LoggerFactory.getLogger(Ending.class);

    private static final int SIGNAL = 128;

    private static final int SIGKILL = SIGNAL + 9;
    /** The JVM says first why it can't start and then, in two more lines, that it can't. */
    private static final int IN_A_LINE = 3;

    private static final int MAX_LENGTH = 200;

    /**
     * The same, with why the kernel killed it found out: by what the kernel of this machine has counted since, or from what the shell
     * that waited for it on another machine said of it ({@code watch.sh}).
     */
    static Ending of(int exit, List<String> errors, boolean broken, Optional<OomKills> kills) {
        Predicate<String> evidence = line -> line.startsWith(OomKills.KILLED);
        Optional<String> killed = exit == SIGKILL
                ? kills.flatMap(OomKills::atTheEnd)
                        .or(() -> errors.stream().filter(evidence).findFirst())
                : Optional.empty();
        return new Ending(exit, errors.stream().filter(evidence.negate()).toList(), broken, killed);
    }

    /** Nothing says that the way to it broke or that the kernel killed it. */
    Ending(int exit, List<String> errors) {
        this(exit, errors, false, Optional.empty());
    }

    /** What it ran out of, where that is why it ended: it says so on its standard error. */
    Optional<Exhausted> exhausted() {
        return exit == 0 || exit > SIGNAL ? Optional.empty() : Exhausted.of(errors);
    }

    /** What Slurm ended it with, where it says so: more than the exit code does, which is that of SIGTERM, or 0. */
    private Optional<String> slurm() {
        return Slurm.ended(errors);
    }

    /** What to do about it. */
    String hint(String otherwise) {
        return exhausted().map(Exhausted::hint).orElse(otherwise);
    }

    /** {@code with exit code 137 (SIGKILL); last output on stderr: …}, to be put behind {@code ended}. */
    @Override
    public String toString() {
        return "with " + slurm().orElseGet(this::exitText) + errorText();
    }

    /**
     * {@code its agent ended with exit code 3}, or that the connection broke. An agent that nobody ended has ended with 0 only where its input
     * had; as often it goes on for some seconds, and what ended is the command that led to it: kubectl whose stream was cut.
     */
    String clause() {
        if (broken) {
            return "the connection to it broke";
        }
        return exit == 0 && slurm().isEmpty()
                ? "the connection to it ended (exit code 0)"
                : "its agent ended with " + slurm().orElseGet(this::exitText);
    }

    /** What brings the host {@code name} back. */
    String remedy(String name) {
        return "start " + name + " brings it back" + (slurm().isPresent() ? ", as long as the job lasts" : "");
    }

    /** {@code ; last output on stderr: …}; empty where there was none. */
    String errorText() {
        List<String> last = lastErrors(IN_A_LINE);
        return last.isEmpty() || exhausted().isPresent() ? "" : "; last output on stderr: " + String.join(" | ", last);
    }

    /** The last {@code max} lines of its standard error, each cut to what a user wants to read; none of what {@link #clause} says. */
    List<String> lastErrors(int max) {
        List<String> unknown = slurm().isEmpty()
                ? errors
                : errors.stream().filter(line -> !Slurm.isKnown(line)).toList();
        return unknown.subList(Math.max(0, unknown.size() - max), unknown.size()).stream()
                .map(line -> PlainText.of(line, MAX_LENGTH))
                .toList();
    }

    /** {@code exit code 137 (SIGKILL), killed by the kernel: out of memory (…)}. */
    private String exitText() {
        return codeText() + killed.map(why -> ", " + why).orElse("");
    }

    private String codeText() {
        if (exit == UNKNOWN) {
            return "no exit code";
        }
        String signal = switch (exit - SIGNAL) {
            case 1 -> " (SIGHUP)";
            case 2 -> " (SIGINT)";
            case 6 -> " (SIGABRT)";
            case 9 -> " (SIGKILL)";
            case 11 -> " (SIGSEGV)";
            case 15 -> " (SIGTERM)";
            default -> "";
        };
        return "exit code " + exit + signal
                + exhausted().map(what -> ": " + what.text()).orElse("");
    }

    /** The exit code of {@code process}; waits {@code seconds}, then kills it. Keeps the thread's interrupt. */
    static int exit(Process process, long seconds) {
        boolean interrupted = false;
        try {
            for (int attempt = 0; attempt < 2; attempt++) {
                try {
                    if (process.waitFor(interrupted ? 0 : seconds, TimeUnit.SECONDS)) {
                        return process.exitValue();
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                }
                kill(process);
            }
            return UNKNOWN;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** At once, and what it has started on this machine: an agent that does not run would not notice the end of its input. */
    static void kill(Process process) {
        if (process.isAlive()) {
            try {
                killChildren(process.pid());
            } catch (UnsupportedOperationException e) {
                log.debug("a process of another machine", e);
            }
            process.destroyForcibly();
        }
    }

    /** As Linux lists them (proc(5)): {@link ProcessHandle#descendants()} looks at every process of the machine, for each of a lost rack's hosts. */
    private static void killChildren(long pid) {
        try {
            String children = Files.readString(Path.of("/proc/" + pid + "/task/" + pid + "/children"));
            for (String child : children.strip().split(" ", -1)) {
                if (!child.isEmpty()) {
                    killChildren(Long.parseLong(child));
                    ProcessHandle.of(Long.parseLong(child)).ifPresent(ProcessHandle::destroyForcibly);
                }
            }
        } catch (IOException e) {
            log.debug("it has just ended, or this system does not list them", e);
        }
    }

    /**
     * An agent's standard error: each line goes to the log under the host's name, the last few are kept. One thread looks twice per second
     * into those of all agents, and reads what is there: a thread for each would do nothing all day.
     */
    static final class ErrorTail {
        private static final Logger log = LoggerFactory.getLogger("io.connscale.agent.stderr");
        private static final int MAX_LENGTH = 4096;
        private static final int KEPT = 20;
        private static final int PIECE = 8192;
        private static final long EVERY_MILLIS = 500;
        /** How long a process that has ended is read on: what it wrote is in the pipe, but this machine may be busy. */
        private static final int LOOKS = 5;

        private static final long LOOK_MILLIS = 20;

        private static final Set<ErrorTail> OPEN = ConcurrentHashMap.newKeySet();
        private static @Nullable ScheduledThreadPoolExecutor looks;

        private final String host;
        private final InputStream stderr;
        private final Deque<String> last = new ArrayDeque<>();
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        private final ReentrantLock reading = new ReentrantLock();

        ErrorTail(String host, InputStream stderr) {
            this.host = host;
            this.stderr = stderr;
            begin();
            OPEN.add(this);
        }

        private static synchronized void begin() {
            if (looks == null) {
                looks = Threads.clock("agents-stderr");
                ScheduledFuture<?> unused = looks.scheduleWithFixedDelay(
                        () -> OPEN.forEach(ErrorTail::look), EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
            }
        }

        /** Reads what is there, and waits for nothing. */
        private void look() {
            if (!reading.tryLock()) {
                return;
            }
            MDC.put("host", host);
            try {
                byte[] piece = new byte[PIECE];
                for (int n = stderr.available(); n > 0; n = stderr.available()) {
                    int read = stderr.read(piece, 0, Math.min(n, PIECE));
                    for (int i = 0; i < read; i++) {
                        take(piece[i]);
                    }
                }
            } catch (IOException e) {
                log.debug("standard error of {} broke", host, e); // the process is gone: its end is told elsewhere
                OPEN.remove(this);
            } finally {
                MDC.remove("host");
                reading.unlock();
            }
        }

        private void take(byte b) {
            if (b == '\n') {
                endLine();
            } else if (line.size() < MAX_LENGTH) {
                line.write(b);
            }
        }

        private void endLine() {
            String whole = line.toString(StandardCharsets.UTF_8);
            String text = PlainText.of(whole.endsWith("\r") ? whole.substring(0, whole.length() - 1) : whole);
            line.reset();
            log.info("{}", text);
            synchronized (last) {
                if (last.size() == KEPT) {
                    last.remove();
                }
                last.add(text);
            }
        }

        /** The last lines, oldest first, of a process that has ended: waits a moment for what it wrote. It is not read on after that. */
        List<String> lines() {
            OPEN.remove(this);
            try {
                for (int i = 0; i < LOOKS; i++) {
                    look();
                    TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (reading.tryLock()) {
                try {
                    if (line.size() > 0) {
                        endLine();
                    }
                } finally {
                    reading.unlock();
                }
            }
            synchronized (last) {
                return List.copyOf(last);
            }
        }
    }
}
