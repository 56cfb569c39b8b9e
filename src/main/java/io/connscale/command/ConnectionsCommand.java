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
import io.connscale.control.Agent.OpenRequest;
import io.connscale.control.NameRanges;
import io.connscale.control.Quantity;
import io.connscale.control.Rate;
import io.connscale.stats.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code connections start|stop N HOST...}: opens more, or closes the oldest. */
@AutoService(Command.class)
@CommandLine.Command(
        name = "connections",
        description = "Open more connections, keep so many, or close the oldest.",
        subcommands = {ConnectionsCommand.Start.class, ConnectionsCommand.Stop.class, ConnectionsCommand.Keep.class})
public final class ConnectionsCommand implements Command {
    @Override
    public Answer run(CommandContext context) throws CommandException {
        throw new CommandException("connections: start, stop or keep is missing", "connections start 10 client1");
    }

    /** What both take that open connections. */
    static final class Wanted {
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
                names = "--for",
                paramLabel = "DURATION",
                description = "for so long at most; what is open then stays open",
                converter = Converters.DurationWord.class)
        private @Nullable Duration time;

        @Option(names = "--force", description = "even where they would use up a machine's memory")
        private boolean force;

        @Option(names = "--yes", description = "more than 1,000 to a public address: its owner agrees, do not ask")
        private boolean yes;

        private List<String> names(CommandContext context) throws CommandException {
            return HostWords.names(context, hosts);
        }

