package io.connscale.console;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** {@link Live} where nothing can be drawn in place: a line each time. */
final class LiveLines implements Live {
    private static final int USUAL_COLUMNS = 80;
    private static final int USUAL_ROWS = 24;

    private final Consumer<String> lines;
    private final BooleanSupplier closed;

    /** @param closed whether nobody reads the lines any more */
    LiveLines(Consumer<String> lines, BooleanSupplier closed) {
        this.lines = lines;
        this.closed = closed;
    }

    @Override
    public int columns() {
        return USUAL_COLUMNS;
    }

    @Override
    public int rows() {
        return USUAL_ROWS;
    }

    @Override
    public boolean unicode() {
        return false;
    }

    @Override
    public void draw(List<String> picture, String plain) {
        lines.accept(Visible.line(plain));
    }

    @Override
    public boolean ended(long millis) throws InterruptedException {
        Thread.sleep(millis);
        return closed.getAsBoolean();
    }

    @Override
    public void close() {}
}
