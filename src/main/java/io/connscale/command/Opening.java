package io.connscale.command;

import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.Agent;
import io.connscale.control.AgentException;
import io.connscale.control.AgentGroup;
import io.connscale.control.OpenRequest;
import io.connscale.control.Opened;
import io.connscale.control.Quantity;
import io.connscale.control.Rate;
import io.connscale.control.Threads;
import io.connscale.limits.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Connections being opened on some hosts: the progress line, Ctrl-C, and the answer.
 *
 * <pre>
 * 12,345/20,000 established · 5,000/s · 2 s left · 3 failed
 * client1  10,000 established in 2.0 s (5,000/s)
 * </pre>
 */
@SuppressWarnings("FutureReturnValueIgnored") // the futures waited for are those in answers
final class Opening {
    private static final long PROGRESS_MILLIS = 200;

    private record Row(String host, Opened opened) {}

    private static final List<Column<Row>> COLUMNS = List.of(
            new Column<>("host", Row::host),
            new Column<>("requested", row -> row.opened.requested()),
            new Column<>("established", row -> row.opened.established()),
            new Column<>("failed", row -> row.opened.failed()),
            new Column<>("seconds", row -> row.opened.seconds()),
            new Column<>("errors", row -> ServerText.errors(row.opened.errors())));

    private final CommandContext context;
    private final AgentGroup agents;
    private final boolean stopOnLimit;
    private final Map<String, Growth> growth = new ConcurrentHashMap<>();
    private final Map<String, Opened> soFar = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<Opened>> answers = new LinkedHashMap<>();
    /** What was to be opened there before: an agent does one after the other. */
    private final Map<String, CompletableFuture<Void>> earlier = new LinkedHashMap<>();

    /**
     * Begins it: {@code counts} in the order of the members, none where it is 0.
     *
     * @param stopOnLimit whether a host that does not grow any more ends there, and does not try the rest
     */
    Opening(CommandContext context, AgentGroup agents, long[] counts, @Nullable Rate rate, boolean stopOnLimit) {
        this.context = context;
        this.agents = agents;
        this.stopOnLimit = stopOnLimit;
        int at = 0;
        for (Map.Entry<String, Agent> agent : agents.members().entrySet()) {
            String host = agent.getKey();
            long count = counts[at++];
            soFar.put(host, Opened.none(count));
            earlier.put(host, agent.getValue().allOpened());
            Growth grows = new Growth(System::nanoTime);
            if (count > 0) {
                growth.put(host, grows);
            }
            answers.put(
                    host,
                    count == 0
                            ? CompletableFuture.completedFuture(Opened.none(0))
                            : agent.getValue()
                                    .open(
                                            new OpenRequest(count, rate),
                                            opened -> heard(host, agent.getValue(), grows, opened)));
        }
    }

    /** On the thread that reads the agent's channel, which must not wait: what is to be said is found out on another. */
    private void heard(String host, Agent agent, Growth grows, Opened opened) {
        soFar.put(host, opened);
        grows.heard(opened).ifPresent(stop -> Threads.start("verdict", () -> stopped(host, agent, stop)));
    }

