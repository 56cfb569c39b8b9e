package io.connscale.kernel;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/** Files of {@code /proc} and {@code /sys}: small, and perhaps not there, which is no error. */
final class ProcFiles {
    /** Of a file that should be short; {@code /proc/net/tcp} has its own reader. */
    private static final int MAX_LINES = 1000;

    private static final int MAX_BYTES = 256 << 10;
    private static final int PIECE = 8 << 10;

    private ProcFiles() {}

    /**
     * Its text; empty where it can't be read. Once per second some hundred of these files are read: without channel and decoder that takes a third of the
     * time. Read in large pieces: what is below /proc/sys ends after the first read.
     */
    private static String text(Path file) {
        try (FileInputStream in = new FileInputStream(file.toString())) {
            byte[] buffer = new byte[PIECE];
            int length = 0;
            for (int n = 0; n >= 0 && length < MAX_BYTES; length += Math.max(0, n)) {
                if (length == buffer.length) {
                    buffer = Arrays.copyOf(buffer, 2 * length);
                }
                n = in.read(buffer, length, buffer.length - length);
            }
            return new String(buffer, 0, length, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    /** Its lines; none where it can't be read. */
    static List<String> lines(Path file) {
        String text = text(file);
        List<String> lines = new ArrayList<>();
        int begin = 0;
        while (begin < text.length() && lines.size() < MAX_LINES) {
            int end = text.indexOf('\n', begin);
            end = end < 0 ? text.length() : end;
            lines.add(text.substring(begin, end).strip());
            begin = end + 1;
        }
        return lines;
    }

    /** Its first line; empty where it can't be read. */
    static String line(Path file) {
        String text = text(file);
        int end = text.indexOf('\n');
        return (end < 0 ? text : text.substring(0, end)).strip();
    }

    /** What blanks are between. */
    static String[] words(String line) {
        StringTokenizer words = new StringTokenizer(line);
        String[] all = new String[words.countTokens()];
        for (int i = 0; i < all.length; i++) {
            all[i] = words.nextToken();
        }
        return all;
    }

    /** The {@code column}th word of its first line as a number; {@code max} and {@code unlimited} are {@link Facts#UNLIMITED}. */
    static OptionalLong number(Path file, int column) {
        String[] words = words(line(file));
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
