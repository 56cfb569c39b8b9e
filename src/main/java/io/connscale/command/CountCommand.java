package io.connscale.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.auto.service.AutoService;
import io.connscale.api.ConnscaleException;
import io.connscale.api.Count;
import io.connscale.api.HostState.State;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.control.NameRanges;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/**
 * {@code count}: established at both ends, and the difference where the ends can be compared.
 *
 * <pre>
 *             established  connecting  failed  lost
 * server           10,000
 * client1          10,000           0       0     0
 * difference            0
 * </pre>
 */
@AutoService(Command.class)
@CommandLine.Command(
        name = "count",
        description = "Connections at the server and at each host, side by side, and the difference.")
public final class CountCommand implements Command {
    private static final List<String> SHOWN = List.of("", "established", "connecting", "failed", "lost");
    private static final List<String> CSV = List.of("kind", "name", "established", "connecting", "failed", "lost");

    /** In JSON. */
    private record Json(
            AtServer server,
            Map<String, Count.Host> hosts,
            long established,
            @Nullable Long difference,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String incomparable,

            @JsonInclude(JsonInclude.Include.NON_NULL) Count.@Nullable Evidence explanation) {}

    private record AtServer(@Nullable Long established) {}

    @Parameters(paramLabel = HostWords.LABEL, arity = "0..*", description = "only these hosts")
    private List<String> hosts = new ArrayList<>();

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        List<String> names = hosts.isEmpty() ? context.scale().counting() : HostWords.names(context, hosts);
        Count count = context.scale().count(names);
        String absent = context.scale().target().isPresent()
                ? "not read"
                : count.serverFailure().isPresent() ? "unknown" : "stopped";
        List<ConnscaleException> failures = new ArrayList<>(count.failures().values());
        count.serverFailure().ifPresent(failures::add);
        return HostAnswers.of(count.hosts(), failures).answer(done -> answer(count, absent));
    }

    private static Answer answer(Count count, String absent) {
        boolean incomparable = count.difference().isEmpty();
        Json json = new Json(
                new AtServer(known(count.server())),
                count.hosts(),
                count.established(),
                known(count.difference()),
                incomparable ? count.explanation() : null,
                count.evidence().orElse(null));
        List<String> lines = new ArrayList<>(shown(count, absent).lines());
        if (!count.explanation().isEmpty()) {
            lines.add((incomparable ? "not comparable: " : "") + count.explanation());
        }
        return new Answer(json, new Table(CSV, csv(count)), lines);
    }

    private static @Nullable Long known(OptionalLong count) {
        return count.isPresent() ? (Long) count.getAsLong() : null;
    }

    private static Table shown(Count count, String absent) {
        List<List<Object>> rows = new ArrayList<>();
        Table hosts = hosts(count);
        boolean folded = hosts.columns().size() > SHOWN.size();
        rows.add(row(folded, "server", cell(count.server(), absent)));
        rows.addAll(hosts.rows());
        if (folded) {
            rows.add(List.of(
                    "sum",
                    (long) count.hosts().size(),
                    count.established(),
                    sum(count, Count.Host::connecting),
                    sum(count, Count.Host::failed),
                    sum(count, Count.Host::lost)));
        }
        count.difference().ifPresent(difference -> rows.add(row(folded, "difference", difference)));
        return new Table(hosts.columns(), rows);
    }

    private static List<Object> row(boolean folded, String name, Object established) {
        return folded ? List.of(name, "", established, "", "", "") : List.of(name, established, "", "", "");
    }

    private static long sum(Count count, ToLongFunction<Count.Host> of) {
        return count.hosts().values().stream().mapToLong(of).sum();
    }

    /** Of many those first that lost connections, or had some fail. */
    private static Table hosts(Count count) {
        List<List<Object>> rows = new ArrayList<>();
        count.hosts()
                .forEach((host, now) -> rows.add(
                        List.of(HostWords.row(host), now.established(), now.connecting(), now.failed(), now.lost())));
        if (rows.size() > NameRanges.FEW) {
            rows.sort(Comparator.comparing(
                    row -> row.get(3).equals(0L) && row.get(4).equals(0L)));
        }
        return new Table(SHOWN, rows).folded();
    }

    private static List<List<Object>> csv(Count count) {
        List<List<Object>> rows = new ArrayList<>();
        rows.add(List.of("server", "server", cell(count.server(), ""), "", "", ""));
        count.hosts()
                .forEach((host, now) ->
                        rows.add(List.of("host", host, now.established(), now.connecting(), now.failed(), now.lost())));
        return rows;
    }

    private static Object cell(OptionalLong count, String absent) {
        return count.isPresent() ? (Object) count.getAsLong() : absent;
    }

    @Override
    public List<String> candidates(String label, CommandContext context) {
        return HostWords.candidates(label, context, state -> state != State.STOPPED);
    }
}
