package io.connscale.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.auto.service.AutoService;
import io.connscale.api.ConnscaleException;
import io.connscale.api.HostState.State;
import io.connscale.api.Maximum;
import io.connscale.api.Maximum.Found;
import io.connscale.api.Maximum.Limit;
import io.connscale.api.Maximum.Once;
import io.connscale.api.Verdict;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Shell;
import io.connscale.console.Table;
import io.connscale.control.Quantity;
import io.connscale.run.Expectation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code find max|rate HOST...}: the number, by itself. */
@AutoService(Command.class)
@CommandLine.Command(
        name = "find",
        description = "Find the most connections that are held, or come up per second, and what stops more.",
        subcommands = {FindCommand.Max.class, FindCommand.Rate.class})
public final class FindCommand implements Command {
    @Override
    public Answer run(CommandContext context) throws CommandException {
        throw new CommandException("find: max or rate is missing", "find max client1");
    }

    /** GOAL as picocli converts it. */
    static final class GoalWord implements ITypeConverter<Expectation> {
        @Override
        public Expectation convert(String typed) {
            return Expectation.parse(typed);
        }
    }

    /**
     * {@code find max}.
     *
     * <pre>
     * maximum 28,232 (predicted 28,232) · limited by ports on client1 · held 60s, 0 lost · 3 of 3
     *   evidence: stopped at 28,232 on client1: no free port to 127.0.0.1:8989 (…)
     *   remedy: Use more of the server's ports, …
     * </pre>
     */
    @CommandLine.Command(
            name = "max",
            description = {
                "The most connections that these hosts and the server hold, and what stops more.",
                "Doubles and bisects; each number is validated by a Pong on every connection, at both ends."
            })
    static final class Max extends Finder {
        @Override
        Maximum search(CommandContext context, List<String> names, Maximum.Request request, Maximum.Listener listener) {
            return context.scale().maximum(names, request, listener);
        }

        @Override
        String unit() {
            return "connections";
        }

        @Override
        String per() {
            return "";
        }
    }

    /** {@code find rate}: as above, {@code maximum 12,000/s}. */
    @CommandLine.Command(
            name = "rate",
            description = {
                "The most new connections per second that all come up, on these hosts together.",
                "Opens for some seconds at each rate, and closes them again."
            })
    static final class Rate extends Finder {
        @Override
        Maximum search(CommandContext context, List<String> names, Maximum.Request request, Maximum.Listener listener) {
            return context.scale().maximumRate(names, request, listener);
        }

        @Override
        String unit() {
            return "connections per second";
        }

        @Override
        String per() {
            return "/s";
        }
    }

    /** What both have in common. */
    abstract static class Finder implements Command {
        private static final List<String> COLUMNS =
                List.of("maximum", "predicted", "end", "limit", "heldSeconds", "failedAt", "evidence", "remedy");

        @Parameters(paramLabel = HostWords.LABEL, arity = "1..*", description = "a name, a pattern, or all")
        private List<String> hosts = new ArrayList<>();

        @Option(
                names = "--goal",
                paramLabel = "GOAL",
                description = "what must be so at the maximum, as expect has it: 'roundTrip.p99 < 20ms'; several",
                converter = GoalWord.class)
        private List<Expectation> goals = new ArrayList<>();

        @Option(
                names = "--width",
                paramLabel = "PERCENT",
                description = "how near the bounds are to come: 1%%",
                converter = Converters.PercentWord.class)
        private double width = Maximum.Request.DEFAULT.width();

        @Option(
                names = "--hold",
                paramLabel = "DURATION",
                description = "how long the maximum is held: 60s",
                converter = Converters.DurationWord.class)
        private Duration hold = Maximum.Request.DEFAULT.hold();

        @Option(names = "--repeat", paramLabel = "TIMES", description = "how often it is searched: 3")
        private int repeat = Maximum.Request.DEFAULT.repeat();

        @Option(
                names = "--within",
                paramLabel = "DURATION",
                description = "ends with the best known by then: 1h",
                converter = Converters.DurationWord.class)
        private Duration within = Maximum.Request.DEFAULT.within();

        @Option(
                names = "--rate",
                paramLabel = SetCommand.RATE,
                description = "new connections per second on each host, or unlimited",
                converter = Converters.RateWord.class)
        private @Nullable Long rate;

        @Option(
                names = "--lift",
                description = "lift each limit that needs no root, in turn: more sources of 127/8, more processes")
        private boolean lift;

        @Option(names = "--yes", description = "a public address: its owner agrees, do not ask")
        private boolean yes;

        abstract Maximum search(
                CommandContext context, List<String> names, Maximum.Request request, Maximum.Listener listener);

        abstract String unit();

        /** What follows a number of them. */
        abstract String per();

        @Override
        public Answer run(CommandContext context) throws CommandException, InterruptedException {
            Maximum.Request request = request();
            List<String> names = HostWords.names(context, hosts);
            HostAnswers.of(context.scale().start(names).result()).answer(done -> Commands.NOTHING);
            Maximum search = search(context, names, request, new Told(context.shell()));
            context.shell().soFar(() -> answer(search.interrupted(), request));
            try {
                return answer(search.run(), request);
            } catch (InterruptedException e) {
                Found best = search.interrupted();
                throw new CommandException(
                        "interrupted; the most that is known to hold is " + Quantity.text(best.maximum()) + per(),
                        "connections stop all " + String.join(" ", hosts) + " closes those that are open",
                        answer(best, request));
            } catch (ConnscaleException e) {
                throw new CommandException(e.message(), e.hint(), known(search.interrupted(), request));
            } catch (IllegalArgumentException e) {
                throw new CommandException(String.valueOf(e.getMessage()), GOALS);
            }
        }

