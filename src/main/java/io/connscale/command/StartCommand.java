package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.cluster.State;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.Message;
import io.connscale.control.Quantity;
import io.connscale.kernel.Limits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/**
 * {@code start}: launches agents, side by side.
 *
 * <pre>
 * client1  ready in 0.6 s · local · Java 17.0.15 · 20,000 files · 28,232 ports
 * </pre>
 */
@AutoService(Command.class)
@CommandLine.Command(name = "start", description = "Launch the agent on each host, side by side for many.")
@SuppressWarnings("FutureReturnValueIgnored") // given up: how the stop of a start ends concerns nobody
public final class StartCommand implements Command {
    /**
     * An agent that is ready.
     *
     * @param seconds from the launch on; 0 where it was ready before
     */
    private record Started(String host, String launched, double seconds, Message.Hello hello) {
        Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("state", State.READY.toString());
            json.put("seconds", seconds);
            json.put("launched", launched);
            json.put("java", hello.java());
            json.put("files", Limits.known(hello.limits().softFiles()));
            json.put("ports", Limits.known(hello.limits().ports()));
            json.put("pid", hello.pid());
            return json;
        }

        String line() {
            String ready = seconds == 0 ? "ready already" : String.format(Locale.ROOT, "ready in %.1f s", seconds);
            return "%s  %s · %s · Java %s · %s files · %s ports"
                    .formatted(
                            host,
                            ready,
                            launched,
                            hello.java(),
                            known(hello.limits().softFiles()),
                            known(hello.limits().ports()));
        }

        private static String known(long limit) {
            return limit < 0 ? "unknown" : limit == Long.MAX_VALUE ? "unlimited" : Quantity.text(limit);
        }
    }

    /** Each start is bounded by itself, and only so many run side by side: this is for a thousand hosts. */
    private static final long SECONDS = 3600;

    private static final long PROGRESS_MILLIS = 200;

    private static final List<Column<Started>> COLUMNS = List.of(
            new Column<>("host", Started::host),
            new Column<>("seconds", Started::seconds),
            new Column<>("launched", Started::launched),
            new Column<>("Java", s -> s.hello().java()),
            new Column<>("files", s -> HostWords.limit(s.hello().limits().softFiles())),
            new Column<>("ports", s -> HostWords.limit(s.hello().limits().ports())));

    @Parameters(
            paramLabel = HostWords.LABEL,
            arity = "1..*",
            description = "a name, a pattern (client*, client[1-4]), or all")
    private List<String> hosts = new ArrayList<>();

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        List<String> names = HostWords.names(context, hosts);
        Map<String, CompletableFuture<Started>> starting = new LinkedHashMap<>();
        for (String name : names) {
            starting.put(name, start(context, name));
        }
        try {
            showUntilDone(context, starting);
            return HostAnswers.within(SECONDS, starting).answer(StartCommand::answer);
        } catch (InterruptedException e) {
            HostAnswers<Started> soFar = HostAnswers.soFar(starting);
            starting.forEach((name, started) -> giveUp(context, name, started));
            throw soFar.interrupted(
                    "interrupted; %d of %d hosts started".formatted(soFar.done().size(), starting.size()),
                    "hosts shows which; start starts the others",
                    StartCommand::answer);
        }
    }

    /** {@code 2 of 20 started · 1 failed · h4 copying the jar · h5 connecting}. */
    private static void showUntilDone(CommandContext context, Map<String, CompletableFuture<Started>> starting)
            throws InterruptedException {
        CompletableFuture<Void> all = CompletableFuture.allOf(starting.values().toArray(CompletableFuture[]::new));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!all.isDone() && System.nanoTime() < end) {
            long done =
                    starting.values().stream().filter(CompletableFuture::isDone).count();
            long failed = starting.values().stream()
                    .filter(CompletableFuture::isCompletedExceptionally)
                    .count();
            String steps = starting.entrySet().stream()
                    .filter(one -> !one.getValue().isDone())
                    .map(one -> one.getKey() + " "
                            + context.cluster().status(one.getKey()).step())
                    .collect(Collectors.joining(" · "));
            String failures = failed == 0 ? "" : failed + " failed · ";
            context.shell()
                    .progress("%d of %d started · %s%s".formatted(done - failed, starting.size(), failures, steps));
            try {
                all.get(PROGRESS_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException | ExecutionException e) {
                // still starting; or one failed, which the answer tells
            }
        }
    }

    private static CompletableFuture<Started> start(CommandContext context, String name) {
        String launched = context.cluster().status(name).launcher();
        Message.Hello ready = alreadyReady(context, name);
        if (ready != null) {
            return CompletableFuture.completedFuture(new Started(name, launched, 0, ready));
        }
        long begin = System.nanoTime();
        return context.cluster()
                .start(name)
                .thenApply(hello -> new Started(name, launched, seconds(System.nanoTime() - begin), hello));
    }

    /** In seconds, to the millisecond. */
    private static double seconds(long nanos) {
        return Math.round(nanos / 1e6) / 1e3;
    }

    private static Message.@Nullable Hello alreadyReady(CommandContext context, String name) {
        var status = context.cluster().status(name);
        return status.state() == State.READY ? status.hello() : null;
    }

    private static void giveUp(CommandContext context, String name, CompletableFuture<Started> started) {
        if (!started.isDone()) {
            context.cluster().stop(name);
        }
    }

    private static Answer answer(Map<String, Started> started) {
        Map<String, Object> json = new LinkedHashMap<>();
        started.forEach((host, one) -> json.put(host, one.json()));
        List<Started> all = List.copyOf(started.values());
        return new Answer(
                Map.of("hosts", json),
                Table.of(COLUMNS, all),
                all.stream().map(Started::line).toList());
    }

    @Override
    public List<String> candidates(String label, CommandContext context) {
        return HostWords.candidates(label, context, state -> state == State.STOPPED || state == State.LOST);
    }
}
