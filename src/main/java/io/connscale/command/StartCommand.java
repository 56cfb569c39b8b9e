package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.api.HostState.State;
import io.connscale.api.Pending;
import io.connscale.api.Started;
import io.connscale.command.HostAnswers.ByHost;
import io.connscale.command.HostAnswers.Row;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.NameRanges;
import io.connscale.control.Quantity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
public final class StartCommand implements Command {
    private static final Duration PROGRESS = Duration.ofMillis(200);

    private static final List<Column<Row<Started>>> COLUMNS = List.of(
            new Column<>("host", Row::host),
            new Column<>("seconds", row -> row.answer().seconds()),
            new Column<>("launched", row -> row.answer().launched()),
            new Column<>("Java", row -> row.answer().java()),
            new Column<>("files", row -> HostWords.limit(row.answer().files())),
            new Column<>("ports", row -> HostWords.limit(row.answer().ports())));

    @Parameters(
            paramLabel = HostWords.LABEL,
            arity = "1..*",
            description = "a name, a pattern (client*, client[1-4]), or all")
    private List<String> hosts = new ArrayList<>();

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        List<String> names = context.scale().listed(hosts);
        Pending<Started> starting = context.scale().start(names);
        context.shell().soFar(() -> HostAnswers.of(starting.soFar()).soFar(StartCommand::answer));
        try {
            while (!starting.await(PROGRESS)) {
                context.shell().progress(progress(context, starting, names.size()));
            }
            return HostAnswers.of(starting.result()).answer(StartCommand::answer);
        } catch (InterruptedException e) {
            HostAnswers<Started> soFar = HostAnswers.of(starting.soFar());
            context.scale().stop(starting.underWay()); // how that ends concerns nobody
            throw soFar.interrupted(
                    "interrupted; %d of %d hosts started".formatted(soFar.done().size(), names.size()),
                    "hosts shows which; start starts the others",
                    StartCommand::answer);
        }
    }

    /** {@code 1 of 3 started · h2 copying the jar · h3 connecting}; of many {@code 2 of 20 started · 1 failed · 14 connecting · 3 waiting}. */
    private static String progress(CommandContext context, Pending<Started> starting, int hosts)
            throws InterruptedException {
        Pending.Result<Started> soFar = starting.soFar();
        int failed = soFar.failed().size();
        Map<String, List<String>> byStep = new LinkedHashMap<>();
        starting.underWay()
                .forEach(host -> byStep.computeIfAbsent(
                                context.scale().state(host).step(), step -> new ArrayList<>())
                        .add(host));
        String steps = byStep.entrySet().stream()
                .map(step -> (hosts > NameRanges.FEW
                                ? Quantity.text(step.getValue().size())
                                : String.join(", ", step.getValue()))
                        + " " + step.getKey())
                .collect(Collectors.joining(" · "));
        return "%d of %d started · %s%s"
                .formatted(soFar.done().size(), hosts, failed == 0 ? "" : failed + " failed · ", steps);
    }

    private static Answer answer(Map<String, Started> started) {
        List<Row<Started>> rows = HostAnswers.rows(started);
        return HostAnswers.answer(
                new ByHost<>(started), Table.of(COLUMNS, rows), rows.stream().map(StartCommand::line));
    }

    private static String line(Row<Started> row) {
        Started started = row.answer();
        double seconds = started.seconds();
        String ready = seconds == 0 ? "ready already" : String.format(Locale.ROOT, "ready in %.1f s", seconds);
        return "%s  %s · %s · Java %s · %s files · %s ports"
                .formatted(
                        row.host(),
                        ready,
                        started.launched(),
                        started.java(),
                        text(started.files()),
                        text(started.ports()));
    }

    private static String text(@Nullable Long limit) {
        return limit == null ? "unknown" : limit == Long.MAX_VALUE ? "unlimited" : Quantity.text(limit);
    }

    @Override
    public boolean beginsRun() {
        return true;
    }

    @Override
    public List<String> candidates(String label, CommandContext context) {
        return HostWords.candidates(label, context, state -> state == State.STOPPED || state == State.LOST);
    }
}
