package io.connscale.cluster.launch;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A talk with a process over its pipes, within bounds. A read or write of a pipe can't be interrupted, so a thread of its own
 * does it; who is out of time or patience ends the process, and with it the thread.
 */
public final class Talk {
    private Talk() {}

    /**
     * What {@code talk} answers. However it fails, the process is the caller's to end.
     *
     * @param role names the thread
     * @throws IOException where the process closed its end
     * @throws TimeoutException where it took longer than {@code seconds}
     */
    public static <T> T within(int seconds, String role, Callable<T> talk)
            throws IOException, TimeoutException, InterruptedException {
        FutureTask<T> task = new FutureTask<>(talk);
        Thread thread = new Thread(task, role);
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException broken) {
                throw broken;
            }
            throw new IllegalStateException("talking to a process", e.getCause());
        }
    }
}
