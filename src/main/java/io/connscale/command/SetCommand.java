package io.connscale.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.auto.service.AutoService;
import io.connscale.api.HostSettings;
import io.connscale.api.Opening;
import io.connscale.api.Pending;
import io.connscale.command.HostAnswers.ByHost;
import io.connscale.command.HostAnswers.Row;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.NameRanges;
import io.connscale.control.Quantity;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** {@code set interval|timeout|rate VALUE [HOST...]}: changes it now, for running connections too. */
@AutoService(Command.class)
@CommandLine.Command(
        name = "set",
        description = "Change interval, timeout, rate or the active part now, for running connections too.",
        subcommands = {
            SetCommand.Interval.class,
            SetCommand.Timeout.class,
            SetCommand.RateOf.class,
            SetCommand.Active.class
        })
public final class SetCommand implements Command {
    static final String RATE = "RATE";

    /**
     * In JSON.
     *
     * @param rate a number, or {@code unlimited}
     * @param active the part that sends Pings; left out where all do
     */
    private record Json(
            String interval,
            String timeout,
            Object rate,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Double active) {
        static Json of(HostSettings settings) {
            return new Json(
                    Quantity.text(settings.interval()),
                    Quantity.text(settings.timeout()),
                    settings.perSecond() == Opening.UNLIMITED ? Converters.UNLIMITED : (Object) settings.perSecond(),
                    settings.active() < 1 ? (Double) settings.active() : null);
        }
    }

    private static final List<Column<Row<Json>>> COLUMNS = List.of(
            new Column<>("host", Row::host),
            new Column<>("interval", row -> row.answer().interval),
            new Column<>("timeout", row -> row.answer().timeout),
            new Column<>("rate", row -> row.answer().rate));

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        return answer(context.scale().settings());
    }

    /** {@code set interval}. */
    @CommandLine.Command(name = "interval", description = "Time between two Pings of a connection.")
    static final class Interval extends Setting {
        @Parameters(
                index = "0",
                paramLabel = "DURATION",
                description = "500ms, 5s, 2m",
                converter = Converters.DurationWord.class)
        private Duration value = Duration.ZERO;

        @Override
        HostSettings change(HostSettings now) {
            return now.withInterval(value);
        }
    }

    /** {@code set timeout}. */
    @CommandLine.Command(name = "timeout", description = "A connection without a Pong for so long is ended.")
    static final class Timeout extends Setting {
        @Parameters(
                index = "0",
                paramLabel = "DURATION",
                description = "500ms, 5s, 2m",
                converter = Converters.DurationWord.class)
        private Duration value = Duration.ZERO;

        @Override
        HostSettings change(HostSettings now) {
            return now.withTimeout(value);
        }
    }

    /** {@code set rate}. */
    @CommandLine.Command(name = "rate", description = "New connections per second while they are being opened.")
    static final class RateOf extends Setting {
        @Parameters(
                index = "0",
                paramLabel = RATE,
                description = "5000, 10k, unlimited",
                converter = Converters.RateWord.class)
        private long value;

        @Override
        HostSettings change(HostSettings now) {
            return now.withPerSecond(value);
        }
    }

    /** {@code set active}. */
    @CommandLine.Command(
            name = "active",
            description = "Of the connections this part alone sends Pings, the rest is idle.")
    static final class Active extends Setting {
        @Parameters(
                index = "0",
                paramLabel = "PERCENT",
                description = "5%%, 0.5%%, 100%%",
                converter = Converters.PercentWord.class)
        private double value = 1;

        @Override
        HostSettings change(HostSettings now) {
            return now.withActive(value);
        }
    }

    /** What the four have in common: which hosts, and the answer. */
    abstract static class Setting implements Command {
        @Parameters(
                index = "1..*",
                paramLabel = HostWords.LABEL,
                arity = "0..*",
                description = "these hosts; default: all")
        private List<String> hosts = new ArrayList<>();

        abstract HostSettings change(HostSettings now);

        @Override
        public Answer run(CommandContext context) throws CommandException, InterruptedException {
            List<String> names = HostWords.names(context, hosts.isEmpty() ? List.of(HostWords.ALL) : hosts);
            Pending<HostSettings> changing = context.scale().set(names, this::change);
            try {
                return HostAnswers.of(changing.result()).answer(SetCommand::answer);
            } catch (InterruptedException e) {
                HostAnswers<HostSettings> soFar = HostAnswers.of(changing.soFar());
                throw soFar.interrupted(
                        reached(List.copyOf(soFar.done().keySet()), changing.underWay()),
                        "set it again there; an agent that answers later has it, too",
                        SetCommand::answer);
            }
        }

        @Override
        public List<String> candidates(String label, CommandContext context) {
            return label.equals(RATE)
                    ? List.of(Converters.UNLIMITED)
                    : HostWords.candidates(label, context, state -> true);
        }
    }

    /** {@code interrupted; set on client1, client2 · not confirmed by client3}. */
    static String reached(List<String> reached, List<String> others) {
        return "interrupted; "
                + (reached.isEmpty() ? "confirmed by no host" : "set on " + names(reached))
                + (others.isEmpty() ? "" : " · not confirmed by " + names(others));
    }

    private static String names(List<String> hosts) {
        return hosts.size() > NameRanges.FEW ? NameRanges.fold(hosts) : String.join(", ", hosts);
    }

    private static Answer answer(Map<String, HostSettings> settings) {
        Map<String, Json> json = new LinkedHashMap<>();
        settings.forEach((host, one) -> json.put(host, Json.of(one)));
        List<Column<Row<Json>>> columns = new ArrayList<>(COLUMNS);
        if (json.values().stream().anyMatch(one -> one.active != null)) {
            columns.add(new Column<>("active", row -> percent(row.answer().active)));
        }
        return HostAnswers.answer(new ByHost<>(json), Table.of(columns, HostAnswers.rows(json)), Stream.empty());
    }

    private static String percent(@Nullable Double active) {
        return BigDecimal.valueOf(active == null ? 1 : active)
                        .movePointRight(2)
                        .stripTrailingZeros()
                        .toPlainString()
                + "%";
    }
}
