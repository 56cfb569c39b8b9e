package io.connscale.kernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Files of {@code /proc} and {@code /sys}: small, and perhaps not there, which is no error. */
final class ProcFiles {
    /** Of a file that should be short; {@code /proc/net/tcp} has its own reader. */
    private static final int MAX_LINES = 1000;

    private ProcFiles() {}

    /** Its lines; none where it can't be read. Read in large pieces: what is below /proc/sys ends after the first read. */
    static List<String> lines(Path file) {
        List<String> lines = new ArrayList<>();
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            String line = reader.readLine();
            while (line != null && lines.size() < MAX_LINES) {
                lines.add(line.strip());
                line = reader.readLine();
            }
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
        return lines;
    }

    /** Its first line; empty where it can't be read. */
    static String line(Path file) {
        List<String> lines = lines(file);
        return lines.isEmpty() ? "" : lines.get(0);
    }

    /** The {@code column}th word of its first line as a number; {@code max} and {@code unlimited} are {@link Facts#UNLIMITED}. */
    static OptionalLong number(Path file, int column) {
        String[] words = line(file).split("\\s+", -1);
        return column < words.length ? number(words[column]) : OptionalLong.empty();
    }

    static OptionalLong number(String word) {
        if (word.equals("max") || word.equals("unlimited")) {
            return OptionalLong.of(Facts.UNLIMITED);
        }
        try {
            return OptionalLong.of(Long.parseLong(word));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }
}
