package io.connscale.diagnosis;

import io.connscale.control.Answers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Questions to many at once, and the answers of those that answer in time. */
final class Asked {
    private Asked() {}

    /** Asks on a thread of its own, since who is asked may block. */
    static <T> CompletableFuture<T> apart(Callable<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Runnable asking = () -> {
            try {
                answer.complete(question.call());
            } catch (Exception e) { // whatever it is: there is no answer
                answer.completeExceptionally(e);
            }
        };
        Thread asker = new Thread(asking, "server-asker");
        asker.setDaemon(true);
        try {
            asker.start();
            CompletableFuture<T> unused = answer.whenComplete((done, failure) -> asker.interrupt());
        } catch (OutOfMemoryError e) {
            // No thread left: a server in this process answers at once, another within its own bound.
            asking.run();
        }
        return answer;
    }

    static <T> Map<String, CompletableFuture<T>> each(
            List<String> names, Function<String, CompletableFuture<T>> question) {
        Map<String, CompletableFuture<T>> asked = new LinkedHashMap<>();
        names.forEach(name -> asked.put(name, question.apply(name)));
        return asked;
    }

    /** By name; who has not answered at {@code end} ({@link System#nanoTime()}), or has failed, is left out. */
    static <T> Map<String, T> answers(Map<String, CompletableFuture<T>> asked, long end) throws InterruptedException {
        Map<String, T> answers = Answers.each(asked, end).done();
        asked.values().forEach(skipped -> skipped.cancel(true));
        return answers;
    }

    /** The one answer, or {@code otherwise}. */
    static <T> T answer(CompletableFuture<T> asked, T otherwise, long end) throws InterruptedException {
        return answers(Map.of("", asked), end).getOrDefault("", otherwise);
    }
}
