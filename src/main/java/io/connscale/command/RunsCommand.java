package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.Json;
import io.connscale.control.PlainText;
import io.connscale.control.Quantity;
import io.connscale.run.Event;
import io.connscale.run.Run;
import io.connscale.run.RunInfo;
import io.connscale.run.Runs;
import io.connscale.run.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code runs}: the runs that were recorded; docs/RUNS.md.
 *
 * <pre>
 * run              name      began                     seconds  size KiB
 * 20261127-204649  NIGHT-17  2026-11-27T20:46:49.120Z     31.4       139  exit 0
 * </pre>
 */
@AutoService(Command.class)
@CommandLine.Command(
        name = "runs",
        description = "The runs that were recorded, newest first.",
        subcommands = {RunsCommand.Show.class, RunsCommand.Remove.class})
public final class RunsCommand implements Command {
    /** RUN, for Tab. */
    static final String LABEL = "RUN";

    /** Its console went on, and said so, while the disk did not take all. */
    private static final String INCOMPLETE = "incomplete";

    private static final long KIB = 1024;

    /** In JSON. */
    private record Listed(
            String id,
            @Nullable String name,
            @Nullable Instant began,
            @Nullable Instant ended,
            @Nullable Integer exit,
            long bytes,
            String state,
            String folder) {
        static Listed of(Runs.Entry run) {
            RunInfo info = run.info();
            return new Listed(
                    run.id(),
                    run.name(),
                    info == null ? null : info.began(),
                    info == null ? null : info.ended(),
                    info == null ? null : info.exit(),
                    run.bytes(),
                    RunsCommand.state(run),
                    run.folder().toString());
        }
    }

    private static final List<Column<Runs.Entry>> COLUMNS = List.of(
            new Column<>("run", Runs.Entry::id),
            new Column<>("name", run -> Objects.requireNonNullElse(run.name(), "")),
            new Column<>("seconds", RunsCommand::seconds),
            new Column<>("KiB", run -> (run.bytes() + KIB - 1) / KIB),
            new Column<>("state", RunsCommand::state));

    private static Object seconds(Runs.Entry run) {
        RunInfo info = run.info();
        Instant ended = info == null ? null : info.ended();
        return info == null || ended == null
                ? ""
                : (Object) Math.round(Duration.between(info.began(), ended).toMillis() / 1e3);
    }

    private static String state(Runs.Entry run) {
        RunInfo info = run.info();
        if (info == null) {
            return run.why();
        }
        if (run.running()) {
            return "running";
        }
        return run.isIncomplete() ? INCOMPLETE : info.ended() == null ? "killed" : "ended";
    }

    @Override
    public Answer run(CommandContext context) throws CommandException {
        List<Runs.Entry> runs = all(context);
        return new Answer(
                Map.of("runs", runs.stream().map(Listed::of).toList()),
                Table.of(COLUMNS, runs),
                runs.isEmpty() ? List.of("no run is recorded") : List.of());
    }

    private static List<Runs.Entry> all(CommandContext context) throws CommandException {
        try {
            return context.recording().runs().list();
        } catch (IOException e) {
            throw new CommandException("cannot read the runs: " + PlainText.why(e), "");
        }
    }

    /** The run that a word means. */
    static Runs.Entry find(CommandContext context, String word) throws CommandException, InterruptedException {
        try {
            Optional<Path> going = word.equals(Runs.LAST) ? context.recording().folder() : Optional.empty();
            return going.isPresent()
                    ? Runs.entry(going.get())
                    : context.recording().runs().find(word);
        } catch (IOException e) {
            throw new CommandException(String.valueOf(e.getMessage()), "runs lists them; last is the newest");
        }
    }

    /** All that is recorded of it. */
    static Run read(Runs.Entry run) throws CommandException {
        try {
            return Run.read(run.folder());
        } catch (IOException e) {
            throw new CommandException(String.valueOf(e.getMessage()), "runs remove " + run.id() + " removes it");
        }
    }

