package io.connscale.cluster;

import java.util.concurrent.TimeUnit;

/** Waiting for a process's end, within bounds. */
final class Exits {
    /** What {@link Process#exitValue()} can't be: it did not end, even when killed. */
    static final int UNKNOWN = -1;

    private Exits() {}

    /** Its exit code; waits {@code seconds}, then kills it. Keeps the thread's interrupt. */
    static int of(Process process, long seconds) {
        boolean interrupted = false;
        try {
            for (int patience = 0; patience < 2; patience++) {
                try {
                    if (process.waitFor(interrupted ? 0 : seconds, TimeUnit.SECONDS)) {
                        return process.exitValue();
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                }
                process.destroyForcibly();
            }
            return UNKNOWN;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
