package io.connscale.cluster.launch;

import io.connscale.control.Threads;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
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
        CompletableFuture<T> answer = Threads.call(role, task);
        try {
            return answer.get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw asIo(e.getCause());
        } catch (TimeoutException e) {
            throw new SocketTimeoutException("nothing for " + seconds + " s");
        } finally {
            if (!answer.isDone()) {
                abandon.run();
                answer.cancel(true);
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
