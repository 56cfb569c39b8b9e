package io.connscale.console;

import io.connscale.control.PlainText;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.Curses;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;

/**
 * {@link Live} on a terminal: on its alternate screen, so that what stood there comes back. Only lines that have changed are
 * written, so nothing flickers. Notices stand below the picture. Drawn by the one thread that prints; keys are read by the command's.
 */
final class LiveTerminal implements Live {
    private static final int MAX_NOTICES = 100;
    private static final int CTRL_D = 4;

    private final Terminal terminal;
    private final Runnable leave;
    private final Attributes before;
    private final Display display;
    private final Deque<String> notices = new ArrayDeque<>();
    private Size size = Size.of(0, 0);
    private List<String> picture = List.of();
    /** What gives the screen back, made while there is memory for it. */
    private final String leaving;

    private boolean left;

    /** @param leave has {@link #restore} called */
    LiveTerminal(Terminal terminal, Runnable leave) {
        this.terminal = terminal;
        this.leave = leave;
        leaving = sequence(Capability.cursor_visible) + sequence(Capability.exit_ca_mode);
        before = terminal.enterRawMode(); // keys come at once; Ctrl-C stays a signal
        terminal.puts(Capability.enter_ca_mode);
        terminal.puts(Capability.cursor_invisible);
        display = new Display(terminal, true);
        resize();
    }

    private String sequence(Capability capability) {
        String known = terminal.getStringCapability(capability);
        return known == null ? "" : Curses.tputs(known);
    }

    @Override
    public int columns() {
        return TerminalScreen.size(terminal).getColumns();
    }

    @Override
    public int rows() {
        return TerminalScreen.size(terminal).getRows();
    }

    @Override
    public boolean unicode() {
        return StandardCharsets.UTF_8.equals(terminal.encoding());
    }

    @Override
    public void draw(List<String> lines, String plain) {
        picture = List.copyOf(lines);
        redraw();
    }

    /** A line that no command answers. */
    void notice(String line) {
        if (notices.size() == MAX_NOTICES) {
            notices.removeFirst();
        }
        notices.addLast(line);
        redraw();
    }

    private void redraw() {
        if (left) {
            return; // of a command that was left behind
        }
        if (columns() != size.getColumns() || rows() != size.getRows()) {
            resize();
        }
        List<AttributedString> lines = new ArrayList<>();
        picture.stream()
                .flatMap(line -> Wrapped.hanging(PlainText.of(line), width()).stream())
                .limit(rows())
                .forEach(line -> lines.add(new AttributedString(line)));
        List<AttributedString> told = notices.stream()
                .flatMap(line -> Wrapped.lines(line, width()).stream())
                .toList();
        int room = rows() - lines.size();
        lines.addAll(told.subList(Math.max(0, told.size() - room), told.size()));
        while (lines.size() < rows()) {
            lines.add(AttributedString.EMPTY);
        }
        display.update(lines, -1);
        terminal.flush();
    }

    private void resize() {
        size = Size.of(columns(), rows());
        display.resize(size);
        display.clear();
    }

    /** One column short: a terminal may wrap a line that fills its width. */
    private int width() {
        return Math.max(1, columns() - 1);
    }

    @Override
    public boolean ended(long millis) throws InterruptedException {
        int key = key(millis);
        return key == 'q' || key == 'Q' || key == CTRL_D || key == END;
    }

    @Override
    public int key(long millis) throws InterruptedException {
        try {
            return terminal.reader().read(millis);
        } catch (InterruptedIOException e) {
            throw new InterruptedException();
        } catch (IOException e) {
            return END; // the terminal is gone
        }
    }

    @Override
    public void close() {
        leave.run();
    }

    /** Gives the screen back as it was, and the notices that came. */
    List<String> restore() {
        left = true;
        terminal.writer().print(leaving);
        terminal.flush();
        terminal.setAttributes(before);
        return List.copyOf(notices);
    }
}
