package io.connscale.cluster.launch;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A command that stands for another one elsewhere, which only it can end: {@code srun} that is killed leaves its step and its place in the queue
 * behind. So SIGTERM comes first when it is ended by force, and SIGKILL half a second later.
 */
final class GentleProcess extends Process {
    private static final long MILLIS = 500;

    private final Process process;

    GentleProcess(Process process) {
        this.process = process;
    }

    /** Its streams are closed at once; waits for its end, half a second at most. Keeps the thread's interrupt. */
    @Override
    public Process destroyForcibly() {
        process.destroy();
        boolean interrupted = Thread.interrupted();
        try {
            if (!process.waitFor(MILLIS, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            interrupted = true;
            process.destroyForcibly();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return this;
    }

    @Override
    public OutputStream getOutputStream() {
        return process.getOutputStream();
    }

    @Override
    public InputStream getInputStream() {
        return process.getInputStream();
    }

    @Override
    public InputStream getErrorStream() {
        return process.getErrorStream();
    }

    @Override
    public int waitFor() throws InterruptedException {
        return process.waitFor();
    }

    @Override
    public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
        return process.waitFor(timeout, unit);
    }

    @Override
    public int exitValue() {
        return process.exitValue();
    }

    @Override
    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public CompletableFuture<Process> onExit() {
        return process.onExit().thenApply(ended -> this);
    }

    @Override
    public ProcessHandle toHandle() {
        return process.toHandle();
    }

    @Override
    public void destroy() {
        process.destroy();
    }

    @Override
    public String toString() {
        return process.toString();
    }
}
