package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.cluster.HostStatus;
import io.connscale.command.HostAnswers.ByHost;
import io.connscale.console.Answer;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.Message;
import io.connscale.kernel.Limits;
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
    private static final List<Column<HostStatus>> COLUMNS = List.of(
            new Column<>("host", HostStatus::name),
            new Column<>("launched", HostStatus::launcher),
            new Column<>("state", host -> host.state().toString()),
            new Column<>("address", HostStatus::address),
            new Column<>("Java", host -> told(host, Message.Hello::java)),
            new Column<>(
                    "files", host -> told(host, hello -> limit(hello.limits().softFiles()))),
            new Column<>(
                    "ports", host -> told(host, hello -> limit(hello.limits().ports()))),
            new Column<>("pid", host -> told(host, hello -> Long.toString(hello.pid()))),
            new Column<>("workers", host -> host.hello() == null ? "" : host.workers()),
            new Column<>(
                    "established",
                    host -> host.hello() == null ? "" : host.counts().established()));

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

        static Json of(HostStatus host) {
            String state = host.state().toString();
            Message.Hello hello = host.hello();
            if (hello == null) {
                return new WithoutAgent(
                        host.launcher(), state, host.address(), host.counts().established());
            }
            return new WithAgent(
                    host.launcher(),
                    state,
                    host.address(),
                    hello.java(),
                    Limits.known(hello.limits().softFiles()),
                    Limits.known(hello.limits().ports()),
                    hello.pid(),
                    host.workers(),
                    host.counts().established());
        }
    }

    @Override
    public Answer run(CommandContext context) {
        List<HostStatus> hosts = context.cluster().statuses();
        Map<String, Json> json = new LinkedHashMap<>();
        hosts.forEach(host -> json.put(host.name(), Json.of(host)));
        return new Answer(new ByHost<>(json), Table.of(COLUMNS, hosts), List.of());
    }

    private static Object limit(long limit) {
        return HostWords.limit(Limits.known(limit));
    }

    /** What the agent said of itself; empty where none has. */
    private static Object told(HostStatus host, Function<Message.Hello, Object> what) {
        Message.Hello hello = host.hello();
        return hello == null ? "" : what.apply(hello);
    }
}
