package io.connscale.cluster.launch;

import io.connscale.control.PlainText;
import java.util.ArrayList;
import java.util.List;

/** What a login shell, its rc files or a banner print where an answer of ours was awaited: skipped, shown where none comes. */
public final class Noise {
    private static final int KEPT = 3;
    private static final int MAX_LENGTH = 200;

    private final List<String> lines = new ArrayList<>();

    /** Keeps the first few lines that say anything. */
    public synchronized void add(String line) {
        String text = PlainText.of(line, MAX_LENGTH).strip();
        if (!text.isEmpty() && lines.size() < KEPT) {
            lines.add(text);
        }
    }

    /** {@code ; it said instead: "Welcome", "to h1"}; nothing where there was none. */
    @Override
    public synchronized String toString() {
        return lines.isEmpty() ? "" : "; it said instead: \"" + String.join("\", \"", lines) + "\"";
    }
}
