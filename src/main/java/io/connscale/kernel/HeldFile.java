package io.connscale.kernel;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file of {@code /proc} that stays open and is read from its start each time: a process that is out of files could open
 * none. What can't be read is empty, never an error.
 */
final class HeldFile implements AutoCloseable {
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
