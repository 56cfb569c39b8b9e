package io.connscale.cluster;

import java.util.ArrayList;
import java.util.List;

/** The first lines that came over a channel and are no messages (a login shell's banner, say), to be shown if a start fails. */
final class Noise {
    private static final int MOST = 10;
    /** Of a line as much as a user wants to read. */
    private static final int LONGEST = 200;

    private final List<String> lines = new ArrayList<>();

    static String cut(String line) {
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
    }

    synchronized void add(String line) {
        if (lines.size() < MOST) {
            lines.add(cut(line));
        }
    }

    /** What was said, to be put behind an error; empty where nothing was. */
    synchronized String said() {
        return lines.isEmpty() ? "" : "; it said: " + lines.get(0);
    }
}
