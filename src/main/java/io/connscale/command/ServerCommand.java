package io.connscale.command;

import com.google.auto.service.AutoService;
import io.connscale.console.Answer;
import io.connscale.console.CommandException;
import io.connscale.console.Table;
import io.connscale.console.Table.Column;
import io.connscale.control.AgentException;
import io.connscale.control.Quantity;
import io.connscale.control.ServerStatus;
import io.connscale.control.ServerStatus.Listener;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
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
    private static final List<Column<Listener>> COLUMNS = List.of(
            new Column<>("address", Listener::address),
            new Column<>("port", listener -> Integer.toString(listener.port())),
            new Column<>("backlog asked", Listener::backlogAsked),
            new Column<>("backlog given", one -> one.backlogGiven() == null ? "" : one.backlogGiven()));

    @Override
    public Answer run(CommandContext context) throws CommandException, InterruptedException {
        return status(context, context.server().foreign());
    }

    /** {@code server status}. */
    @CommandLine.Command(name = "status", description = "Where it listens, and what it has counted.")
    static final class Status implements Command {
        @Override
        public Answer run(CommandContext context) throws CommandException, InterruptedException {
            return status(context, context.server().foreign());
        }
    }

    /** {@code server start}. */
    @CommandLine.Command(name = "start", description = "Listen on all its ports.")
    static final class Start implements Command {
        @Override
        public Answer run(CommandContext context) throws CommandException, InterruptedException {
            try {
                context.server().start();
            } catch (AgentException e) {
                throw context.server().refusal().map(ServerCommand::notStarted).orElseGet(() -> HostWords.failure(e));
            }
            tellAgents(context);
            return answer(status(context));
        }
    }

    /** In words for the user. */
    public static CommandException notStarted(AgentException why) {
        return new CommandException("server not started: " + why.message(), why.hint());
    }

    /**
     * Before connections are opened: one that should have started and did not leaves the clients to somebody else's server, or
     * to none, and what then is counted is not what was asked for.
     */
    static void check(CommandContext context) throws CommandException {
        Optional<AgentException> refusal = context.server().refusal();
        if (refusal.isPresent()) {
            throw notStarted(refusal.get());
        }
        if (context.cluster().targets().stream().anyMatch(target -> target.endsWith(":0"))) {
            throw new CommandException(
                    "server not started: ports: 0 is a free port, chosen at its start", "server start");
        }
    }

    /** The server now, for commands. */
    static ServerStatus status(CommandContext context) throws CommandException, InterruptedException {
        try {
            return context.server().status();
        } catch (AgentException e) {
            throw HostWords.failure(e);
        }
    }

    /** Where any free port was asked for, it is another one now. */
    private static void tellAgents(CommandContext context) throws InterruptedException {
        Map<String, CompletableFuture<Void>> told = new LinkedHashMap<>();
        context.cluster()
                .names()
                .forEach(name -> told.put(name, context.cluster().change(name, UnaryOperator.identity())));
        HostAnswers.of(told).failed().forEach((host, why) -> context.shell().notice(why.message()));
    }

    /** {@code server stop}. */
    @CommandLine.Command(name = "stop", description = "Close its ports and all its connections.")
    static final class Stop implements Command {
        @Override
        public Answer run(CommandContext context) throws CommandException, InterruptedException {
            long closed = status(context).established();
            try {
                context.server().stop();
            } catch (AgentException e) {
                throw HostWords.failure(e);
            }
            ServerStatus status = status(context);
            return new Answer(
                    json(status),
                    Table.of(COLUMNS, status.listeners()),
                    List.of("server  stopped · " + Quantity.text(closed) + " connections closed"));
        }
    }

    /** @param foreign what it is where it is somebody else's, of which nothing is known */
    private static Answer status(CommandContext context, Optional<String> foreign)
            throws CommandException, InterruptedException {
        if (foreign.isEmpty()) {
            return answer(status(context));
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("state", "foreign");
        json.put("target", foreign.get());
        json.put("established", null);
        return new Answer(json, Table.of(COLUMNS, List.of()), List.of("server  " + foreign.get() + " · not read"));
    }

    private static Answer answer(ServerStatus status) {
        return new Answer(json(status), Table.of(COLUMNS, status.listeners()), ServerText.lines(status));
    }

    private static Map<String, Object> json(ServerStatus status) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("state", status.running() ? "running" : "stopped");
        json.put("transport", status.transport());
        json.put("listeners", status.listeners());
        json.put("established", status.established());
        json.put("accepted", status.accepted());
        json.put("pings", status.pings());
        json.put("errors", status.errors());
        json.put("workers", Math.max(1, status.processes().size()));
        json.put("processes", status.processes());
        return json;
    }
}
