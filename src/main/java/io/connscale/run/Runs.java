package io.connscale.run;

import io.connscale.control.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The folder of all runs, each in a folder of its own. Any thread; several consoles may use it at a time. */
public final class Runs {
    /** Runs without a name that are kept. */
    public static final int MAX_RUNS = 50;
    /** Bytes that runs without a name may take. */
    public static final long MAX_BYTES = 500L << 20;

    /** As an ID that means the newest. */
    public static final String LAST = "last";

    private static final DateTimeFormatter ID =
            DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss").withZone(ZoneOffset.UTC);
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]{0,62}");

    private final Path folder;

    public Runs(Path folder) {
        this.folder = folder;
    }

    /**
     * A run, as far as {@code run.json} tells it.
     *
     * @param info null where it can't be read
     * @param why it can't; empty where it can
     * @param bytes of all its files
     * @param running whether a console writes it
     */
    public record Entry(Path folder, @Nullable RunInfo info, String why, long bytes, boolean running) {
        public String id() {
            return Runs.id(folder);
        }

        public @Nullable String name() {
            return info == null ? null : info.name();
        }

        /** Whether its console could not write all of it, its end perhaps, since the disk was full, say. */
        public boolean isIncomplete() {
            return !running && Files.exists(folder.resolve(RunWriter.INCOMPLETE));
        }

        /** Whether there is a {@code run.json}, be it damaged or a newer version's. */
        public boolean isRecord() {
            return Files.isRegularFile(folder.resolve(RunWriter.INFO));
        }
    }

    /** A run's ID: its folder's name, however that is spelt. */
    public static String id(Path run) {
        return String.valueOf(run.toAbsolutePath().normalize().getFileName());
    }

    /** All runs, the newest first. */
    public List<Entry> list() throws IOException {
        try (Stream<Path> folders = Files.list(folder)) {
            return folders.filter(Files::isDirectory)
                    .map(Runs::entry)
                    .filter(Entry::isRecord) // what one left that could not be begun is no run
                    .sorted(Comparator.comparing(Entry::id).reversed())
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    /** The run in a folder, wherever that is. */
    public static Entry entry(Path run) {
        try {
            return new Entry(run, Run.info(run), "", bytes(run), running(run));
        } catch (IOException e) {
            return new Entry(run, null, String.valueOf(e.getMessage()), bytes(run), running(run));
        }
    }

    private static long bytes(Path run) {
        try (Stream<Path> files = Files.list(run)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Its console holds the lock, whatever becomes of it. */
    private static boolean running(Path run) {
        if (RunWriter.isWrittenHere(run)) {
            return true;
        }
        try (FileChannel file = FileChannel.open(run.resolve(RunWriter.LOCK), StandardOpenOption.WRITE);
                FileLock lock = file.tryLock()) {
            return lock == null;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The run that a word means: its ID, its name, the beginning of one ID alone, {@value #LAST}, or a folder.
     *
     * @throws IOException in words for the user, where there is none, or more than one
     */
    public Entry find(String word) throws IOException {
        List<Entry> all = list();
        if (word.equals(LAST) && !all.isEmpty()) {
            return all.get(0);
        }
        for (Entry one : all) {
            if (one.id().equals(word) || word.equals(one.name())) {
                return one;
            }
        }
        Path path = Path.of(word);
        if (word.contains("/") && Files.isDirectory(path)) {
            return entry(path);
        }
        List<Entry> like = all.stream()
                .filter(one -> !word.isEmpty() && one.id().startsWith(word))
                .toList();
        if (like.size() == 1) {
            return like.get(0);
        }
        throw new IOException(
                like.isEmpty()
                        ? "no run " + word
                        : word + " may be " + like.get(0).id() + " or "
                                + like.get(1).id());
    }

    /**
     * Makes a folder for a run that begins now: nobody else's, though another console may begin one in the same second.
     *
     * @throws IOException where it can't be made
     */
    public Path make(Instant began) throws IOException {
        String id = ID.format(began);
        RunWriter.makeFolders(folder);
        Path next = folder.resolve(id);
        for (int n = 2; !RunWriter.makeFolder(next); n++) {
            next = folder.resolve(id + "-" + n);
        }
        return next;
    }

    /**
     * A word as a run's name.
     *
     * @throws IllegalArgumentException in words for the user, where it can't be one
     */
    public static String checkedName(String name) {
        if (!NAME.matcher(name).matches() || name.equals(LAST)) {
            throw new IllegalArgumentException(name
                    + " can't be a run's name: a letter, then at most 62 letters, digits, \"-\", \"_\" or \".\"; not \""
                    + LAST + "\"");
        }
        return name;
    }

    /** Names a run that is over; what a newer version wrote into it stays. */
    public void name(Entry run, String name) throws IOException {
        Map<?, ?> read = Json.read(Files.readString(run.folder().resolve(RunWriter.INFO)), Map.class);
        Map<Object, Object> info = new LinkedHashMap<>(read);
        info.put("name", checkedName(name));
        RunWriter.replace(run.folder(), Json.line(info));
    }

    /**
     * Removes the files of its record, and its folder where nothing else is in it.
     *
     * @throws IOException in words for the user, where it is no record: files of the same names may be somebody else's
     */
    public void remove(Entry run) throws IOException {
        if (!run.isRecord()) {
            throw new IOException("no run is recorded in " + run.folder());
        }
        for (String file : List.of(
                RunWriter.SAMPLES,
                RunWriter.EVENTS,
                RunWriter.TIMES,
                RunWriter.INFO + ".new",
                RunWriter.LOCK,
                RunWriter.INCOMPLETE,
                RunWriter.INFO)) {
            Files.deleteIfExists(run.folder().resolve(file));
        }
        try {
            Files.deleteIfExists(run.folder());
        } catch (java.nio.file.DirectoryNotEmptyException e) {
            // a report, say, that the user has put there
        }
    }

    /**
     * Removes the oldest runs that have no name and are over, until at most so many are left, and they take at most so many bytes.
     *
     * @return those that were removed
     */
    public List<Entry> prune(int count, long bytes) throws IOException {
        List<Entry> removed = new ArrayList<>();
        long kept = 0;
        long sum = 0;
        for (Entry run : list()) {
            if (run.running() || run.name() != null || (run.info() == null && !damaged(run))) {
                continue;
            }
            kept++;
            sum += run.bytes();
            if (kept > count || sum > bytes) {
                remove(run);
                removed.add(run);
            }
        }
        return removed;
    }

    /** Ours without doubt: nothing else in the folder is a record's, and what a newer version has named is not to be lost. */
    private static boolean damaged(Entry run) {
        return run.isRecord()
                && Files.exists(run.folder().resolve(RunWriter.SAMPLES))
                && !run.why().contains("schema");
    }
}