    /** For Tab. */
    static List<String> candidates(CommandContext context) {
        try {
            return context.recording().runs().list().stream()
                    .flatMap(run -> Stream.of(run.id(), Objects.requireNonNullElse(run.name(), Runs.LAST)))
                    .distinct()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** {@code runs show}. */
    @CommandLine.Command(name = "show", description = "What a run was: how many, what stopped it, what it did.")
    static final class Show implements Command {
        @Parameters(paramLabel = LABEL, arity = "0..1", description = "its ID or name (default: last)")
        private String run = Runs.LAST;

        /** In JSON. */
        private record Shown(
                RunInfo info,
                String folder,
                long samples,
                @Nullable Sample last,
                List<Event> events) {}

        @Override
        public Answer run(CommandContext context) throws CommandException, InterruptedException {
            Runs.Entry entry = find(context, run);
            Run read = read(entry);
            List<Sample> samples = read.samples();
            Sample last = samples.isEmpty() ? null : samples.get(samples.size() - 1);
            List<Event> events = read.events().stream()
                    .filter(event -> !event.kind().equals(Event.BEGAN) && !isCheck(event))
                    .toList();
            return new Answer(
                    new Shown(read.info(), entry.folder().toString(), samples.size(), last, events),
                    Table.of(EVENTS, events),
                    lines(entry, read, events));
        }

        private static final List<Column<Event>> EVENTS = List.of(
                new Column<>("t", Event::t),
                new Column<>("kind", Event::kind),
                new Column<>("took", event -> event.took() == null ? "" : (Object) event.took()),
                new Column<>("text", Event::text));

        private static List<String> lines(Runs.Entry entry, Run read, List<Event> events) {
            RunInfo info = read.info();
            List<String> lines = new ArrayList<>();
            String state = state(entry);
            String ended = state.equals(INCOMPLETE) ? ", ended" : "";
            lines.add("run  " + info.id() + (info.name() == null ? "" : " · " + info.name()) + " · " + state
                    + (info.exit() == null ? "" : ended + " with exit code " + info.exit()) + " · connscale "
                    + info.version()
                    + " · Java " + info.console().java() + " · Linux "
                    + info.console().kernel());
            lines.add("in   " + entry.folder());
            lines.add("     began " + Json.text(info.began()) + " · "
                    + read.samples().size() + " samples");
            long most = read.samples().stream()
                    .map(Sample::sum)
                    .filter(Objects::nonNull)
                    .mapToLong(Sample.End::established)
                    .max()
                    .orElse(0);
            if (!read.samples().isEmpty()) {
                Sample last = read.samples().get(read.samples().size() - 1);
                Sample.End sum = last.sum();
                lines.add("     %s established at most · at the end %s · %s failed · %s lost"
                        .formatted(
                                Quantity.text(most),
                                sum == null ? "unknown" : Quantity.text(sum.established()),
                                sum == null ? "unknown" : Quantity.text(sum.failed()),
                                sum == null ? "unknown" : Quantity.text(sum.lost())));
            }
            for (Event event : events) {
                lines.add(String.format(Locale.ROOT, "%9.1f s  %s", event.t(), text(event)));
            }
            return lines;
        }

        /** What an expectation was is told by itself. */
        private static boolean isCheck(Event event) {
            return event.kind().equals(Event.COMMAND) && event.text().startsWith("expect ");
        }

        private static String text(Event event) {
            Double took = event.took();
            String failed = Boolean.FALSE.equals(event.ok()) ? " · failed" : "";
            return switch (event.kind()) {
                case Event.COMMAND ->
                    event.text() + (took == null ? "" : String.format(Locale.ROOT, " · %.1f s", took)) + failed;
                case Event.EXPECT -> "expect " + event.text() + (failed.isEmpty() ? " · met" : " · not met");
                default -> event.text();
            };
        }

        @Override
        public List<String> candidates(String label, CommandContext context) {
            return label.equals(LABEL) ? RunsCommand.candidates(context) : List.of();
        }
    }

    /** {@code runs remove}. */
    @CommandLine.Command(name = "remove", description = "Remove runs from the disk.")
    static final class Remove implements Command {
        @Parameters(paramLabel = LABEL, arity = "0..*", description = "their IDs or names")
        private List<String> runs = new ArrayList<>();

        @Option(
                names = "--keep",
                paramLabel = "N",
                description = "all that have no name but for the newest N",
                converter = Converters.CountWord.class)
        private @Nullable Long keep;

        @Override
        public Answer run(CommandContext context) throws CommandException, InterruptedException {
            if (runs.isEmpty() == (keep == null)) {
                throw new CommandException("which runs?", "runs remove RUN, or runs remove --keep 10");
            }
            List<Runs.Entry> found = new ArrayList<>();
            for (String word : runs) { // all, before one is removed
                Runs.Entry run = find(context, word);
                if (run.running()) {
                    throw new CommandException(run.id() + " is being recorded", "it can be removed when it has ended");
                }
                if (!run.isRecord()) {
                    throw new CommandException("no run is recorded in " + run.folder(), "runs lists them");
                }
                if (found.stream().noneMatch(other -> isSame(other.folder(), run.folder()))) {
                    found.add(run);
                }
            }
            try {
                for (Runs.Entry run : found) {
                    context.recording().runs().remove(run);
                }
                if (keep != null) {
                    int count = (int) Math.min(Integer.MAX_VALUE, keep);
                    found.addAll(context.recording().runs().prune(count, Long.MAX_VALUE));
                }
            } catch (IOException e) {
                throw new CommandException("not removed: " + PlainText.why(e), "check its permissions");
            }
            List<String> ids = found.stream().map(Runs.Entry::id).toList();
            return new Answer(
                    Map.of("removed", ids),
                    new Table(
                            List.of("removed"),
                            ids.stream().map(id -> List.<Object>of(id)).toList()),
                    List.of(ids.isEmpty() ? "nothing to remove" : "removed  " + String.join(", ", ids)));
        }

        @Override
        public List<String> candidates(String label, CommandContext context) {
            return label.equals(LABEL) ? RunsCommand.candidates(context) : List.of();
        }

        private static boolean isSame(Path one, Path other) {
            try {
                return Files.isSameFile(one, other);
            } catch (IOException e) {
                return false; // one of them has gone meanwhile
            }
        }
    }
}
