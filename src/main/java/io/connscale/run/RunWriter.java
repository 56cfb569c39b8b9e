package io.connscale.run;

import io.connscale.control.Json;
import io.connscale.control.WholeFile;
import io.connscale.stats.Distribution;
import io.connscale.stats.HistogramLog;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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
    /** What becomes of the lock where the record lacks something at its end: a new name needs no space. */
    static final String INCOMPLETE = "incomplete";

    /** Characters of an event; what is longer loses its result, and then all details. */
    static final int MAX_EVENT = 16 << 10;
    /** Bytes of events from which on all lose their results. */
    static final long MAX_RESULTS = 4 << 20;
    /** Bytes from which on only what a run is judged by is written: verdicts and expectations. */
    static final long MAX_EVENTS = 8 << 20;
    /** Bytes from which on no event is written at all. */
    static final long MAX_JUDGEMENTS = 16 << 20;

    private static final String FULL =
            "so much has happened that from here on only verdicts and expectations are recorded";

    private static final FileAttribute<?> PRIVATE_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<?> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    /** A file that only grows, by whole lines. */
    private static final class Lines implements Closeable {
        private final FileChannel file;
        private long length;
        /** Whether some were not taken. */
        private boolean lacking;

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
                lacking = true;
                file.truncate(length);
                throw e;
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    /**
     * The lock files that this process holds, by device and inode: a folder has many spellings. A process that closes a file gives up its lock on it,
     * whichever descriptor it had: what is written here is not to be tried.
     */
    private static final Set<Object> WRITTEN_HERE = new HashSet<>();

    private final Path folder;
    private final Object key;
    private final FileChannel lock;
    private final Lines samples;
    private final Lines events;
    private final Lines times;
    /** No more events are written but verdicts and expectations, and that is said. */
    private boolean full;
    /** {@code run.json} is not as it was last to be. */
    private boolean old;

    /**
     * Begins.
     *
     * @param folder that is not there yet, or is empty; the user's alone from now on
     */
    public RunWriter(Path folder, RunInfo info) throws IOException {
        this.folder = folder.toAbsolutePath();
        List<Path> made = new ArrayList<>();
        if (!Files.exists(folder)) {
            made.add(folder);
        }
        makeFolders(folder);
        List<Closeable> opened = new ArrayList<>();
        synchronized (WRITTEN_HERE) {
            Path file = folder.resolve(LOCK);
            if (isWrittenHere(folder)) {
                throw new IOException(folder + " is being written by this console");
            }
            if (!Files.exists(file)) {
                made.add(file);
            }
            lock = open(file, StandardOpenOption.CREATE);
            opened.add(lock);
            key = key(file);
            WRITTEN_HERE.add(key);
        }
        try {
            if (lock.tryLock() == null) {
                made.clear();
                throw new IOException(folder + " is being written by another console");
            }
            for (String file : List.of(INFO, SAMPLES, EVENTS, TIMES)) { // before the first is written
                if (Files.exists(folder.resolve(file), LinkOption.NOFOLLOW_LINKS)) {
                    throw new IOException(folder
                            + (file.equals(INFO) ? " has a run already" : " has a file " + file + " already")
                            + ": name another folder");
                }
            }
            made.add(folder.resolve(INFO));
            info(info);
            samples = create(SAMPLES, made, opened);
            events = create(EVENTS, made, opened);
            times = create(TIMES, made, opened);
            times.write(HistogramLog.head(
                    "connscale " + info.version() + ", run " + info.id() + ", microseconds", info.began()));
        } catch (IOException | RuntimeException e) {
            undo(made, opened, e);
            release();
            throw e;
        }
    }

    private Lines create(String file, List<Path> made, List<Closeable> opened) throws IOException {
        Lines lines = new Lines(folder.resolve(file), StandardOpenOption.CREATE_NEW);
        opened.add(lines);
        made.add(folder.resolve(file));
        return lines;
    }

    /** What could not be begun leaves nothing, so that it may be tried again. */
    private static void undo(List<Path> made, List<Closeable> opened, Exception why) {
        Collections.reverse(made);
        Collections.reverse(opened);
        for (Closeable file : opened) {
            try {
                file.close();
            } catch (IOException more) {
                why.addSuppressed(more);
            }
        }
        for (Path file : made) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException more) {
                why.addSuppressed(more);
            }
        }
    }

    private void release() {
        synchronized (WRITTEN_HERE) {
            WRITTEN_HERE.remove(key);
        }
    }

    /** Whether this process writes the run in {@code folder}, however that is spelt. */
    static boolean isWrittenHere(Path folder) {
        try {
            Object key = key(folder.resolve(LOCK));
            synchronized (WRITTEN_HERE) {
                return WRITTEN_HERE.contains(key);
            }
        } catch (IOException e) {
            return false; // there is no such file
        }
    }

    private static Object key(Path file) throws IOException {
        return Objects.requireNonNull(
                Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    }

    /** The user's alone, with all above it; they may be there. */
    static void makeFolders(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) { // Java 17 refuses a link to one
            Files.createDirectories(folder, PRIVATE_FOLDER);
        }
    }

    /** The same; whether it was not there. */
    static boolean makeFolder(Path folder) throws IOException {
        try {
            Files.createDirectory(folder, PRIVATE_FOLDER);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    private static FileChannel open(Path file, StandardOpenOption... how) throws IOException {
        Set<StandardOpenOption> options = EnumSet.of(StandardOpenOption.WRITE);
        options.addAll(List.of(how));
        return FileChannel.open(file, options, PRIVATE_FILE);
    }

    /** {@code run.json}, in place of the one before: a reader finds the one or the other, whole. */
    public void info(RunInfo info) throws IOException {
        old = true;
        replace(folder, Json.line(info));
        old = false;
    }

    static void replace(Path folder, String json) throws IOException {
        byte[] line = (json + "\n").getBytes(StandardCharsets.UTF_8);
        WholeFile.replace(folder.resolve(INFO), folder.resolve(INFO + ".new"), line, PRIVATE_FILE);
    }

    /**
     * A sample.
     *
     * @param durations how long what took in it, by what; in microseconds
     */
    public void sample(Sample sample, Map<String, Distribution> durations) throws IOException {
        samples.write(line(sample));
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

    /** Something that has happened. Of many, later ones are shorter, and of very many only what a run is judged by is written. */
    public void event(Event event) throws IOException {
        boolean judges = event.kind().equals(Event.VERDICT) || event.kind().equals(Event.EXPECT);
        if (events.length >= (judges ? MAX_JUDGEMENTS : MAX_EVENTS)) {
            if (!judges && !full) {
                full = true;
                events.write(line(new Event(event.at(), event.t(), Event.NOTICE, FULL, null, null, null)));
            }
            return;
        }
        String line = line(event);
        if (line.length() > MAX_EVENT || events.length >= MAX_RESULTS) {
            line = line(shorter(event, withoutResult(event.details())));
        }
        if (line.length() > MAX_EVENT) {
            line = line(shorter(event, null));
        }
        events.write(line);
    }

    private static String line(Object value) {
        return Json.line(value) + "\n";
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

    /** Says so on the disk where something that was given could not be written, so that the run is not taken for one whose console was killed. */
    @Override
    public void close() throws IOException {
        try (lock;
                samples;
                events;
                times) { // closed in this order backwards: the lock last
            if (old || samples.lacking || events.lacking || times.lacking) {
                Files.move(folder.resolve(LOCK), folder.resolve(INCOMPLETE));
            }
        } finally {
            release();
        }
    }
}
