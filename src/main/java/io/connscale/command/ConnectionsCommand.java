package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.cluster.State;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.Agent;
import io.connscale.control.AgentException;
import io.connscale.control.AgentGroup;
import io.connscale.control.Closed;
import io.connscale.control.Quantity;
import io.connscale.control.Rate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
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

    /** {@code connections start}. */
    @CommandLine.Command(
            name = "start",
            description = "N more connections on each host; returns when all are established or failed.")
    static final class Start implements Command {
        @Parameters(index = "0", paramLabel = "N", description = "1000, 10k, 1.5M", converter = CountWord.class)
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
                converter = SetCommand.RateWord.class)
        private @Nullable Rate rate;

        @Option(names = "--total", description = "N in all, shared out over the hosts")
        private boolean total;

        @Option(names = "--force", description = "even where they would use up a machine's memory")
        private boolean force;

        @Option(
                names = "--stop-on-limit",
                description = "end on a host where connections fail and none comes up for 3 s")
        private boolean stopOnLimit;

        @Option(names = "--no-wait", description = "run in the background; the result is printed when it is done")
        private boolean noWait;

        @Override
        public Answer run(CommandContext context) throws CommandException, InterruptedException {
            AgentGroup agents = agents(context, hosts);
            ServerCommand.check(context);
            int n = agents.members().size();
            long[] counts = total ? AgentGroup.shares(count, n) : each(n);
            CapacityCheck.begin(context, byHost(agents, counts), rate, force);
            makeRoom(context, Arrays.stream(counts).sum());
            Opening opening = new Opening(context, agents, counts, rate, stopOnLimit);
            if (noWait) {
                opening.tellWhenDone(context);
                return opening.attempted();
            }
            return opening.await(context);
        }

        private static Map<String, Long> byHost(AgentGroup agents, long[] counts) {
            Map<String, Long> wanted = new LinkedHashMap<>();
            int at = 0;
            for (String host : agents.members().keySet()) {
                wanted.put(host, counts[at++]);
            }
            return wanted;
        }

        private static void makeRoom(CommandContext context, long connections)
                throws CommandException, InterruptedException {
            context.shell().progress("making room for " + Quantity.text(connections) + " at the server");
            try {
                context.server().makeRoom(connections);
            } catch (AgentException e) {
                throw HostWords.failure(e);
            }
        }

        private long[] each(int hosts) {
            long[] counts = new long[hosts];
            Arrays.fill(counts, count);
            return counts;
        }

        @Override
        public List<String> candidates(String label, CommandContext context) {
            return label.equals(SetCommand.RATE)
                    ? List.of(Rate.UNLIMITED.toString())
                    : HostWords.candidates(label, context, state -> state == State.READY);
        }
    }

    /** {@code connections stop}. */
    @CommandLine.Command(name = "stop", description = "End the N oldest on each host, or all.")
    static final class Stop implements Command {
        private record Stopped(String host, Closed closed) {}

        private static final List<Column<Stopped>> COLUMNS = List.of(
                new Column<>("host", Stopped::host),
                new Column<>("stopped", s -> s.closed().closed()),
                new Column<>("established", s -> s.closed().established()));

        @Parameters(index = "0", paramLabel = "N", description = "1000, 10k, all", converter = CountOrAllWord.class)
        private long count;

        @Parameters(
                index = "1..*",
                paramLabel = HostWords.LABEL,
                arity = "1..*",
                description = "a name, a pattern, or all")
        private List<String> hosts = new ArrayList<>();

        @Override
        public Answer run(CommandContext context) throws CommandException, InterruptedException {
            Map<String, CompletableFuture<Closed>> closing = new LinkedHashMap<>();
            for (Map.Entry<String, Agent> agent :
                    agents(context, hosts).members().entrySet()) {
                closing.put(agent.getKey(), close(agent.getValue()));
            }
            try {
                return HostAnswers.whileAlive(closing, () -> context.shell().progress(left(context, closing.keySet())))
                        .answer(Stop::answer);
            } catch (InterruptedException e) {
                HostAnswers<Closed> soFar = HostAnswers.soFar(closing);
                throw soFar.interrupted(
                        "interrupted; %d of %d hosts have closed theirs, the others go on closing"
                                .formatted(soFar.done().size(), closing.size()),
                        "count shows how far they are",
                        Stop::answer);
            }
        }

        /** As the agents say it once a second. */
        private static String left(CommandContext context, Set<String> names) {
            long established = context.cluster().statuses().stream()
                    .filter(host -> names.contains(host.name()))
                    .mapToLong(host -> host.counts().established())
                    .sum();
            return "closing · " + Quantity.text(established) + " established";
        }

        /** All means those that are still being opened ({@code --no-wait}), too. */
        private CompletableFuture<Closed> close(Agent agent) {
            return count == Quantity.MAX
                    ? agent.stopOpening().thenCompose(stopped -> agent.close(count))
                    : agent.close(count);
        }

        private static Answer answer(Map<String, Closed> closed) {
            Map<String, Object> json = new LinkedHashMap<>();
            List<Stopped> all = new ArrayList<>();
            closed.forEach((host, one) -> {
                Map<String, Object> numbers = new LinkedHashMap<>();
                numbers.put("stopped", one.closed());
                numbers.put("established", one.established());
                json.put(host, numbers);
                all.add(new Stopped(host, one));
            });
            List<String> lines = all.stream()
                    .map(s -> "%s  %s stopped · %s established"
                            .formatted(s.host, Quantity.text(s.closed.closed()), Quantity.text(s.closed.established())))
                    .toList();
            return new Answer(Map.of("hosts", json), Table.of(COLUMNS, all), lines);
        }

        @Override
        public List<String> candidates(String label, CommandContext context) {
            return label.equals("N")
                    ? List.of("all")
                    : HostWords.candidates(label, context, state -> state == State.READY);
        }
    }

    private static AgentGroup agents(CommandContext context, List<String> hosts) throws CommandException {
        try {
            return context.cluster().agents(context.cluster().select(hosts));
        } catch (AgentException e) {
            throw HostWords.failure(e);
        }
    }

    /** N as picocli converts it. */
    static final class CountWord implements ITypeConverter<Long> {
        @Override
        public Long convert(String typed) {
            return Quantity.count(typed);
        }
    }

    /** N, or all. */
    static final class CountOrAllWord implements ITypeConverter<Long> {
        @Override
        public Long convert(String typed) {
            return typed.equals("all") ? Quantity.MAX : new CountWord().convert(typed);
        }
    }
}
