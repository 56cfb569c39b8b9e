package io.connscale.run;

import io.connscale.control.Json;
import io.connscale.stats.Distribution;
import io.connscale.stats.HistogramLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A run's record, read. It may still be written, or have ended with {@code kill -9}: a last line that is cut off is left out.
 *
 * @param folder where it is
 * @param samples oldest first
 * @param events in the order in which they were over
 */
public record Run(Path folder, RunInfo info, List<Sample> samples, List<Event> events) {
    /** What is in {@code run.json} whatever the schema. */
    private record Schema(int schema, String version) {}

    public Run {
        samples = List.copyOf(samples);
        events = List.copyOf(events);
    }

    /**
     * All of it.
     *
     * @throws IOException in words for the user: where there is no record, it can't be read, or a newer connscale wrote it
     */
    public static Run read(Path folder) throws IOException {
        return new Run(
                folder,
                info(folder),
                lines(folder.resolve(RunWriter.SAMPLES), Sample.class),
                lines(folder.resolve(RunWriter.EVENTS), Event.class));
    }

    /** {@code run.json} alone. */
    public static RunInfo info(Path folder) throws IOException {
        Path file = folder.resolve(RunWriter.INFO);
        try {
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            Schema written = Json.read(text, Schema.class);
            if (written.schema < 1) {
                throw new IOException("%s has schema %d, which no connscale has written: it is damaged, or no record"
                        .formatted(file, written.schema));
            }
            if (written.schema > RunInfo.SCHEMA) {
                throw new IOException("%s was written by connscale %s, with schema %d; this one reads schemas up to %d"
                        .formatted(folder, written.version, written.schema, RunInfo.SCHEMA));
            }
            return Json.read(text, RunInfo.class);
        } catch (NoSuchFileException e) {
            throw new IOException("no run is recorded in " + folder, e);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is damaged: " + e.getMessage(), e);
        }
    }

    /**
     * How long what took in the whole run: by host and what, as {@code client1.connect}.
     *
     * @throws IOException where it can't be read
     */
    public Map<String, Distribution> times() throws IOException {
        Map<String, Distribution> sums = new TreeMap<>();
        Path file = folder.resolve(RunWriter.TIMES);
        if (Files.exists(file)) {
            try (BufferedReader lines = reader(file)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    HistogramLog.read(line)
                            .ifPresent(some -> sums.merge(some.tag(), some.micros(), Distribution::plus));
                }
            }
        }
        return sums;
    }

    /** One that takes half a character, where the last line is cut off, for a wrong one. */
    private static BufferedReader reader(Path file) throws IOException {
        return new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8));
    }

    private static <T> List<T> lines(Path file, Class<T> type) throws IOException {
        List<T> read = new ArrayList<>();
        if (!Files.exists(file)) {
            return read; // killed in its first moment
        }
        int number = 0;
        try (BufferedReader lines = reader(file)) {
            IllegalArgumentException cut = null;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (cut != null) {
                    throw new IOException(file + ":" + number + " is damaged: " + cut.getMessage(), cut);
                }
                number++;
                try {
                    read.add(Json.read(line, type));
                } catch (IllegalArgumentException e) {
                    cut = e; // only the last one may be
                }
            }
        }
        return read;
    }
}
