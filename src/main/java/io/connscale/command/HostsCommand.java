package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.api.HostState;
import io.connscale.api.HostState.State;
import io.connscale.command.HostAnswers.ByHost;
import io.connscale.console.Answer;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.NameRanges;
import io.connscale.control.NameRanges.Said;
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
 * client3  local     lost     localhost                                               0
 * client3 lost: its agent ended with exit code 137 (SIGKILL)
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

    /** In JSON; what an agent says of itself is missing where none was started, and why it was lost where it was not. */
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

        record Lost(String launched, String state, String address, long established, String why) implements Json {}

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
                    .orElseGet(() -> host.state() == State.LOST
                            ? new Lost(host.launched(), state, host.address(), host.established(), host.why())
                            : new WithoutAgent(host.launched(), state, host.address(), host.established()));
        }
    }

    @Override
    public Answer run(CommandContext context) {
        List<HostState> hosts = context.scale().states();
        Map<String, Json> json = new LinkedHashMap<>();
        hosts.forEach(host -> json.put(host.name(), Json.of(host)));
        List<String> unlisted = context.scale().unlisted();
        Table table = Table.of(COLUMNS, hosts);
        List<String> below = new ArrayList<>(lost(hosts));
        unlisted.forEach(source -> below.add(source + ": not listed yet, start lists them"));
        if (hosts.isEmpty()) {
            return new Answer(new ByHost<>(json), table, below);
        }
        boolean few = hosts.size() <= NameRanges.FEW;
        return new Answer(new ByHost<>(json), table, few ? List.of() : folded(hosts), below);
    }

    private static List<String> lost(List<HostState> hosts) {
        return Said.fold(hosts.stream()
                        .filter(host -> host.state() == State.LOST)
                        .map(host -> Said.of(host.name() + " lost: " + host.why()))
                        .toList())
                .stream()
                .map(Said::text)
                .toList();
    }

    /** Of many hosts without the number of each process, those that were lost first. */
    private static List<String> folded(List<HostState> hosts) {
        List<State> order = List.of(State.LOST, State.STARTING, State.STOPPED, State.READY);
        List<HostState> sorted = hosts.stream()
                .sorted(Comparator.comparing(host -> order.indexOf(host.state())))
                .toList();
        return Table.of(
                        COLUMNS.stream()
                                .filter(column -> !column.name().equals("pid"))
                                .toList(),
                        sorted)
                .folded()
                .lines();
    }

    /** What the agent said of itself; empty where none has. */
    private static Object told(HostState host, Function<HostState.Agent, Object> what) {
        return host.agent().map(what).orElse("");
    }
}