        /** As {@link System#nanoTime()}, from now, when the request has begun: making room for it takes its own time. Empty: nobody said. */
        private OptionalLong end() {
            return time == null ? OptionalLong.empty() : OptionalLong.of(System.nanoTime() + time.toNanos());
        }
    }

    private static boolean isPast(OptionalLong end) {
        return end.isPresent() && System.nanoTime() - end.getAsLong() >= 0;
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
        private static final Duration EVERY = Duration.ofSeconds(10);
        private static final int MAX_STEPS = 1_000;

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

        @Option(
                names = "--rate",
                paramLabel = SetCommand.RATE,
                description = "new connections per second on each host, or unlimited; 100..5000/60s rises",
                converter = Converters.RateLawWord.class)
        private Converters.@Nullable RateLaw rate;

        @Option(names = "--total", description = "N in all, shared out over the hosts")
        private boolean total;

        @Option(
                names = "--stop-on-limit",
                description =
                        "end on a host where connections fail and none comes up for 3 s, or nothing happens for 10 s")
        private boolean stopOnLimit;

        @Option(names = "--no-wait", description = "run in the background; the result is printed when it is done")
        private boolean noWait;

        @Option(names = "--steps", paramLabel = "STEPS", description = "in so many equal steps, 2 to 1000")
        private @Nullable Integer steps;

        @Option(
                names = "--every",
                paramLabel = "DURATION",
                description = "with --steps: from the begin of one step to that of the next, 10s",
                converter = Converters.DurationWord.class)
        private @Nullable Duration every;

        @Mixin
        private Wanted wanted = new Wanted();

        @Override
        public Answer run(CommandContext context) throws CommandException, InterruptedException {
            List<String> names = wanted.names(context);
            long count = wanted.count;
            Opening.Request request = request(count);
            if (noWait && wanted.time != null) {
                throw new CommandException(
                        "--for and --no-wait do not go together", "connections start 10k client1 --for 60s");
            }
            if (steps != null || every != null) {
                return inSteps(context, names, count);
            }
            context.shell()
                    .progress("making room for " + Quantity.text(total ? count : count * names.size())
                            + " at the server");
            Opening opening = context.scale().open(names, request);
            if (noWait) {
                opening.onEnd(new Notices(context.shell()));
                return begun(opening.soFar());
            }
            context.shell().soFar(() -> answer(opening.soFar()));
            return await(opening, context.shell(), wanted.end());
        }

        private Opening.Request request(long n) {
            Converters.RateLaw law = rate;
            Opening.Request request = new Opening.Request(
                    n,
                    total,
                    law == null ? OptionalLong.empty() : OptionalLong.of(law.from()),
                    stopOnLimit,
                    wanted.force,
                    wanted.yes);
            return law == null ? request : law.rising().map(request::withRising).orElse(request);
        }

        /** One after the other, each at its time; where one took longer the next begins at once. */
        private Answer inSteps(CommandContext context, List<String> names, long count)
                throws CommandException, InterruptedException {
            int n = steps == null ? 0 : steps;
            Duration apart = every == null ? EVERY : every;
            if (n < 2 || n > MAX_STEPS || n > count) {
                throw new CommandException(
                        "connections start: --steps is 2 to " + Math.min(MAX_STEPS, count) + " here",
                        "connections start 10k client1 --steps 10 --every 30s");
            }
            if (noWait) {
                throw new CommandException(
                        "--steps and --no-wait do not go together", "connections start 10k client1 --steps 10");
            }
            long began = System.nanoTime();
            long[] shares = OpenRequest.shares(count, n);
            Opened all = new Opened(Map.of(), Map.of(), Optional.empty());
            OptionalLong end = OptionalLong.empty();
            for (int i = 0; i < n; i++) {
                try {
                    waitUntil(context.shell(), began + i * apart.toNanos(), end, i + 1, n);
                } catch (InterruptedException e) {
                    throw interrupted(all);
                }
                if (isPast(end)) {
                    break;
                }
                Opening opening = context.scale().open(names, request(shares[i]));
                end = i == 0 ? wanted.end() : end;
                boolean interrupted = awaited(opening, context.shell(), end, "step " + (i + 1) + " of " + n + " · ");
                Opened step = opening.result();
                all = all.plus(step);
                context.shell()
                        .notice("step %d of %d: %s established%s"
                                .formatted(
                                        i + 1,
                                        n,
                                        Quantity.text(all.established()),
                                        step.failed() == 0
                                                ? ""
                                                : ", " + Quantity.text(step.failed()) + " failed in it"));
                if (interrupted) {
                    throw interrupted(all);
                }
                if (!step.failures().isEmpty() || (stopOnLimit && step.established() < step.requested())) {
                    break;
                }
            }
            Opened opened = all;
            return HostAnswers.of(opened.hosts(), opened.failures().values()).answer(done -> answer(opened));
        }

        private static void waitUntil(Shell shell, long time, OptionalLong end, int step, int of)
                throws InterruptedException {
            for (long left = time - System.nanoTime(); left > 0 && !isPast(end); left = time - System.nanoTime()) {
                shell.progress("step %d of %d in %.0f s".formatted(step, of, Math.ceil(left / 1e9)));
                TimeUnit.NANOSECONDS.sleep(Math.min(left, PROGRESS.toNanos()));
            }
        }

        /** Until all are established or failed. Ctrl-C stops it where it is; what is open stays open. */
        private static Answer await(Opening opening, Shell shell, OptionalLong end)
                throws CommandException, InterruptedException {
            boolean interrupted = awaited(opening, shell, end, "");
            Opened opened = opening.result();
            if (interrupted) { // with what failed beside it: a host that was lost meanwhile is no less lost
                throw interrupted(opened);
            }
            return HostAnswers.of(opened.hosts(), opened.failures().values()).answer(done -> answer(opened));
        }

        private static CommandException interrupted(Opened opened) {
            return HostAnswers.of(opened.hosts(), opened.failures().values())
                    .interrupted(
                            "interrupted; " + Quantity.text(opened.established()) + " connections stay open"
                                    + (opened.failures().isEmpty() ? "" : ", as far as is known"),
                            "connections stop closes them",
                            done -> answer(opened));
        }

        /** Waits until it has ended; whether the user ended it. */
        private static boolean awaited(Opening opening, Shell shell, OptionalLong end, String what) {
            boolean interrupted = false;
            boolean over = false;
            while (!over) {
                try {
                    over = opening.await(PROGRESS);
                    if (!over && isPast(end)) {
                        opening.stop();
                    }
                    if (!over) {
                        shell.progress(
                                what + (interrupted ? stopping(opening.soFar().sum()) : progress(opening)));
                    }
                } catch (InterruptedException e) {
                    opening.stop();
                    interrupted = true;
                }
            }
            return interrupted;
        }

        private static String stopping(Opened.Host sum) {
            return "stopping… · %s/%s established"
                    .formatted(Quantity.text(sum.established()), Quantity.text(sum.requested()));
        }

        private static String progress(Opening opening) {
            Opened now = opening.soFar();
            List<String> behind = opening.behindEarlier();
            if (behind.size() == now.hosts().size()) {
                return "waiting for the earlier open requests of " + NameRanges.fold(behind)
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
            Optional<Verdict> verdict = opened.verdict();
            Answer answer = HostAnswers.answer(
                    new Json(opened.hosts(), verdict.orElse(null)),
                    Table.of(COLUMNS, rows),
                    rows.stream().map(row -> line(row.host(), row.answer())));
            List<String> lines = new ArrayList<>(answer.lines());
            verdict.ifPresent(why -> lines.add(why.toString()));
            return new Answer(answer.json(), answer.table(), lines);
        }

        /** For {@code --no-wait}: what was asked for. */
        private static Answer begun(Opened soFar) {
            List<Row<Opened.Host>> rows = HostAnswers.rows(soFar.hosts());
            return HostAnswers.answer(
                    new Json(soFar.hosts(), null),
                    Table.of(COLUMNS, rows),
                    rows.stream()
                            .map(row -> "%s  opening %s; count shows how far it is"
                                    .formatted(
                                            row.host(),
                                            Quantity.text(row.answer().requested()))));
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
            return HostAnswers.answer(
                    new ByHost<>(closed), Table.of(COLUMNS, rows), rows.stream().map(Stop::line));
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

    /**
     * {@code connections keep}.
     *
     * <pre>
     * 10,000 established · 6,012 came · 6,000 ended · 0 failed · 0 lost · 60 s
     * client1  10,000 established after 60 s · 6,000 ended, 6,012 came (100/s) · 0 failed · 0 lost
     * </pre>
     */
    @CommandLine.Command(
            name = "keep",
            description = {
                "Keep N connections open on each host, while old ones end and new ones come, until Ctrl-C, or for a time.",
                "N counts those that are open. stats has the connect times and lifetimes."
            })
    static final class Keep implements Command {
        private static final Duration PROGRESS = Duration.ofMillis(500);
        private static final Pattern EXPONENTIAL = Pattern.compile("exponential[ :](.*)");

        /** How long they live, as typed: {@code 60s}, {@code exponential 60s}. */
        private record Lifetime(Duration lives, boolean exponential) {}

        /** LIFETIME as picocli converts it. */
        static final class LifetimeWord implements ITypeConverter<Lifetime> {
            @Override
            public Lifetime convert(String typed) {
                Matcher law = EXPONENTIAL.matcher(typed);
                return law.matches()
                        ? new Lifetime(Quantity.duration(law.group(1)), true)
                        : new Lifetime(Quantity.duration(typed), false);
            }
        }

        /** In JSON. */
        private record Kept(
                long established, long came, long ended, long failed, long lost, double seconds, double perSecond) {}

        private static final List<Column<Row<Kept>>> COLUMNS = List.of(
                new Column<>("host", Row::host),
                new Column<>("established", row -> row.answer().established),
                new Column<>("came", row -> row.answer().came),
                new Column<>("ended", row -> row.answer().ended),
                new Column<>("failed", row -> row.answer().failed),
                new Column<>("lost", row -> row.answer().lost),
                new Column<>("seconds", row -> row.answer().seconds));

        @Option(
                names = "--churn",
                paramLabel = "CHURN",
                description = "so many end and come per second on each host, 100/s; N / lifetime where left out",
                converter = Converters.RateWord.class)
        private @Nullable Long churn;

        @Option(
                names = "--lifetime",
                paramLabel = "LIFETIME",
                description = "how long each lives, 60s, or 'exponential 60s'; without: the oldest ends",
                converter = LifetimeWord.class)
        private @Nullable Lifetime lifetime;

        @Option(
                names = "--rate",
                paramLabel = SetCommand.RATE,
                description = "new connections per second on each host at most, or unlimited",
                converter = Converters.RateWord.class)
        private @Nullable Long rate;

        @Mixin
        private Wanted wanted = new Wanted();

        private io.connscale.control.Agent.Keep law() throws CommandException {
            Long perSecond = churn;
            Lifetime lives = lifetime;
            if ((perSecond == null && lives == null) || (perSecond != null && perSecond == Opening.UNLIMITED)) {
                throw new CommandException(
                        "connections keep: --churn or --lifetime is missing",
                        "connections keep 10k client1 --churn 100/s, or --lifetime 60s");
            }
            double ofLifetime = lives == null ? Double.MAX_VALUE : wanted.count / (lives.lives.toMillis() / 1e3);
            return new io.connscale.control.Agent.Keep(
                    Math.min(Rate.MAX, Math.min(ofLifetime, perSecond == null ? Double.MAX_VALUE : perSecond)),
                    lives == null ? 0 : lives.lives.toMillis(),
                    lives != null && lives.exponential);
        }

        @Override
        public Answer run(CommandContext context) throws CommandException, InterruptedException {
            List<String> names = wanted.names(context);
            Map<String, Snapshot> before = counts(context, names);
            Opening opening = context.scale()
                    .open(
                            names,
                            new Opening.Request(
                                            wanted.count,
                                            false,
                                            rate == null ? OptionalLong.empty() : OptionalLong.of(rate),
                                            false,
                                            wanted.force,
                                            wanted.yes)
                                    .withKeep(law()));
            long began = System.nanoTime();
            OptionalLong end = wanted.end();
            boolean interrupted = false;
            boolean over = false;
            while (!over) {
                try {
                    over = opening.await(PROGRESS);
                    if (!over) {
                        context.shell().progress(progress(kept(context, before, began)));
                    }
                    if (isPast(end)) {
                        opening.stop();
                    }
                } catch (InterruptedException e) {
                    opening.stop();
                    interrupted = true;
                }
            }
            Opened opened = opening.result();
            Map<String, Kept> kept = kept(context, before, began);
            kept.keySet().removeAll(opened.failures().keySet());
            HostAnswers<Kept> answers = HostAnswers.of(kept, opened.failures().values());
            if (interrupted && end.isPresent()) {
                throw answers.interrupted(
                        "interrupted; connections stay open", "connections stop closes them", Keep::answer);
            }
            return answers.answer(Keep::answer); // without --for Ctrl-C is how it ends
        }

        private static Map<String, Snapshot> counts(CommandContext context, List<String> names)
                throws InterruptedException {
            Map<String, Snapshot> counts = new LinkedHashMap<>();
            context.scale()
                    .readings(names, false)
                    .hosts()
                    .done()
                    .forEach((host, now) -> counts.put(host, now.statistics().counts()));
            return counts;
        }

        private static Map<String, Kept> kept(CommandContext context, Map<String, Snapshot> before, long began)
                throws InterruptedException {
            double seconds = Math.round((System.nanoTime() - began) / 1e6) / 1e3;
            Map<String, Kept> kept = new LinkedHashMap<>();
            counts(context, List.copyOf(before.keySet())).forEach((host, now) -> {
                Snapshot then = before.getOrDefault(host, Snapshot.NONE);
                Snapshot since = now.since(then);
                long came = now.established() - then.established() + since.stopped() + since.lost();
                kept.put(
                        host,
                        new Kept(
                                now.established(),
                                came,
                                since.stopped(),
                                since.failed(),
                                since.lost(),
                                seconds,
                                since.stopped() / Math.max(0.001, seconds)));
            });
            return kept;
        }

        private static String progress(Map<String, Kept> kept) {
            return "%s established · %s came · %s ended · %s failed · %s lost"
                    .formatted(
                            sum(kept, Kept::established),
                            sum(kept, Kept::came),
                            sum(kept, Kept::ended),
                            sum(kept, Kept::failed),
                            sum(kept, Kept::lost));
        }

        private static String sum(Map<String, Kept> kept, ToLongFunction<Kept> of) {
            return Quantity.text(kept.values().stream().mapToLong(of).sum());
        }

        private static Answer answer(Map<String, Kept> kept) {
            List<Row<Kept>> rows = HostAnswers.rows(kept);
            return HostAnswers.answer(
                    new ByHost<>(kept), Table.of(COLUMNS, rows), rows.stream().map(Keep::line));
        }

        private static String line(Row<Kept> row) {
            Kept kept = row.answer();
            return "%s  %s established after %.1f s · %s came, %s ended (%.1f/s) · %s failed · %s lost"
                    .formatted(
                            row.host(),
                            Quantity.text(kept.established),
                            kept.seconds,
                            Quantity.text(kept.came),
                            Quantity.text(kept.ended),
                            kept.perSecond,
                            Quantity.text(kept.failed),
                            Quantity.text(kept.lost));
        }

        @Override
        public boolean beginsRun() {
            return true;
        }

        @Override
        public boolean watchable() {
            return false;
        }

        @Override
        public List<String> candidates(String label, CommandContext context) {
            return HostWords.candidates(label, context, state -> state == State.READY);
        }
    }
}
