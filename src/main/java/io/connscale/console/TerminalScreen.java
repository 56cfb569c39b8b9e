package io.connscale.console;

import io.connscale.control.PlainText;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.InputFlag;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.Terminal.SignalHandler;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.InfoCmp.Capability;
import org.jspecify.annotations.Nullable;

/**
 * A terminal with a user before it, for the one thread that prints. While a line is typed, notices go above it; while a command runs, above its progress
 * line, which is always the last:
 *
 * <pre>
 * connscale> connections start 10k client1
 * client2 lost: exit 137                                  a notice
 * 4,210/10,000 established · 5,000/s · 2 s left · 0 failed    the progress line, redrawn in place
 * </pre>
 */
final class TerminalScreen implements Screen {
    private static final long NANOS_BETWEEN_DRAWINGS = 50_000_000;
    private static final long NANOS_BETWEEN_LINES = 2_000_000_000;
    private static final Size USUAL_SIZE = Size.of(80, 24);

    private final LineReader reader;
    private final Terminal terminal;
    private final boolean colour;
    private final boolean dumb;
    private @Nullable LiveTerminal live;
    private String progress = "";
    private int drawn;
    private long drawnAt;

    TerminalScreen(LineReader reader, boolean colour) {
        this.reader = reader;
        this.terminal = reader.getTerminal();
        this.colour = colour;
        this.dumb = dumb(terminal);
    }

    /** Whether the terminal can only print line after line. */
    static boolean dumb(Terminal terminal) {
        return terminal.getType().startsWith(Terminal.TYPE_DUMB)
                || terminal.getStringCapability(Capability.clr_eos) == null;
    }

    /** Whether it is closed, as JLine does on its own when the process is told to end (SIGTERM, SIGHUP): using it throws then. */
    static boolean gone(Terminal terminal) {
        try {
            terminal.writer();
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    @Override
    public void answer(String lines) {
        progress = "";
        above(lines);
    }

    @Override
    public void error(String message, String hint) {
        leaveLive(); // a command without memory may have left it
        progress = "";
        String text = new CommandException(message, hint)
                .text()
                .lines()
                .map(line -> Wrapped.text(line, columns()))
                .collect(Collectors.joining("\n"));
        AttributedStringBuilder red = new AttributedStringBuilder().styled(Colours.RED, text);
        above(colour ? red.toAnsi(terminal) : text);
    }

    @Override
    public void notice(String line) {
        if (live != null) {
            live.notice(line);
        } else if (!gone(terminal)) {
            above(Wrapped.text(PlainText.of(line), columns()));
        }
    }

    private void above(String lines) {
        erase();
        reader.printAbove(lines);
        draw();
    }

    @Override
    public void progress(String line) {
        if (live != null) {
            return;
        }
        long now = System.nanoTime();
        progress = PlainText.of(line);
        if (now - drawnAt >= (dumb ? NANOS_BETWEEN_LINES : NANOS_BETWEEN_DRAWINGS)) {
            drawnAt = now;
            erase();
            draw();
        }
    }

    /** On a dumb terminal nothing can be taken back: a line now and then, and the first only for what takes long. */
    private void draw() {
        if (dumb && !progress.isEmpty()) {
            terminal.writer().println(progress);
            progress = "";
        } else if (!progress.isEmpty()) {
            AttributedString cut = new AttributedString(progress).columnSubSequence(0, width() - 1);
            drawn = cut.columnLength();
            terminal.writer().print(cut);
        }
        terminal.flush();
    }

    /** Takes the drawn line away, also where a terminal made narrower since has wrapped it. */
    private void erase() {
        if (drawn > 0) {
            int rowsAbove = (drawn - 1) / width();
            terminal.puts(Capability.carriage_return);
            if (rowsAbove > 0) {
                terminal.puts(Capability.parm_up_cursor, rowsAbove);
            }
            terminal.puts(Capability.clr_eos);
            drawn = 0;
        }
    }

    /** With a reader of its own: neither history nor completion is for answers. The rest of the screen waits meanwhile. */
    @Override
    public Optional<String> ask(String question, boolean secret) {
        erase();
        LineReader answers = LineReaderBuilder.builder().terminal(terminal).build();
        try {
            terminal.writer()
                    .println(Wrapped.text(
                            PlainText.of(question),
                            columns())); // it may be long, and a prompt is drawn again and again
            String line = answers.readLine(secret ? "(not shown) " : "(yes or no) ", secret ? '*' : null);
            return line.isEmpty() ? Optional.empty() : Optional.of(line);
        } catch (UserInterruptException | EndOfFileException e) {
            return Optional.empty();
        } finally {
            terminal.echo(false); // as it is while a command runs
        }
    }

    @Override
    public Live live() {
        erase();
        if (dumb) {
            return new BatchScreen.LiveLines(this::above, () -> false);
        }
        live = new LiveTerminal(terminal, this::leaveLive);
        return live;
    }

    private void leaveLive() {
        LiveTerminal left = live;
        if (left != null) {
            List<String> notices = left.restore();
            live = null; // not before: without memory it may fail, and is tried again
            notices.forEach(this::notice);
        }
    }

    /** One column short: a terminal may wrap a line that fills its width. */
    @Override
    public int columns() {
        return dumb ? AS_WIDE_AS_NEEDED : width() - 1;
    }

    @Override
    public int rows() {
        int rows = terminal.getRows();
        return dumb || rows < 2 ? AS_WIDE_AS_NEEDED : rows;
    }

    @Override
    public void clear() {
        if (!dumb) {
            progress = "";
            drawn = 0;
            terminal.puts(Capability.clear_screen);
            terminal.flush();
        }
    }

    private int width() {
        return size(terminal).getColumns();
    }

    /** As it is now; the usual one where it is not known (0 × 0, as on a serial line or from expect). */
    static Size size(Terminal terminal) {
        Size size = terminal.getSize();
        return Size.of(
                size.getColumns() > 1 ? size.getColumns() : USUAL_SIZE.getColumns(),
                size.getRows() > 0 ? size.getRows() : USUAL_SIZE.getRows());
    }

    @Override
    public void begin() {
        progress = "";
        drawnAt = System.nanoTime() - (dumb ? 0 : NANOS_BETWEEN_DRAWINGS);
    }

    @Override
    public void end() {
        leaveLive(); // of a command that was left behind
        progress = "";
        erase();
        terminal.flush();
    }

    @Override
    public boolean interactive() {
        return true;
    }

    /** A terminal whose Ctrl-S means nothing any more prints what it held (Linux: n_tty_set_termios). */
    @Override
    public void release() {
        if (!gone(terminal)) {
            Attributes free = terminal.getAttributes();
            free.setInputFlag(InputFlag.IXON, false);
            terminal.setAttributes(free);
        }
    }

    /** Signals are the console's again, too: a tool with a reader of its own takes them. */
    @Override
    public void lend(Shell.Tool tool) throws CommandException {
        end();
        Attributes before = terminal.getAttributes();
        SignalHandler interrupts = terminal.handle(Signal.INT, SignalHandler.SIG_IGN);
        terminal.handle(Signal.INT, interrupts);
        terminal.echo(true);
        try {
            tool.run();
        } finally {
            terminal.setAttributes(before);
            terminal.handle(Signal.INT, interrupts);
            terminal.handle(Signal.TSTP, SignalHandler.SIG_IGN);
        }
    }

    @Override
    public boolean closed() {
        return false;
    }
}
