package io.connscale.console;

import java.util.List;

/**
 * A picture that is drawn again and again in place while one command runs; {@link Shell#live} gives it. Where nothing can be
 * drawn in place (no terminal, or a dumb one) each picture is one plain line. One thread, the command's.
 */
public interface Live extends AutoCloseable {
    int NO_KEY = -2;
    int END = -1;

    /** Columns of the screen now; the user may change it at any time. */
    int columns();

    /** Lines of the screen now. */
    int rows();

    /** Whether more than ASCII can be shown. */
    boolean unicode();

    /**
     * Shows {@code picture} in place of the last; lines that are too wide go on below, and lines that are too many are left out.
     *
     * @param plain what is shown of it where nothing can be drawn in place
     */
    void draw(List<String> picture, String plain);

    /** Waits; true as soon as the user has had enough (q), or nobody looks any more; false at any other key, too. */
    boolean ended(long millis) throws InterruptedException;

    /** Waits for a key and takes it; {@link #NO_KEY} where none comes in that time, {@link #END} where none will come any more. */
    default int key(long millis) throws InterruptedException {
        return ended(millis) ? END : NO_KEY;
    }

    /** The screen is as it was before; notices that came meanwhile are printed. */
    @Override
    void close();
}
