package io.connscale.console;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One line while its command runs, and how the user ends it. Asked once, the command is interrupted, and may still say how far
 * it came. Asked again, or where time is up, it is left behind: it goes on for nobody, and prints no more. The command's own
 * thread runs it; another waits for it; a third, the signal's, asks.
 */
final class Interruption {
    private static final ThreadLocal<@Nullable Interruption> OF_THIS_THREAD = new ThreadLocal<>();

    private enum State {
        RUNNING,
        ENDED,
        LEFT
    }

    private final CountDownLatch over = new CountDownLatch(1);
    private State state = State.RUNNING;
    private @Nullable Thread thread;
    private boolean interrupted;
    private boolean happened;
    private int code = Console.FAILED;
    private volatile boolean drawn;
    private volatile Shell.SoFar soFar = () -> null;

    /** How many scripts are being run within the line; the command's thread alone. */
    private int depth;

    /** Of the command that this thread runs; null on all other threads. */
    static @Nullable Interruption ofThisThread() {
        return OF_THIS_THREAD.get();
    }

    /** Whether this thread runs a command that was left behind. */
    static boolean isThisThreadLeft() {
        Interruption mine = OF_THIS_THREAD.get();
        return mine != null && mine.left();
    }

    interface Line {
        int run(Interruption interruption);
    }

    /** Runs it on this thread; its code is what {@link #await} gives. */
    void run(Line line) {
        OF_THIS_THREAD.set(this);
        synchronized (this) {
            thread = Thread.currentThread();
            if (interrupted) {
                thread.interrupt();
            }
        }
        try {
            int ended = line.run(this);
            synchronized (this) {
                code = ended;
            }
        } catch (OutOfMemoryError e) { // so little is left that not even this could be said
            synchronized (this) {
                code = Console.EXHAUSTED;
            }
            throw e;
        } finally {
            OF_THIS_THREAD.remove();
            synchronized (this) {
                thread = null; // an interrupt that comes too late for it is no one's
                Thread.interrupted();
            }
            over.countDown();
        }
    }

    /** Waits until it has ended or is left behind; passes on an interrupt of this thread. */
    int await() {
        while (true) {
            try {
                over.await();
                synchronized (this) {
                    return code;
                }
            } catch (InterruptedException e) {
                interrupt(false);
            }
        }
    }

    /** Ctrl-C, or a signal to end. */
    void ask() {
        interrupt(true);
    }

    private synchronized void interrupt(boolean byUser) {
        if (byUser && happened) {
            leave();
            return;
        }
        interrupted = true; // where it has yet to begin
        happened |= byUser;
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** Lets go of a command that does not end; one whose answer is being printed does. */
    synchronized void leave() {
        if (state == State.RUNNING) {
            state = State.LEFT;
            code = Console.INTERRUPTED;
            over.countDown();
        }
    }

    /** The command has ended, and its answer is about to be printed; false where it was left behind, and is not to be. */
    synchronized boolean end() {
        if (state == State.RUNNING) {
            state = State.ENDED;
        }
        return state == State.ENDED;
    }

    /** Whether it was left behind. */
    synchronized boolean left() {
        return state == State.LEFT;
    }

    /** Whether it was told to end. */
    synchronized boolean happened() {
        return happened;
    }

    /** Waits for its end. */
    boolean isOver(long millis) throws InterruptedException {
        return over.await(millis, TimeUnit.MILLISECONDS);
    }

    /** What there is to be said of the command should it be left behind. */
    void soFar(Shell.SoFar answer) {
        soFar = answer;
    }

    @Nullable
    Answer soFar() {
        try {
            return soFar.answer();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /** What is drawn in place is looked at there; its answer is no page to be turned. */
    void drawn() {
        drawn = true;
    }

    boolean isDrawn() {
        return drawn;
    }

    int depth() {
        return depth;
    }

    void deeper(int by) {
        depth += by;
    }
}
