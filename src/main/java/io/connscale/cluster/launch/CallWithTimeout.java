package io.connscale.cluster.launch;

import io.connscale.control.Threads;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Calls what no interrupt ends (a pipe, a socket, a name's address) on a thread of its own, so that its caller can give up. */
public final class CallWithTimeout {
    private CallWithTimeout() {}

    /**
     * The task's result.
     *
     * @param role the name of the thread
     * @param abandon ends the task where the caller gives up or the time is over; called on the caller's thread, at once
     * @throws SocketTimeoutException after {@code seconds}
     * @throws IOException where the task failed
     */
    public static <T> T call(String role, long seconds, Callable<T> task, Runnable abandon)
            throws IOException, InterruptedException {
        FutureTask<T> future = new FutureTask<>(task);
        Thread thread = Threads.start(role, future);
        boolean done = false;
        try {
            T result = future.get(seconds, TimeUnit.SECONDS);
            done = true;
            return result;
        } catch (ExecutionException e) {
            done = true;
            throw asIo(e.getCause());
        } catch (TimeoutException e) {
            throw new SocketTimeoutException("nothing for " + seconds + " s");
        } finally {
            if (!done) {
                abandon.run();
                thread.interrupt();
            }
        }
    }

    private static IOException asIo(@Nullable Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof IOException io ? io : new IOException(cause);
    }
}
