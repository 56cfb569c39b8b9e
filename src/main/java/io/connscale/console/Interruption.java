package io.connscale.console;

import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C, on its way from the terminal's signal thread to the thread of the command that runs: never to what that thread
 * does before or after.
 */
final class Interruption {
    private @Nullable Thread running;
    private boolean happened;

    /** A command begins on this thread. */
    synchronized void begin() {
        happened = false;
        running = Thread.currentThread();
    }

    /** It has ended; an interrupt that came too late for it is no one's. */
    synchronized void end() {
        running = null;
        if (happened) {
            Thread.interrupted();
        }
    }

    /** The command that runs is to end; nothing happens where none runs. */
    synchronized void interrupt() {
        if (running != null) {
            happened = true;
            running.interrupt();
        }
    }

    /** Whether the command that runs, or ran last, was told to end. */
    synchronized boolean happened() {
        return happened;
    }
}
