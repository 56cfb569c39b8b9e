package io.connscale.console;

import java.util.ArrayList;
import java.util.List;

/**
 * An answer of more lines than the screen has, a page at a time, with the keys of less(1). Notices wait meanwhile, as they do while
 * anything is drawn in place. On the command's thread; Ctrl-C is as good as q.
 */
final class Pager {
    /** As much of it as there is room for. */
    private static final List<String> KEYS = List.of(
            "lines %d-%d of %d · space: next page · b: back · q: end", "%d-%d of %d · space, b, q", "%d-%d of %d");

    private static final int ESCAPE = 27;
    private static final long LOOK_MILLIS = 500;
    private static final long SEQUENCE_MILLIS = 50;

    private final Live live;
    private final List<String> lines;
    private int top;

    private Pager(Live live, List<String> lines) {
        this.live = live;
        this.lines = lines;
    }

    static void show(ScreenThread screen, List<String> lines) {
        try (Live live = screen.live()) {
            new Pager(live, lines).show();
        } catch (InterruptedException e) {
            // Ctrl-C: enough has been read, and the command has ended before
        }
    }

    private void show() throws InterruptedException {
        boolean reading = true;
        while (reading) {
            draw();
            reading = go(live.key(LOOK_MILLIS));
        }
    }

    private int page() {
        return Math.max(1, live.rows() - 1);
    }

    private void draw() {
        List<String> picture = new ArrayList<>(lines.subList(top, Math.min(lines.size(), top + page())));
        while (picture.size() < page()) {
            picture.add("");
        }
        int last = Math.min(lines.size(), top + page());
        picture.add(KEYS.stream()
                .map(keys -> keys.formatted(top + 1, last, lines.size()))
                .filter(keys -> keys.length() < live.columns())
                .findFirst()
                .orElse(""));
        live.draw(picture, "");
    }

    /** False where no more is wanted: as psql's pager does, going on behind the end ends it. */
    private boolean go(int key) throws InterruptedException {
        boolean atEnd = top + page() >= lines.size();
        switch (key == ESCAPE ? sequence() : key) {
            case Live.END, 'q', 'Q', 4 -> {
                return false;
            }
            case ' ', 'f' -> {
                if (atEnd) {
                    return false;
                }
                top += page();
            }
            case 'j', '\r', '\n' -> {
                if (atEnd) {
                    return false;
                }
                top++;
            }
            case 'k' -> top--;
            case 'b' -> top -= page();
            case 'g' -> top = 0;
            case 'G' -> top = lines.size();
            default -> {} // no key, or none of ours
        }
        top = Math.max(0, Math.min(top, lines.size() - page()));
        return true;
    }

    /** Arrows and Page keys come as escape sequences: {@code ESC [ B} is the arrow down, {@code ESC [ 6 ~} Page Down. */
    private int sequence() throws InterruptedException {
        int kind = live.key(SEQUENCE_MILLIS);
        if (kind != '[' && kind != 'O') {
            return Live.NO_KEY;
        }
        int key = live.key(SEQUENCE_MILLIS);
        return switch (key) {
            case 'A' -> 'k';
            case 'B' -> 'j';
            case 'H' -> 'g';
            case 'F' -> 'G';
            case '5' -> paged('b');
            case '6' -> paged('f');
            default -> Live.NO_KEY;
        };
    }

    private int paged(int key) throws InterruptedException {
        live.key(SEQUENCE_MILLIS); // the ~ at the end
        return key;
    }
}
