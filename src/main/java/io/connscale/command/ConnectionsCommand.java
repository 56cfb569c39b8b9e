package io.connscale.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.auto.service.AutoService;
import io.connscale.api.Closed;
import io.connscale.api.ConnscaleException;
import io.connscale.api.HostState.State;
import io.connscale.api.Opened;
import io.connscale.api.Opening;
import io.connscale.api.Pending;
import io.connscale.api.Verdict;
import io.connscale.command.HostAnswers.ByHost;
import io.connscale.command.HostAnswers.Row;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Shell;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.Quantity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code connections start|stop N HOST...}: opens more, or closes the oldest. */
@AutoService(Command.class)
@CommandLine.Command(
        name = "connections",
        description = "Open more connections, or close the oldest.",
        subcommands = {ConnectionsCommand.Start.class, ConnectionsCommand.Stop.class})
public final class ConnectionsCommand implements Command {
    @Override
    public Answer run(CommandContext context) throws CommandException {
        throw new CommandException("connections: start or stop is missing", "connections start 10 client1");
    }

    /**
     * {@code connections start}.
     *
     * <pre>
     * 12,345/20,000 established · 5,000/s · 2 s left · 3 failed
     * client1  10,000 established in 2.0 s (5,000/s)
     * </pre>
     */
    @CommandLine.Command(
            name = "start",
            description = "N more connections on each host; returns when all are established or failed.")
    static final class Start implements Command {
        private static final Duration PROGRESS = Duration.ofMillis(200);

        /** In JSON. */
        private record Json(
                Map<String, Opened.Host> hosts,

                @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
                Verdict verdict) {}

        private static final List<Column<Row<Opened.Host>>> COLUMNS = List.of(
                new Column<>("host", Row::host),
                new Column<>("requested", row -> row.answer().requested()),
                new Column<>("established", row -> row.answer().established()),
                new Column<>("failed", row -> row.answer().failed()),
                new Column<>("seconds", row -> row.answer().seconds()),
                new Column<>("errors", row -> ServerCommand.errors(row.answer().errors())));

        @Parameters(
                index = "0",
                paramLabel = "N",
                description = "1000, 10k, 1.5M",
                converter = Converters.CountWord.class)
        private long count;

        @Parameters(
                index = "1..*",
                paramLabel = HostWords.LABEL,
                arity = "1..*",
                description = "a name, a pattern, or all")
        private List<String> hosts = new ArrayList<>();

        @Option(
                names = "--rate",
                paramLabel = SetCommand.RATE,
                description = "new connections per second on each host, or unlimited",
                converter = Converters.RateWord.class)
        private @Nullable Long rate;

        @Option(names = "--total", description = "N in all, shared out over the hosts")
        private boolean total;

        @Option(names = "--force", description = "even where they would use up a machine's memory")
        private boolean force;

        @Option(names = "--yes", description = "more than 1,000 to a public address: its owner agrees, do not ask")
        private boolean yes;

        @Option(
                names = "--stop-on-limit",
                description = "end on a host where connections fail and none comes up for 3 s")
        private boolean stopOnLimit;

        @Option(names = "--no-wait", description = "run in the background; the result is printed when it is done")
        private boolean noWait;

        @Override
        public Answer run(CommandContext context) throws CommandException, InterruptedException {
            List<String> names = HostWords.names(context, hosts);
            OptionalLong perSecond = rate == null ? OptionalLong.empty() : OptionalLong.of(rate);
            context.shell()
                    .progress("making room for " + Quantity.text(total ? count : count * names.size())
                            + " at the server");
            Opening opening =
                    context.scale().open(names, new Opening.Request(count, total, perSecond, stopOnLimit, force, yes));
            if (noWait) {
                opening.onEnd(new Notices(context.shell()));
                return begun(opening.soFar());
            }
            context.shell().soFar(() -> answer(opening.soFar()));
            return await(opening, context.shell());
        }

        /** Until all are established or failed. Ctrl-C stops it where it is; what is open stays open. */
        private static Answer await(Opening opening, Shell shell) throws CommandException, InterruptedException {
            boolean interrupted = false;
            boolean over = false;
            while (!over) {
                try {
                    over = opening.await(PROGRESS);
                    if (!over) {
                        shell.progress(interrupted ? stopping(opening.soFar().sum()) : progress(opening));
                    }
                } catch (InterruptedException e) {
                    opening.stop();
                    interrupted = true;
                }
            }
            Opened opened = opening.result();
            HostAnswers<Opened.Host> answers =
                    HostAnswers.of(opened.hosts(), opened.failures().values());
            if (interrupted) { // with what failed beside it: a host that was lost meanwhile is no less lost
                throw answers.interrupted(
                        "interrupted; " + Quantity.text(opened.established()) + " connections stay open"
                                + (opened.failures().isEmpty() ? "" : ", as far as is known"),
                        "connections stop closes them",
                        done -> answer(opened));
            }
            return answers.answer(done -> answer(opened));
        }

        private static String stopping(Opened.Host sum) {
            return "stopping… · %s/%s established"
                    .formatted(Quantity.text(sum.established()), Quantity.text(sum.requested()));
        }

