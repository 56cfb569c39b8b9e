package io.connscale.control;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How this program gets its threads: daemons, so that none keeps the process alive, each named by its role. What nobody catches
 * goes to the handler that {@code Main} sets for all. Where the system gives no thread, these throw {@link OutOfMemoryError}, as
 * {@link Thread#start} does. Event loops alone come from elsewhere ({@code net.Transport}): Netty has its own kind.
 */
public final class Threads {
    private Threads() {}

    /** A thread that has yet to be started. */
    public static Thread of(String role, Runnable task) {
        Thread thread = new Thread(task, role);
        thread.setDaemon(true);
        return thread;
    }

    /** Starts a thread. */
    public static Thread start(String role, Runnable task) {
        Thread thread = of(role, task);
        thread.start();
        return thread;
    }

    /** For an executor of several threads: {@code role-1}, {@code role-2}, … */
    public static ThreadFactory numbered(String role) {
        AtomicInteger last = new AtomicInteger();
        return task -> of(role + "-" + last.incrementAndGet(), task);
    }

    /** One thread that takes tasks in their order; up to {@code max} wait, more are rejected. */
    public static ThreadPoolExecutor queue(String role, int max) {
        return new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new ArrayBlockingQueue<>(max), task -> of(role, task));
    }

    /** One thread for what is to be done from time to time. What a task of it throws is in its future, and nowhere else. */
    public static ScheduledThreadPoolExecutor clock(String role) {
        return new ScheduledThreadPoolExecutor(1, task -> of(role, task));
    }

    /**
     * Whoever goes on after whatever has failed says so here first. Where this process has no memory left nothing that goes on can be relied
     * on: the handler hears of it, as if nobody had caught it.
     */
    public static void goesOn(Throwable failure) {
        if (Exhausted.isFull(failure)) {
            Thread here = Thread.currentThread();
            here.getUncaughtExceptionHandler().uncaughtException(here, failure);
        }
    }

    /** The result of a task that may block, on a thread of its own. */
    public static <T> CompletableFuture<T> call(String role, Callable<T> task) {
        return call(work -> start(role, work), task);
    }

    /**
     * The result of a task that {@code executor} runs, which is interrupted where the answer is cancelled. Fails, and does not throw,
     * where there is no thread for it or too many tasks wait already.
     */
    public static <T> CompletableFuture<T> call(Executor executor, Callable<T> task) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        FutureTask<Void> work = new FutureTask<>(() -> complete(answer, task), null);
        try {
            executor.execute(work);
            CompletableFuture<T> unused = answer.whenComplete((done, failure) -> {
                if (answer.isCancelled()) {
                    work.cancel(true);
                }
            });
        } catch (OutOfMemoryError e) {
            answer.completeExceptionally(e);
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(new AgentException("it is ending, or too much to do waits", "try again", e));
        }
        return answer;
    }

    static <T> void complete(CompletableFuture<T> answer, Callable<T> task) {
        try {
            answer.complete(task.call());
        } catch (Exception
                | Error e) { // also where a class can't be loaded: without an answer whoever asked would wait for ever
            goesOn(e);
            answer.completeExceptionally(e);
        }
    }
}
