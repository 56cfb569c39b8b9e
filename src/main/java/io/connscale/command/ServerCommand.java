package io.connscale.command;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.google.auto.service.AutoService;
import io.connscale.api.Connscale;
import io.connscale.api.ConnscaleException;
import io.connscale.api.ServerState;
import io.connscale.api.ServerState.Listener;
import io.connscale.console.Answer;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.AgentException;
import io.connscale.control.Quantity;
import io.connscale.diagnosis.Readings;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * {@code server [status|start|stop]}.
 *
 * <pre>
 * server  127.0.0.1:8989 (backlog 1024) · epoll
 *         10,000 established · 10,000 accepted · 40,000 pings
 * </pre>
 */
@AutoService(Command.class)
@CommandLine.Command(
        name = "server",
        description = "The Ping/Pong server: its state, or start or stop it.",
        subcommands = {ServerCommand.Status.class, ServerCommand.Start.class, ServerCommand.Stop.class})
public final class ServerCommand implements Command {
    private static final int MAX_PORTS_SHOWN = 4;

    private static final List<Column<Listener>> COLUMNS = List.of(
            new Column<>("address", Listener::address),
            new Column<>("port", listener -> Integer.toString(listener.port())),
            new Column<>("backlog asked", Listener::backlogAsked),
            new Column<>("backlog given", one -> one.backlogGiven() == null ? "" : one.backlogGiven()));

    @Override
    public Answer run(CommandContext context) throws InterruptedException {
        return now(context);
    }

    /** {@code server status}. */
    @CommandLine.Command(name = "status", description = "Where it listens, and what it has counted.")
    static final class Status implements Command {
        @Override
        public Answer run(CommandContext context) throws InterruptedException {
            return now(context);
        }
    }

    /** {@code server start}. */
    @CommandLine.Command(name = "start", description = "Listen on all its ports.")
    static final class Start implements Command {
        @Override
        public Answer run(CommandContext context) {
            context.scale().startServer();
            return answer(context.scale().server());
        }
    }

    /** {@code server stop}. */
    @CommandLine.Command(name = "stop", description = "Close its ports and all its connections.")
    static final class Stop implements Command {
        @Override
        public Answer run(CommandContext context) {
            long closed = context.scale().stopServer();
            return answer(
                    context.scale().server(),
                    List.of("server  stopped · " + Quantity.text(closed) + " connections closed"));
        }
    }

    /**
     * Of somebody else's.
     *
     * @param target what it is, and what is said to it
     * @param established by the kernel's count where it runs; null: not read, or unknown
     * @param read what is read there; null: nothing
     * @param notRead why not; null: it is, or need not be
     */
    record Foreign(
            String state,
            String target,
            @Nullable Long established,
            TargetText.@Nullable Json read,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String notRead) {}

    private static Answer now(CommandContext context) throws InterruptedException {
        Optional<String> target = context.scale().target();
        return target.isPresent()
                ? foreign(context, target.get())
                : answer(context.scale().server());
    }

    private static Answer foreign(CommandContext context, String target) throws InterruptedException {
        Readings now = context.scale().readings(context.scale().counting(), true);
        TargetText text = TargetText.of(now, now, false);
        AgentException why = now.silent();
        List<String> lines = new ArrayList<>(
                List.of("server  " + target + (text == null ? " · " + StatsCommand.Foreign.notRead(why) : "")));
        if (text != null) {
            lines.add("        " + text.line());
            text.unread().forEach(line -> lines.add("        " + line));
        }
        return new Answer(
                new Foreign(
                        "foreign",
                        target,
                        text == null ? null : text.reading().now().established(),
                        text == null ? null : text.json(),
                        why == null ? null : why.message()),
                Table.of(COLUMNS, List.of()),
                lines);
    }

    private static Answer answer(ServerState server) {
        return answer(server, lines(server));
    }

    private static Answer answer(ServerState server, List<String> lines) {
        return new Answer(server, Table.of(COLUMNS, server.listeners()), lines);
    }

    static List<String> lines(ServerState server) {
        if (!server.running()) {
            return List.of("server  stopped");
        }
        List<String> lines = new ArrayList<>();
        lines.add("server  " + where(server) + " · " + server.transport());
        lines.add("        %s established · %s accepted · %s pings"
                .formatted(
                        Quantity.text(server.established()),
                        Quantity.text(server.accepted()),
                        Quantity.text(server.pings())));
        if (!server.processes().isEmpty()) {
            lines.add("        " + spread(server.processes()));
        }
        if (!server.errors().isEmpty()) {
            lines.add("        errors: " + errors(server.errors()));
        }
        return lines;
    }

    /** Where the server listens, as below; empty where it does not run, or its host does not answer. */
    public static Optional<String> where(Connscale scale) {
        if (scale.target().isPresent()) {
            return scale.target();
        }
        try {
            ServerState server = scale.server();
            return server.running() ? Optional.of(where(server)) : Optional.empty();
        } catch (ConnscaleException e) {
            return Optional.empty();
        }
    }

    /** {@code 127.0.0.1:8989 (backlog 1024)}, with what the kernel made of the backlog where that is less. */
    private static String where(ServerState server) {
        List<Listener> listeners = server.listeners();
        String ports = listeners.stream()
                .limit(MAX_PORTS_SHOWN)
                .map(listener -> Integer.toString(listener.port()))
                .collect(Collectors.joining(","));
        String more = listeners.size() > MAX_PORTS_SHOWN ? ",… " + listeners.size() + " ports" : "";
        Listener first = listeners.get(0);
        String address = first.address().contains(":") ? "[" + first.address() + "]" : first.address();
        return "%s:%s%s (%s)".formatted(address, ports, more, backlog(first));
    }

    private static String backlog(Listener listener) {
        Integer given = listener.backlogGiven();
        if (given == null) {
            return "backlog %d asked, given unknown".formatted(listener.backlogAsked());
        }
        return given < listener.backlogAsked()
                ? "backlog %d, cut from %d by net.core.somaxconn".formatted(given, listener.backlogAsked())
                : "backlog " + given;
    }

    /** {@code 53 processes · 18,690 to 19,051 connections each · room for 41,733 more}. */
    private static String spread(List<ServerState.ServerProcess> processes) {
        LongSummaryStatistics held = processes.stream()
                .mapToLong(ServerState.ServerProcess::established)
                .summaryStatistics();
        long room =
                processes.stream().mapToLong(ServerState.ServerProcess::room).sum();
        boolean together = processes.stream()
                        .map(ServerState.ServerProcess::pid)
                        .distinct()
                        .count()
                == 1;
        return "%d %s · %s to %s connections each · room for %s more"
                .formatted(
                        processes.size(),
                        together ? "workers in one process" : "processes",
                        Quantity.text(held.getMin()),
                        Quantity.text(held.getMax()),
                        Quantity.text(room));
    }

    /** {@code connect EMFILE 3, receive timeout 1}. */
    static String errors(Map<String, Long> errors) {
        return errors.entrySet().stream()
                .map(error -> error.getKey() + " " + Quantity.text(error.getValue()))
                .collect(Collectors.joining(", "));
    }
}