        /** Null before the first step is over: a maximum of 0 would be told of a search that was refused. */
        private @Nullable Answer known(Found found, Maximum.Request request) {
            return found.runs().isEmpty() && found.lifted().isEmpty() ? null : answer(found, request);
        }

        private static final String GOALS = "find max client1 --goal 'roundTrip.p99 < 20ms'";

        private Maximum.Request request() throws CommandException {
            try {
                return new Maximum.Request(
                        goals,
                        width,
                        hold,
                        repeat,
                        within,
                        rate == null ? OptionalLong.empty() : OptionalLong.of(rate),
                        yes,
                        lift);
            } catch (IllegalArgumentException e) {
                throw new CommandException("find: " + e.getMessage(), GOALS);
            }
        }

        /** A line a step. */
        private record Told(Shell shell) implements Maximum.Listener {
            @Override
            public void progress(String line) {
                shell.progress(line);
            }

            @Override
            public void step(String line) {
                shell.notice(line);
            }
        }

        /**
         * In JSON.
         *
         * @param predicted null: no limit is known
         * @param limit null: what stops more was not found out
         * @param heldSeconds how long it was held, each time; 0: it was not
         */
        private record Json(
                long maximum,
                String unit,
                @Nullable Long predicted,
                String predictedBy,
                String end,
                @Nullable Limited limit,
                double width,
                double heldSeconds,
                List<Searched> runs,
                List<Raised> lifted) {}

        /** @param at the most that held with that limit */
        private record Raised(long at, Limited limit, String by) {}

        /** @param verdict left out where there is none */
        private record Limited(
                String what,
                String evidence,
                String remedy,

                @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
                Verdict verdict) {}

        /** @param failedAt null: nothing failed */
        private record Searched(long maximum, @Nullable Long failedAt, boolean held, int steps) {}

        private static Limited limited(Limit why) {
            return new Limited(
                    why.what(), why.evidence(), why.remedy(), why.verdict().orElse(null));
        }

        private static @Nullable Long known(OptionalLong n) {
            return n.isPresent() ? (Long) n.getAsLong() : null;
        }

        private Answer answer(Found found, Maximum.Request request) {
            Optional<Limit> limit = found.limit();
            double held = found.held().toMillis() / 1e3;
            Json json = new Json(
                    found.maximum(),
                    unit(),
                    known(found.predicted()),
                    found.predictedBy(),
                    found.end().toString(),
                    limit.map(Finder::limited).orElse(null),
                    request.width(),
                    held,
                    found.runs().stream()
                            .map(run -> new Searched(run.maximum(), known(run.failedAt()), run.held(), run.steps()))
                            .toList(),
                    found.lifted().stream()
                            .map(one -> new Raised(one.at(), limited(one.limit()), one.by()))
                            .toList());
            List<Object> row = List.of(
                    found.maximum(),
                    found.predicted().isPresent() ? (Object) found.predicted().getAsLong() : "",
                    found.end().toString(),
                    limit.map(Limit::what).orElse(""),
                    held,
                    found.runs().stream().flatMapToLong(run -> run.failedAt().stream()).min().stream()
                            .mapToObj(Long::toString)
                            .findFirst()
                            .orElse(""),
                    limit.map(Limit::evidence).orElse(""),
                    limit.map(Limit::remedy).orElse(""));
            return new Answer(json, new Table(COLUMNS, List.of(row)), lines(found, request));
        }

        private List<String> lines(Found found, Maximum.Request request) {
            List<String> lines = new ArrayList<>();
            found.lifted()
                    .forEach(one -> lines.add("%s · %s · lifted by %s"
                            .formatted(Quantity.text(one.at()), one.limit().what(), one.by())));
            Optional<Limit> limit = found.limit();
            long held = found.runs().stream().filter(Once::held).count();
            String text = "maximum " + Quantity.text(found.maximum())
                    + per()
                    + (found.predicted().isPresent()
                            ? " (predicted " + Quantity.text(found.predicted().getAsLong()) + ")"
                            : "");
            text += switch (found.end()) {
                case INTERRUPTED -> " so far · interrupted";
                case TIME_BUDGET -> " so far · no time for more";
                case GENERATOR -> " · the generator is the limit";
                default -> limit.map(why -> " · limited by " + why.what()).orElse(" · nothing stopped more");
            };
            text += held == 0
                    ? " · not held"
                    : " · held " + Quantity.text(found.held()) + ", 0 lost"
                            + (request.repeat() > 1 ? ", " + held + " times of " + request.repeat() : "");
            lines.add(text);
            limit.ifPresent(why -> {
                lines.add("  evidence: " + why.evidence());
                lines.add("  remedy: " + why.remedy());
            });
            if (found.runs().stream().mapToLong(Once::maximum).distinct().count() > 1) {
                lines.add("  each time: "
                        + found.runs().stream()
                                .map(run -> Quantity.text(run.maximum()))
                                .collect(Collectors.joining(", ")));
            }
            return lines;
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
            return label.equals(SetCommand.RATE)
                    ? List.of(Converters.UNLIMITED)
                    : HostWords.candidates(label, context, state -> state != State.STARTING);
        }
    }
}