        private static String progress(Opening opening) {
            Opened now = opening.soFar();
            List<String> behind = opening.behindEarlier();
            if (behind.size() == now.hosts().size()) {
                return "waiting for the earlier open requests of " + String.join(", ", behind)
                        + " · Ctrl-C ends this one alone";
            }
            Opened.Host sum = now.sum();
            // The agents' own time: before it they may have had to start processes.
            double perSecond = sum.seconds() <= 0 ? 0 : sum.established() / sum.seconds();
            long stopped = opening.stoppedSeconds();
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

        private static Answer answer(Opened opened) {
            List<Row<Opened.Host>> rows = HostAnswers.rows(opened.hosts());
            List<String> lines = new ArrayList<>();
            rows.forEach(row -> lines.add(line(row.host(), row.answer())));
            Optional<Verdict> verdict = opened.verdict();
            verdict.ifPresent(why -> lines.add(why.toString()));
            return new Answer(new Json(opened.hosts(), verdict.orElse(null)), Table.of(COLUMNS, rows), lines);
        }

        /** For {@code --no-wait}: what was asked for. */
        private static Answer begun(Opened soFar) {
            List<Row<Opened.Host>> rows = HostAnswers.rows(soFar.hosts());
            List<String> lines = rows.stream()
                    .map(row -> "%s  opening %s; count shows how far it is"
                            .formatted(row.host(), Quantity.text(row.answer().requested())))
                    .toList();
            return new Answer(new Json(soFar.hosts(), null), Table.of(COLUMNS, rows), lines);
        }

        private static String line(String host, Opened.Host opened) {
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
                line.append(": ").append(ServerCommand.errors(opened.errors()));
            }
            if (opened.remaining() > 0) {
                line.append(" · ")
                        .append(Quantity.text(opened.remaining()))
                        .append(" not tried, or ended on their way");
            }
            return line.toString();
        }

        /** For {@code --no-wait}: each host's end, and the verdict where there is one. */
        private record Notices(Shell shell) implements Opening.Listener {
            @Override
            public void opened(String host, Opened.Host how) {
                shell.notice(line(host, how));
            }

            @Override
            public void failed(String host, ConnscaleException why, Opened.Host soFar) {
                shell.notice("%s · %s of %s were established"
                        .formatted(
                                why.message(), Quantity.text(soFar.established()), Quantity.text(soFar.requested())));
            }

            @Override
            public void explained(Verdict verdict) {
                shell.notice(verdict.toString());
            }
        }

        @Override
        public boolean beginsRun() {
            return true;
        }

        @Override
        public List<String> candidates(String label, CommandContext context) {
            return label.equals(SetCommand.RATE)
                    ? List.of(Converters.UNLIMITED)
                    : HostWords.candidates(label, context, state -> state == State.READY);
        }
    }

    /** {@code connections stop}. */
    @CommandLine.Command(name = "stop", description = "End the N oldest on each host, or all.")
    static final class Stop implements Command {
        private static final Duration PROGRESS = Duration.ofMillis(500);

        private static final List<Column<Row<Closed>>> COLUMNS = List.of(
                new Column<>("host", Row::host),
                new Column<>("stopped", row -> row.answer().stopped()),
                new Column<>("established", row -> row.answer().established()));

        @Parameters(
                index = "0",
                paramLabel = "N",
                description = "1000, 10k, all",
                converter = Converters.CountOrAllWord.class)
        private long count;

        @Parameters(
                index = "1..*",
                paramLabel = HostWords.LABEL,
                arity = "1..*",
                description = "a name, a pattern, or all")
        private List<String> hosts = new ArrayList<>();

        @Override
        public Answer run(CommandContext context) throws CommandException, InterruptedException {
            List<String> names = HostWords.names(context, hosts);
            Pending<Closed> closing = context.scale().close(count, names);
            context.shell().soFar(() -> HostAnswers.of(closing.soFar()).soFar(Stop::answer));
            try {
                while (!closing.await(PROGRESS)) {
                    context.shell().progress(left(context, names));
                }
                return HostAnswers.of(closing.result()).answer(Stop::answer);
            } catch (InterruptedException e) {
                HostAnswers<Closed> soFar = HostAnswers.of(closing.soFar());
                throw soFar.interrupted(
                        "interrupted; %d of %d hosts have closed theirs, the others go on closing"
                                .formatted(soFar.done().size(), names.size()),
                        "count shows how far they are",
                        Stop::answer);
            }
        }

        /** As the agents say it once a second. */
        private static String left(CommandContext context, List<String> names) {
            long established = names.stream()
                    .mapToLong(name -> context.scale().state(name).established())
                    .sum();
            return "closing · " + Quantity.text(established) + " established";
        }

        private static Answer answer(Map<String, Closed> closed) {
            List<Row<Closed>> rows = HostAnswers.rows(closed);
            return new Answer(
                    new ByHost<>(closed),
                    Table.of(COLUMNS, rows),
                    rows.stream().map(Stop::line).toList());
        }

        private static String line(Row<Closed> row) {
            return "%s  %s stopped · %s established"
                    .formatted(
                            row.host(),
                            Quantity.text(row.answer().stopped()),
                            Quantity.text(row.answer().established()));
        }

        @Override
        public List<String> candidates(String label, CommandContext context) {
            return label.equals("N")
                    ? List.of(HostWords.ALL)
                    : HostWords.candidates(label, context, state -> state == State.READY);
        }
    }
}
