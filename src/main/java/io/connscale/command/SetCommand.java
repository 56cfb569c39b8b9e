package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.cluster.config.ClientConfig;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.control.Quantity;
import io.connscale.control.Rate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Parameters;

/** {@code set interval|timeout|rate VALUE [HOST...]}: changes it now, for running connections too. */
@AutoService(Command.class)
@CommandLine.Command(
        name = "set",
        description = "Change interval, timeout or rate now, for running connections too.",
        subcommands = {SetCommand.Interval.class, SetCommand.Timeout.class, SetCommand.RateOf.class})
public final class SetCommand implements Command {
    static final String RATE = "RATE";
    private static final List<String> COLUMNS = List.of("host", "interval", "timeout", "rate");

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        return shown(context, context.cluster().names());
    }

    /** {@code set interval}. */
    @CommandLine.Command(name = "interval", description = "Time between two Pings of a connection.")
    static final class Interval extends Setting {
        @Parameters(index = "0", paramLabel = "DURATION", description = "500ms, 5s, 2m", converter = DurationWord.class)
        private Duration value = Duration.ZERO;

        @Override
        ClientConfig change(ClientConfig now) {
            return new ClientConfig(value, now.timeout(), now.rate());
        }
    }

    /** {@code set timeout}. */
    @CommandLine.Command(name = "timeout", description = "A connection without a Pong for so long is ended.")
    static final class Timeout extends Setting {
        @Parameters(index = "0", paramLabel = "DURATION", description = "500ms, 5s, 2m", converter = DurationWord.class)
        private Duration value = Duration.ZERO;

        @Override
        ClientConfig change(ClientConfig now) {
            return new ClientConfig(now.interval(), value, now.rate());
        }
    }

    /** {@code set rate}. */
    @CommandLine.Command(name = "rate", description = "New connections per second while they are being opened.")
    static final class RateOf extends Setting {
        @Parameters(index = "0", paramLabel = RATE, description = "5000, 10k, unlimited", converter = RateWord.class)
        private Rate value = Rate.UNLIMITED;

        @Override
        ClientConfig change(ClientConfig now) {
            return new ClientConfig(now.interval(), now.timeout(), value);
        }
    }

    /** What the three have in common: which hosts, and the answer. */
    abstract static class Setting implements Command {
        @Parameters(
                index = "1..*",
                paramLabel = HostWords.LABEL,
                arity = "0..*",
                description = "these hosts; default: all")
        private List<String> hosts = new ArrayList<>();

        abstract ClientConfig change(ClientConfig now);

        @Override
        public Answer run(CommandContext context) throws CommandException, InterruptedException {
            List<String> names = HostWords.names(context, hosts.isEmpty() ? List.of("all") : hosts);
            UnaryOperator<ClientConfig> change = this::change;
            Map<String, CompletableFuture<Void>> changing = new LinkedHashMap<>();
            names.forEach(name -> changing.put(name, context.cluster().change(name, change)));
            return HostAnswers.of(changing).answer(done -> shown(context, names));
        }

        @Override
        public List<String> candidates(String label, CommandContext context) {
            return label.equals(RATE)
                    ? List.of(Rate.UNLIMITED.toString())
                    : HostWords.candidates(label, context, state -> true);
        }
    }

    /** RATE as picocli converts it. */
    static final class RateWord implements ITypeConverter<Rate> {
        @Override
        public Rate convert(String typed) {
            return Rate.parse(typed);
        }
    }

    private static Answer shown(CommandContext context, List<String> names) {
        Map<String, Object> byHost = new LinkedHashMap<>();
        List<List<Object>> rows = new ArrayList<>();
        for (String name : names) {
            ClientConfig client = context.cluster().status(name).config().client();
            String interval = Quantity.text(client.interval());
            String timeout = Quantity.text(client.timeout());
            Object rate =
                    client.rate().unlimited() ? "unlimited" : client.rate().perSecond();
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("interval", interval);
            json.put("timeout", timeout);
            json.put("rate", rate);
            byHost.put(name, json);
            rows.add(List.of(name, interval, timeout, rate));
        }
        return new Answer(Map.of("hosts", byHost), new Table(COLUMNS, rows), List.of());
    }
}
