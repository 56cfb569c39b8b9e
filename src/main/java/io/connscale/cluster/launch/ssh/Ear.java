package io.connscale.cluster.launch.ssh;

import io.connscale.control.IdleCounter;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Listens to what a server sends, to know whether it is there, and what it said first. One reading thread; any may ask. */
final class Ear {
    private static final int MAX_FIRST = 200;

    private final IdleCounter silence = new IdleCounter();
    /** Only the reading thread writes. */
    private volatile String first = "";

    InputStream on(InputStream in) {
        return new FilterInputStream(silence.on(in)) {
            @Override
            public int read() throws IOException {
                int b = super.read();
                if (b >= 0) {
                    heard(new byte[] {(byte) b}, 0, 1);
                }
                return b;
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                int n = super.read(bytes, from, length);
                if (n > 0) {
                    heard(bytes, from, n);
                }
                return n;
            }
        };
    }

    private void heard(byte[] bytes, int from, int length) {
        if (first.length() < MAX_FIRST) {
            int kept = Math.min(length, MAX_FIRST - first.length());
            String said = first + new String(bytes, from, kept, StandardCharsets.ISO_8859_1);
            first = said;
        }
    }

    /** Counts one more second of silence, and returns how many there are. */
    int tick() {
        return silence.tick();
    }

    /** The first line that was heard, as far as it can be shown; empty where there was none. */
    String firstLine() {
        return first.lines()
                .findFirst()
                .orElse("")
                .replaceAll("[^\\x20-\\x7e]", "?")
                .strip();
    }
}
