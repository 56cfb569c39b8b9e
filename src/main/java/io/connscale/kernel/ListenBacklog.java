package io.connscale.kernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** How long the kernel lets a listening socket's accept queue be, whatever backlog was asked for. */
public final class ListenBacklog {
    private static final Path SOMAXCONN = Path.of("/proc/sys/net/core/somaxconn");

    private ListenBacklog() {}

    /**
     * What listening with {@code asked} gives: {@code net.core.somaxconn} of this process's network namespace caps it
     * silently (listen(2)). Null where that can't be read: it is unknown then.
     */
    public static @Nullable Integer given(int asked) {
        return given(asked, somaxconn());
    }

    static @Nullable Integer given(int asked, OptionalInt somaxconn) {
        return somaxconn.isEmpty() ? null : (Integer) Math.min(asked, somaxconn.getAsInt());
    }

    /**
     * {@code net.core.somaxconn} now, in connections; empty where there is none to read. Read in one piece: the kernel
     * says that a file under /proc/sys ends after the first read, and {@code Files.readString} first reads one byte.
     */
    public static OptionalInt somaxconn() {
        try (BufferedReader file = Files.newBufferedReader(SOMAXCONN)) {
            return OptionalInt.of(
                    Integer.parseInt(String.valueOf(file.readLine()).strip()));
        } catch (IOException | NumberFormatException e) {
            return OptionalInt.empty();
        }
    }
}
