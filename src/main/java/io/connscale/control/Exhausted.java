package io.connscale.control;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a process of connscale ran out of when it could not start a thread or a process, or ended. Recognized by what the JDK and
 * HotSpot write, here or on the standard error of another process.
 */
public enum Exhausted {
    THREADS(
            "no thread left (start EAGAIN)",
            "start EAGAIN",
            "raise pids.max of its control group, or ulimit -u; or allow fewer processes: workers: N in hosts.yaml",
            "unable to create native thread|pthread_create failed \\(EAGAIN\\)|error=11,"),
    FILES(
            "no file descriptor left to start a process (start EMFILE)",
            "start EMFILE",
            "raise ulimit -n where it starts",
            "error=24,|error=23,|no event loops for .* \\(E[MN]FILE\\)"),
    DIRECT_MEMORY(
            "out of memory (direct buffers)",
            "start ENOMEM",
            "give its JVM more: jvm: [-XX:MaxDirectMemorySize=256m] in hosts.yaml, CONNSCALE_JAVA_OPTS for the console",
            "direct buffer memory|direct memory"),
    METASPACE(
            "out of memory (classes)",
            "start ENOMEM",
            "give its JVM more: jvm: [-XX:MaxMetaspaceSize=128m] in hosts.yaml, CONNSCALE_JAVA_OPTS for the console",
            "OutOfMemoryError: Metaspace|OutOfMemoryError: Compressed class space"),
    HEAP(
            "out of memory (heap)",
            "start ENOMEM",
            "give its JVM more: jvm: [-Xmx512m] in hosts.yaml, CONNSCALE_JAVA_OPTS=-Xmx2g for the console",
            "OutOfMemoryError|Could not reserve enough space for"),
    MEMORY(
            "no memory left to start a process (start ENOMEM)",
            "start ENOMEM",
            "give the machine or its control group more memory, or allow fewer processes: workers: N in hosts.yaml",
            "error=12,|insufficient memory for the Java Runtime");

    /** The exit code of a process that ran out of something: HotSpot's own with {@code ExitOnOutOfMemoryError}. */
    public static final int EXIT = 3;

    private static final int MAX_DEPTH = 10;

    private final String text;
    private final String reason;
    private final String hint;
    private final Pattern signs;

    Exhausted(String text, String reason, String hint, String signs) {
        this.text = text;
        this.reason = reason;
        this.hint = hint;
        this.signs = Pattern.compile(signs);
    }

    /** What {@code failure} or one of its causes ran out of, if anything. */
    public static Optional<Exhausted> of(Throwable failure) {
        Throwable at = failure;
        for (int depth = 0; at != null && depth < MAX_DEPTH; depth++, at = at.getCause()) {
            Optional<Exhausted> known = of(at.toString());
            if (known.isPresent()) {
                return known;
            }
        }
        return Optional.empty();
    }

    /** What {@code line}, of an error or of a process's standard error, tells that it ran out of, if anything. */
    public static Optional<Exhausted> of(String line) {
        return Arrays.stream(values())
                .filter(one ->
                        line.contains(one.text) || one.signs.matcher(line).find())
                .findFirst();
    }

    /** The first of these lines that tells one. */
    public static Optional<Exhausted> of(List<String> lines) {
        return lines.stream().map(Exhausted::of).flatMap(Optional::stream).findFirst();
    }

    /**
     * Whether the memory of this very process is full, so that whatever it does next may fail: it ends, with {@link #EXIT}. Not where it
     * lacks a thread or a direct buffer. Where a class can't be made ready for want of memory that is the cause of another error. Takes no
     * memory itself.
     */
    public static boolean isFull(Throwable failure) {
        Throwable at = failure;
        for (int depth = 0; at != null && depth < MAX_DEPTH; depth++, at = at.getCause()) {
            String why = at.getMessage();
            if (at instanceof OutOfMemoryError) {
                return why == null || !(why.contains("native thread") || why.contains("direct "));
            }
        }
        return false;
    }

    /** In words: {@code no thread left (start EAGAIN)}. */
    public String text() {
        return text;
    }

    /** To count by: {@code start EAGAIN}. */
    public String reason() {
        return reason;
    }

    /** What to do about it. */
    public String hint() {
        return hint;
    }
}