    /** {@code host} does not grow any more, and nobody is to wait for minutes until it is said why. */
    private void stopped(String host, Agent agent, Growth.Stop stop) {
        if (stop == Growth.Stop.LIMIT && stopOnLimit) {
            agent.stopOpening(Objects.requireNonNull(answers.get(host)));
            return; // the answer has the verdict
        }
        try {
            if (stop == Growth.Stop.STANDSTILL) {
                context.shell().notice(standstill(host));
            }
            context.diagnostics().news().map(Verdict::text).ifPresent(context.shell()::notice);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String standstill(String host) {
        Opened now = soFar.getOrDefault(host, Opened.none(0));
        return "%s: no progress for 10 s at %s of %s established, %s failed"
                .formatted(
                        host,
                        Quantity.text(now.established()),
                        Quantity.text(now.requested()),
                        Quantity.text(now.failed()));
    }

    /** Waits until all are established or failed. Ctrl-C stops it where it is; what is open stays open. */
    Answer await(CommandContext context) throws CommandException, InterruptedException {
        CompletableFuture<Void> all = CompletableFuture.allOf(answers.values().toArray(CompletableFuture[]::new));
        boolean stopped = false;
        while (!all.isDone()) {
            try {
                all.get(PROGRESS_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                context.shell().progress(progress());
            } catch (ExecutionException e) {
                break; // told below, host by host
            } catch (InterruptedException e) {
                stop();
                stopped = true;
            }
        }
        HostAnswers<Opened> ended = HostAnswers.of(answers);
        if (stopped) {
            throw interrupted(ended);
        }
        Optional<Verdict> verdict = context.diagnostics().verdict(List.copyOf(answers.keySet()));
        return ended.answer(done -> with(verdict, answer(done)));
    }

    /** Why it did not bring all that was asked for, below what it brought. */
    private static Answer with(Optional<Verdict> verdict, Answer answer) {
        if (verdict.isEmpty()) {
            return answer;
        }
        Map<Object, Object> json = new LinkedHashMap<>((Map<?, ?>) answer.json());
        json.put("verdict", verdict.get());
        List<String> lines = new ArrayList<>(answer.lines());
        lines.add(verdict.get().text());
        return new Answer(json, answer.table(), lines);
    }

    private void stop() {
        // Not of those that run in the background. Whether it worked the answers tell: those of an agent that is silent
        // fail.
        agents.members().forEach((host, agent) -> agent.stopOpening(Objects.requireNonNull(answers.get(host))));
    }

    private String progress() {
        Opened sum = soFar.values().stream().reduce(Opened.none(0), Opened::plus);
        List<String> behind = answers.keySet().stream()
                .filter(host -> !Objects.requireNonNull(earlier.get(host)).isDone())
                .toList();
        if (behind.size() == answers.size()) {
            return "waiting for the earlier open requests of " + String.join(", ", behind)
                    + " · Ctrl-C ends this one alone";
        }
        // The agents' own time: before it they may have had to start processes.
        double perSecond = sum.seconds() <= 0 ? 0 : sum.established() / sum.seconds();
        long stopped =
                growth.values().stream().mapToLong(Growth::stoppedSeconds).min().orElse(0);
        String left = stopped > 0
                ? " · none new for " + stopped + " s"
                : perSecond < 1
                        ? ""
                        : String.format(Locale.ROOT, " · %.0f s left", Math.ceil(sum.remaining() / perSecond));
        return "%s/%s established · %s/s%s · %s failed"
                .formatted(
                        Quantity.text(sum.established()),
                        Quantity.text(sum.requested()),
                        Quantity.text(Math.round(perSecond)),
                        left,
                        Quantity.text(sum.failed()));
    }

    /** With what failed beside it: a host that was lost meanwhile is no less lost. */
    private CommandException interrupted(HostAnswers<Opened> ended) {
        long established =
                ended.done().values().stream().mapToLong(Opened::established).sum();
        return ended.interrupted(
                "interrupted; " + Quantity.text(established) + " connections stay open",
                "connections stop closes them",
                this::answer);
    }

    /** For {@code --no-wait}: what was ordered. */
    Answer attempted() {
        Map<String, Opened> ordered = new LinkedHashMap<>();
        answers.keySet().forEach(host -> ordered.put(host, soFar.getOrDefault(host, Opened.none(0))));
        List<String> lines = new ArrayList<>();
        ordered.forEach((host, opened) -> lines.add(
                "%s  opening %s; count shows how far it is".formatted(host, Quantity.text(opened.requested()))));
        Answer answer = answer(ordered);
        return new Answer(answer.json(), answer.table(), lines);
    }

    /** For {@code --no-wait}: a notice for each host when it is done, and the verdict where there is one. */
    void tellWhenDone(CommandContext context) {
        answers.forEach((host, answer) -> answer.whenComplete((opened, failure) -> context.shell()
                .notice(failure == null ? line(host, opened) : brokenOff(host, AgentException.of(failure)))));
        CompletableFuture<Void> all = CompletableFuture.allOf(answers.values().toArray(CompletableFuture[]::new));
        // On a thread of its own: this one reads an agent's channel, and the verdict asks that agent.
        all.whenCompleteAsync((done, failure) -> tellVerdict(context), task -> Threads.start("verdict", task));
    }

    private void tellVerdict(CommandContext context) {
        try {
            context.diagnostics()
                    .verdict(List.copyOf(answers.keySet()))
                    .ifPresent(verdict -> context.shell().notice(verdict.text()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String brokenOff(String host, AgentException why) {
        Opened last = soFar.getOrDefault(host, Opened.none(0));
        return "%s · %s of %s were established"
                .formatted(why.message(), Quantity.text(last.established()), Quantity.text(last.requested()));
    }

    private Answer answer(Map<String, Opened> ended) {
        Map<String, Object> json = new LinkedHashMap<>();
        List<Row> rows = new ArrayList<>();
        ended.forEach((host, opened) -> {
            json.put(host, rounded(opened));
            rows.add(new Row(host, rounded(opened)));
        });
        List<String> lines =
                rows.stream().map(row -> line(row.host, row.opened)).toList();
        return new Answer(Map.of("hosts", json), Table.of(COLUMNS, rows), lines);
    }

    private static Opened rounded(Opened opened) {
        double seconds = Math.round(opened.seconds() * 1000) / 1000.0;
        return new Opened(opened.requested(), opened.established(), opened.failed(), seconds, opened.errors());
    }

    private static String line(String host, Opened opened) {
        StringBuilder line = new StringBuilder(host)
                .append("  ")
                .append(Quantity.text(opened.established()))
                .append(" established in ")
                .append(String.format(Locale.ROOT, "%.1f s", opened.seconds()));
        if (opened.seconds() > 0) {
            line.append(" (")
                    .append(Quantity.text(Math.round(opened.established() / opened.seconds())))
                    .append("/s)");
        }
        if (opened.failed() > 0) {
            line.append(" · ").append(Quantity.text(opened.failed())).append(" failed");
        }
        if (!opened.errors().isEmpty()) {
            line.append(": ").append(ServerText.errors(opened.errors()));
        }
        if (opened.remaining() > 0) {
            line.append(" · ").append(Quantity.text(opened.remaining())).append(" not tried");
        }
        return line.toString();
    }
}
