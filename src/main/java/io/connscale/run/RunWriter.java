package io.connscale.run;

import io.connscale.control.Json;
import io.connscale.stats.Distribution;
import io.connscale.stats.HistogramLog;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes the files of one run, each line as soon as it is given: what was given when the process is killed is there. On one thread.
 * What fails with an {@link IOException} (a full disk) has written nothing; the next line may fit again.
 */
public final class RunWriter implements Closeable {
    static final String INFO = "run.json";
    static final String SAMPLES = "samples.jsonl";
    static final String EVENTS = "events.jsonl";
    static final String TIMES = "times.hlog";
    static final String LOCK = "lock";

    /** Characters of an event; what is longer loses its result, and then all details. */
    static final int MAX_EVENT = 16 << 10;

    private static final String PRIVATE_FOLDER = "rwx------";
    private static final String PRIVATE_FILE = "rw-------";

    /** A file that only grows, by whole lines. */
    private static final class Lines implements Closeable {
        private final FileChannel file;
        private long length;

        /**
         * An empty one.
         *
         * @param how whether there may be one already
         */
        Lines(Path path, StandardOpenOption... how) throws IOException {
            file = open(path, how);
        }

        void write(String lines) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8));
            try {
                while (bytes.hasRemaining()) {
                    file.write(bytes, length + bytes.position());
                }
                length += bytes.limit();
            } catch (IOException e) {
                file.truncate(length);
                throw e;
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    /** A process that closes a file gives up its lock on it, whichever descriptor it had: what this one writes is not to be tried. */
    static final Set<Path> WRITTEN_HERE = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel lock;
    private final Lines samples;
    private final Lines events;
    private final Lines times;

    /**
     * Begins.
     *
     * @param folder that is not there yet, or is empty; the user's alone from now on
     */
    public RunWriter(Path folder, RunInfo info) throws IOException {
        this.folder = folder.toAbsolutePath();
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE_FOLDER)));
        if (Files.exists(folder.resolve(INFO))) {
            throw new IOException(folder + " has a run already: name another folder");
        }
        if (!WRITTEN_HERE.add(this.folder)) {
            throw new IOException(folder + " is being written by this console");
        }
        List<Closeable> opened = new ArrayList<>();
        try {
            lock = open(folder.resolve(LOCK), StandardOpenOption.CREATE);
            opened.add(lock);
            if (lock.tryLock() == null) {
                throw new IOException(folder + " is being written by another console");
            }
            for (String file : List.of(SAMPLES, EVENTS, TIMES)) { // before the first is written
                if (Files.exists(folder.resolve(file), LinkOption.NOFOLLOW_LINKS)) {
                    throw new IOException(folder + " has a file " + file + " already: name another folder");
                }
            }
            info(info);
            samples = new Lines(folder.resolve(SAMPLES), StandardOpenOption.CREATE_NEW);
            opened.add(samples);
            events = new Lines(folder.resolve(EVENTS), StandardOpenOption.CREATE_NEW);
            opened.add(events);
            times = new Lines(folder.resolve(TIMES), StandardOpenOption.CREATE_NEW);
            opened.add(times);
            times.write(HistogramLog.head(
                    "connscale " + info.version() + ", run " + info.id() + ", microseconds", info.began()));
        } catch (IOException | RuntimeException e) {
            for (Closeable file : opened) {
                try {
                    file.close();
                } catch (IOException more) {
                    e.addSuppressed(more);
                }
            }
            WRITTEN_HERE.remove(this.folder);
            throw e;
        }
    }

    private static FileChannel open(Path file, StandardOpenOption... how) throws IOException {
        Set<StandardOpenOption> options = EnumSet.of(StandardOpenOption.WRITE);
        options.addAll(List.of(how));
        return FileChannel.open(
                file, options, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE_FILE)));
    }

    /** {@code run.json}, in place of the one before: a reader finds the one or the other, whole. */
    public void info(RunInfo info) throws IOException {
        replace(folder, Json.line(info));
    }

    static void replace(Path folder, String json) throws IOException {
        Path next = folder.resolve(INFO + ".new");
        try (Lines file = new Lines(next, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING)) {
            file.write(json + "\n");
        } catch (IOException e) {
            Files.deleteIfExists(next);
            throw e;
        }
        Files.move(next, folder.resolve(INFO), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * A sample.
     *
     * @param durations how long what took in it, by what; in microseconds
     */
    public void sample(Sample sample, Map<String, Distribution> durations) throws IOException {
        samples.write(Json.line(sample) + "\n");
        Double seconds = sample.seconds();
        if (seconds == null || durations.isEmpty()) {
            return;
        }
        Duration length = Duration.ofMillis(Math.round(seconds * 1000));
        Instant from = sample.at().minus(length);
        StringBuilder lines = new StringBuilder();
        durations.forEach((what, micros) -> lines.append(HistogramLog.line(what, from, length, micros)));
        times.write(lines.toString());
    }

    public void event(Event event) throws IOException {
        String line = Json.line(event);
        if (line.length() > MAX_EVENT) {
            line = Json.line(shorter(event, withoutResult(event.details())));
        }
        if (line.length() > MAX_EVENT) {
            line = Json.line(shorter(event, null));
        }
        events.write(line + "\n");
    }

    private static Event shorter(Event event, @Nullable Map<String, @Nullable Object> details) {
        return new Event(event.at(), event.t(), event.kind(), cut(event.text()), event.took(), event.ok(), details);
    }

    /** What went wrong is kept where only the result is long. */
    private static @Nullable Map<String, @Nullable Object> withoutResult(
            @Nullable Map<String, @Nullable Object> details) {
        if (details == null) {
            return null;
        }
        Map<String, @Nullable Object> rest = new LinkedHashMap<>(details);
        rest.remove("result");
        return rest.isEmpty() ? null : rest;
    }

    private static String cut(String text) {
        return text.length() <= MAX_EVENT / 2 ? text : text.substring(0, MAX_EVENT / 2) + "…";
    }

    /** Bytes of samples and times so far. */
    public long written() {
        return samples.length + times.length;
    }

    @Override
    public void close() throws IOException {
        try (lock;
                samples;
                events;
                times) {
            // in this order backwards: the lock last
        } finally {
            WRITTEN_HERE.remove(folder);
        }
    }
}
