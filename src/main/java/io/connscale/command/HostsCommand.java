package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.api.HostState;
import io.connscale.api.HostState.State;
import io.connscale.command.HostAnswers.ByHost;
import io.connscale.console.Answer;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.NameRanges;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * {@code hosts}: what {@code hosts.yaml} names, and what is there.
 *
 * <pre>
 * host     launched  state    address    Java      files   ports  pid    workers  established
 * client1  local     ready    localhost  17.0.15  20,000  28,232  24887        1       10,000
 * client2  local     stopped  localhost
 * </pre>
 */
@AutoService(Command.class)
@CommandLine.Command(
        name = "hosts",
        description = "The hosts: how launched, state, address, Java, file limit, connections.")
public final class HostsCommand implements Command {
    private static final List<Column<HostState>> COLUMNS = List.of(
            new Column<>("host", HostState::name),
            new Column<>("launched", HostState::launched),
            new Column<>("state", host -> host.state().toString()),
            new Column<>("address", HostState::address),
            new Column<>("Java", host -> told(host, HostState.Agent::java)),
            new Column<>("files", host -> told(host, agent -> HostWords.limit(agent.files()))),
            new Column<>("ports", host -> told(host, agent -> HostWords.limit(agent.ports()))),
            new Column<>("pid", host -> told(host, agent -> Long.toString(agent.pid()))),
            new Column<>("workers", host -> told(host, HostState.Agent::workers)),
            new Column<>("established", host -> told(host, agent -> host.established())));

    /** In JSON; what an agent says of itself is missing where none was started. */
    private sealed interface Json {
        record WithAgent(
                String launched,
                String state,
                String address,
                String java,
                @Nullable Long files,
                @Nullable Long ports,
                long pid,
                int workers,
                long established)
                implements Json {}

        record WithoutAgent(String launched, String state, String address, long established) implements Json {}

        static Json of(HostState host) {
            String state = host.state().toString();
            return host.agent()
                    .<Json>map(agent -> new WithAgent(
                            host.launched(),
                            state,
                            host.address(),
                            agent.java(),
                            agent.files(),
                            agent.ports(),
                            agent.pid(),
                            agent.workers(),
                            host.established()))
                    .orElseGet(() -> new WithoutAgent(host.launched(), state, host.address(), host.established()));
        }
    }

    @Override
    public Answer run(CommandContext context) {
        List<HostState> hosts = context.scale().states();
        Map<String, Json> json = new LinkedHashMap<>();
        hosts.forEach(host -> json.put(host.name(), Json.of(host)));
        List<String> unlisted = context.scale().unlisted();
        Table table = Table.of(COLUMNS, hosts);
        if (hosts.size() <= NameRanges.FEW && unlisted.isEmpty()) {
            return new Answer(new ByHost<>(json), table, List.of());
        }
        List<String> lines = new ArrayList<>();
        if (!hosts.isEmpty()) {
            lines.addAll(shown(hosts, table).lines());
        }
        unlisted.forEach(source -> lines.add(source + ": not listed yet, start lists them"));
        return new Answer(new ByHost<>(json), table, lines);
    }

    /** Of many hosts without the number of each process, those that were lost first. */
    private static Table shown(List<HostState> hosts, Table table) {
        if (hosts.size() <= NameRanges.FEW) {
            return table;
        }
        List<State> order = List.of(State.LOST, State.STARTING, State.STOPPED, State.READY);
        List<HostState> sorted = hosts.stream()
                .sorted(Comparator.comparing(host -> order.indexOf(host.state())))
                .toList();
        return Table.of(
                        COLUMNS.stream()
                                .filter(column -> !column.name().equals("pid"))
                                .toList(),
                        sorted)
                .folded();
    }

    /** What the agent said of itself; empty where none has. */
    private static Object told(HostState host, Function<HostState.Agent, Object> what) {
        return host.agent().map(what).orElse("");
    }
}
