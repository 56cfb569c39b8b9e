package io.connscale.control;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Waiting for what other processes answer, one or many, always within bounds. Commands and programs wait here, once, at the top;
 * below them nothing waits: {@link Agent} and {@link Server} answer with futures.
 */
public final class Answers {
    private Answers() {}

    /**
     * Waits for {@code seconds} at most. Where the time is over, or the wait is interrupted, {@code asked} is cancelled: a
     * server that was starting processes for it starts no more.
     *
     * @param silent what to throw where no answer comes, made only then
     * @throws AgentException where none comes, or the answer is a failure: that one
     */
    public static <T> T within(long seconds, CompletableFuture<T> asked, Supplier<AgentException> silent)
            throws AgentException, InterruptedException {
        try {
            return get(seconds, asked, () -> {});
        } catch (ExecutionException | CancellationException e) {
            throw AgentException.of(e);
        } catch (TimeoutException e) {
            throw silent.get();
        }
    }

    private static <T> T get(long seconds, CompletableFuture<T> asked, Runnable abandon)
            throws ExecutionException, TimeoutException, InterruptedException {
        try {
            return asked.get(seconds, TimeUnit.SECONDS);
        } finally {
            if (!asked.isDone()) {
                abandon.run();
                asked.cancel(true);
            }
        }
    }

    /** As above. */
    public static <T> T within(long seconds, CompletableFuture<T> asked) throws AgentException, InterruptedException {
        return within(seconds, asked, () -> silent("", seconds));
    }

    /**
     * The same for what blocks and what no interrupt ends (a pipe, a socket, a name's address): it runs on a thread of its own, so that
     * its caller can give up.
     *
     * @param role the name of the thread
     * @param abandon ends the task where the caller gives up or the time is over; called on the caller's thread, at once
     * @throws SocketTimeoutException after {@code seconds}
     * @throws IOException where the task failed
     */
    public static <T> T within(long seconds, String role, Callable<T> task, Runnable abandon)
            throws IOException, InterruptedException {
        try {
            return get(seconds, Threads.call(role, task), abandon);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw new SocketTimeoutException("nothing for " + seconds + " s");
        }
    }

    /** {@code asked}, which fails where no answer has come after {@code seconds}; nobody waits here. */
    public static <T> CompletableFuture<T> bounded(
            long seconds, CompletableFuture<T> asked, Supplier<AgentException> silent) {
        CompletableFuture<T> answer = asked.copy().orTimeout(seconds, TimeUnit.SECONDS);
        return answer.exceptionallyCompose(failure -> CompletableFuture.failedFuture(
                cause(failure) instanceof TimeoutException ? silent.get() : AgentException.of(failure)));
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private static AgentException silent(String who, long seconds) {
        return new AgentException(
                (who.isEmpty() ? "no answer" : who + ": no answer") + " for " + seconds + " s", "hosts shows states");
    }

    /**
     * What each of many answered, or why it did not: one that fails takes nothing from the others.
     *
     * @param done by name, in the order of the question
     * @param failed the same
     */
    public record Each<T>(Map<String, T> done, Map<String, AgentException> failed) {}

    /** Asks all of them, and waits for none. */
    public static <T> Map<String, CompletableFuture<T>> ask(
            Collection<String> names, Function<String, CompletableFuture<T>> question) {
        Map<String, CompletableFuture<T>> asked = new LinkedHashMap<>();
        names.forEach(name -> asked.put(name, question.apply(name)));
        return asked;
    }

    /**
     * Waits for all of them until {@code end} ({@link System#nanoTime()}); who has not answered then has failed.
     *
     * @param asked by host's name
     */
    public static <T> Each<T> each(Map<String, CompletableFuture<T>> asked, long end) throws InterruptedException {
        Map<String, T> done = new LinkedHashMap<>();
        Map<String, AgentException> failed = new LinkedHashMap<>();
        for (Map.Entry<String, CompletableFuture<T>> one : asked.entrySet()) {
            String name = one.getKey();
            try {
                done.put(name, one.getValue().get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS));
            } catch (ExecutionException | CancellationException e) {
                failed.put(name, AgentException.of(e));
            } catch (TimeoutException e) {
                failed.put(name, new AgentException(name + " does not answer", "hosts shows its state; stop " + name));
            }
        }
        return new Each<>(done, failed);
    }

    /**
     * As above, for answers that may take minutes.
     *
     * @param meanwhile called each {@code millis} until all have answered
     */
    public static <T> Each<T> each(Map<String, CompletableFuture<T>> asked, long end, long millis, Runnable meanwhile)
            throws InterruptedException {
        CompletableFuture<Void> all = CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
                .exceptionally(failed -> null);
        while (!all.isDone() && System.nanoTime() < end) {
            try {
                all.get(millis, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                meanwhile.run();
            } catch (ExecutionException e) {
                throw new IllegalStateException("it never fails", e);
            }
        }
        return each(asked, end);
    }
}
