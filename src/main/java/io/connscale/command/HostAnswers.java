package io.connscale.command;

import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What each host answered, or why it did not: one host that fails takes nothing from the others.
 *
 * @param done by host's name, in the order of the question
 * @param failed the same
 * @param server why the server, asked beside them, did not answer; null where it did, or was not asked
 */
record HostAnswers<T>(
        Map<String, T> done,
        Map<String, AgentException> failed,
        @Nullable AgentException server) {
    /** Longer than any agent needs that is still there; one that is silent is given up sooner. */
    private static final long SECONDS = 30;

    private static final long MEANWHILE_MILLIS = 500;

    /** Waits for the answers that should come at once. */
    static <T> HostAnswers<T> of(Map<String, CompletableFuture<T>> asked) throws InterruptedException {
        return within(SECONDS, asked);
    }

    /**
     * Waits for answers that may take minutes, as long as the agents live: one that falls silent is given up, and its answer fails.
     *
     * @param meanwhile twice a second
     */
    static <T> HostAnswers<T> whileAlive(Map<String, CompletableFuture<T>> asked, Runnable meanwhile)
            throws InterruptedException {
        CompletableFuture<Void> all = CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new));
        while (!all.isDone()) {
            try {
                all.get(MEANWHILE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                meanwhile.run();
            } catch (ExecutionException e) {
                break; // told host by host
            }
        }
        return of(asked);
    }

    static <T> HostAnswers<T> within(long seconds, Map<String, CompletableFuture<T>> asked)
            throws InterruptedException {
        return of(Answers.each(asked, System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds)), null);
    }

    /** @param server why the server did not answer; null where it did */
    static <T> HostAnswers<T> of(Answers.Each<T> hosts, @Nullable AgentException server) {
        return new HostAnswers<>(hosts.done(), hosts.failed(), server);
    }

    /** What has come by now, of a command that the user ends; nobody is waited for. */
    static <T> HostAnswers<T> soFar(Map<String, CompletableFuture<T>> asked) throws InterruptedException {
        Map<String, CompletableFuture<T>> over = new LinkedHashMap<>(asked);
        over.values().removeIf(answer -> !answer.isDone());
        return within(0, over);
    }

    /** These, beside a server that did not answer. */
    HostAnswers<T> withoutServer(AgentException why) {
        return new HostAnswers<>(done, failed, why);
    }

    /** The answer of those that were done; where some failed, as a failure that says why each did and has the rest with it. */
    Answer answer(Function<Map<String, T>, Answer> ofDone) throws CommandException {
        Answer answer = ofDone.apply(done);
        List<CommandException> why = failures();
        if (why.isEmpty()) {
            return answer;
        }
        CommandException first = why.get(0);
        throw new CommandException(
                first.message(), first.hint(), done.isEmpty() ? null : answer, why.subList(1, why.size()));
    }

    /** As a failure too, where the user ended the command: what failed until then has failed all the same. */
    CommandException interrupted(String message, String hint, Function<Map<String, T>, Answer> ofDone) {
        return new CommandException(message, hint, done.isEmpty() ? null : ofDone.apply(done), failures());
    }

    private List<CommandException> failures() {
        return Stream.concat(failed.values().stream(), Stream.ofNullable(server))
                .map(HostWords::failure)
                .toList();
    }
}
