package io.connscale.kernel;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

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

    /**
     * A file of {@code /proc} that stays open and is read from its start each time: a process that is out of files could open
     * none. What can't be read is empty, never an error.
     */
    static final class HeldFile implements AutoCloseable {
        private final int max;
        private final @Nullable RandomAccessFile file;

        /** @param max bytes that are read of it */
        HeldFile(Path path, int max) {
            this.max = max;
            file = open(path);
        }

        private static @Nullable RandomAccessFile open(Path path) {
            try {
                return new RandomAccessFile(path.toFile(), "r");
            } catch (IOException e) {
                return null;
            }
        }

        /** What it says now. One thread at a time. */
        synchronized String read() {
            if (file == null) {
                return "";
            }
            byte[] buffer = new byte[max];
            try {
                file.seek(0);
                int length = 0;
                for (int n = 0; n >= 0 && length < buffer.length; length += Math.max(0, n)) {
                    n = file.read(buffer, length, buffer.length - length);
                }
                return new String(buffer, 0, length, StandardCharsets.US_ASCII);
            } catch (IOException e) {
                return "";
            }
        }

        @Override
        public void close() {
            try {
                if (file != null) {
                    file.close();
                }
            } catch (IOException e) {
                // it was only read
            }
        }
    }

    /**
     * One descriptor of this process, kept so that its facts can be read when it has no other left: then above all they are
     * wanted. Whoever reads one file at a time gives it back meanwhile.
     */
    static final class SpareFile {
        private static @Nullable FileInputStream spare = open();

        private SpareFile() {}

        private static @Nullable FileInputStream open() {
            try {
                return new FileInputStream("/dev/null");
            } catch (IOException e) {
                return null; // none is left already, or there is no such system
            }
        }

        /** There is one descriptor more, until {@link #take()}; somebody else may be quicker. */
        static synchronized void give() {
            if (spare != null) {
                try {
                    spare.close();
                } catch (IOException e) {
                    spare = null; // it is gone either way
                }
            }
        }

        static synchronized void take() {
            spare = open();
        }
    }
}
