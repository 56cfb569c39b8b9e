package io.connscale.console;

import io.connscale.control.Threads;
import java.io.IOError;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that prints, on the screen that is shown now, and the bounded queue before it. A screen that takes nothing
 * (Ctrl-S, a full pipe) holds up nobody who has a notice, progress or a picture to show: of progress and pictures the latest is
 * kept, and notices that find no place are counted. Who has an answer to print, or a question, waits until that is done.
 */
final class ScreenThread implements Screen {
    private static final int MAX_WAITING = 1000;

    private final BlockingQueue<Runnable> events = new ArrayBlockingQueue<>(MAX_WAITING);
    private final AtomicLong dropped = new AtomicLong();
    private final Latest progress = new Latest();
    private volatile Screen screen;

    ScreenThread(Screen first) {
        screen = first;
        Threads.start("screen", this::print);
    }

    private void print() {
        while (true) {
            try {
                events.take().run();
                long lost = dropped.getAndSet(0);
                if (lost > 0) {
                    screen.notice(lost + " notices dropped: the screen was held");
                }
            } catch (InterruptedException e) {
                // of a question that was answered with Ctrl-C: nobody ends this thread
            } catch (IOError e) {
                // JLine's word for a terminal that has gone: its reader hears of it and ends the session
            } catch (RuntimeException | Error e) {
                Thread thread = Thread.currentThread();
                Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
                if (handler != null) {
                    handler.uncaughtException(thread, e); // a notice that fails must not end all others
                }
            }
        }
    }

    /** Prints on {@code other} from now on. */
    void show(Screen other) {
        screen = other;
    }

    /** Waits until all that was told so far is printed, but no longer than this. */
    void flush(long millis) throws InterruptedException {
        within(millis, () -> {});
    }

    /** An error that ends the program: below what is drawn in place now. Whether it was printed; waits no longer than this. */
    boolean last(String message, String hint, long millis) throws InterruptedException {
        return within(millis, () -> {
            screen.end();
            screen.error(message, hint);
        });
    }

    private boolean within(long millis, Runnable event) throws InterruptedException {
        FutureTask<Void> last = new FutureTask<>(event, null);
        try {
            if (events.offer(last, millis, TimeUnit.MILLISECONDS)) {
                last.get(millis, TimeUnit.MILLISECONDS);
                return true;
            }
        } catch (TimeoutException | ExecutionException e) {
            // it is held, or can't print
        }
        return false;
    }

    private void now(Runnable event) {
        now(() -> {
            event.run();
            return true;
        });
    }

    /** An interrupt does not keep an answer from being printed; it is there again afterwards. */
    private <T> T now(Supplier<T> event) {
        FutureTask<T> task = new FutureTask<>(event::get);
        boolean queued = false;
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    if (!queued) {
                        events.put(task);
                        queued = true;
                    }
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof OutOfMemoryError error) {
                throw error;
            }
            throw new IllegalStateException("printing failed", e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void answer(String lines) {
        now(() -> screen.answer(lines));
    }

    @Override
    public void error(String message, String hint) {
        now(() -> screen.error(message, hint));
    }

    @Override
    public void notice(String line) {
        if (!events.offer(() -> screen.notice(line))) {
            dropped.incrementAndGet();
        }
    }

    @Override
    public void progress(String line) {
        progress.draw(() -> screen.progress(line));
    }

    /** What is drawn in place of what was drawn before: of several that come meanwhile, the last alone. */
    private final class Latest {
        private final AtomicReference<@Nullable Runnable> waiting = new AtomicReference<>();

        void draw(Runnable drawing) {
            if (waiting.getAndSet(drawing) == null && !events.offer(this::drawNow)) {
                waiting.set(null); // the next one has another try
            }
        }

        private void drawNow() {
            Runnable drawing = waiting.getAndSet(null);
            if (drawing != null) {
                drawing.run();
            }
        }
    }

    /** A picture that is drawn here; keys are read, and its size is looked at, on the command's thread. */
    private final class Picture implements Live {
        private static final long LOOK_MILLIS = 100;

        private final Live live;
        private final Latest latest = new Latest();
        private Runnable last = () -> {};
        private int columns;
        private int rows;

        Picture(Live live) {
            this.live = live;
        }

        @Override
        public int columns() {
            return live.columns();
        }

        @Override
        public int rows() {
            return live.rows();
        }

        @Override
        public boolean unicode() {
            return live.unicode();
        }

        @Override
        public void draw(List<String> picture, String plain) {
            List<String> drawn = List.copyOf(picture);
            last = () -> live.draw(drawn, plain);
            columns = columns();
            rows = rows();
            latest.draw(last);
        }

        /** Meanwhile a screen of another size is drawn anew at once. */
        @Override
        public boolean ended(long millis) throws InterruptedException {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            for (long left = millis; left > 0; left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())) {
                if (live.ended(Math.min(left, LOOK_MILLIS))) {
                    return true;
                }
                drawWhereResized();
            }
            return false;
        }

        @Override
        public int key(long millis) throws InterruptedException {
            int key = live.key(millis);
            drawWhereResized();
            return key;
        }

        private void drawWhereResized() {
            if (columns() != columns || rows() != rows) {
                columns = columns();
                rows = rows();
                latest.draw(last);
            }
        }

        @Override
        public void close() {
            now(live::close);
        }
    }

    @Override
    public void begin() {
        now(() -> screen.begin());
    }

    @Override
    public void end() {
        now(() -> screen.end());
    }

    @Override
    public Optional<String> ask(String question, boolean secret) {
        return now(() -> screen.ask(question, secret));
    }

    @Override
    public Live live() {
        return new Picture(now(() -> screen.live()));
    }

    @Override
    public int columns() {
        return screen.columns();
    }

    @Override
    public int rows() {
        return screen.rows();
    }

    @Override
    public void clear() {
        now(() -> screen.clear());
    }

    @Override
    public void release() {
        screen.release();
    }

    @Override
    public boolean closed() {
        return screen.closed();
    }

    @Override
    public boolean interactive() {
        return screen.interactive();
    }

    /** On the caller's thread; what is told meanwhile waits. */
    @Override
    public void lend(Shell.Tool tool) throws CommandException {
        CountDownLatch lent = new CountDownLatch(1);
        CountDownLatch back = new CountDownLatch(1);
        try {
            events.put(new FutureTask<>(() -> {
                lent.countDown();
                back.await();
                return null;
            }));
            lent.await();
            screen.lend(tool);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            back.countDown();
        }
    }
}
