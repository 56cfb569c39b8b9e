package io.connscale.command;

import io.connscale.control.AgentException;
import io.connscale.control.Quantity;
import io.connscale.control.Server;
import io.connscale.control.ServerStatus;
import io.connscale.control.ServerStatus.Listener;
import io.connscale.control.ServerStatus.ServerProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The server in words, for {@code server} and for the console's first line. */
public final class ServerText {
    private static final int MAX_PORTS_SHOWN = 4;

    private ServerText() {}

    /** As below; empty where it does not run, or its host does not answer. */
    public static Optional<String> where(Server server) {
        if (server.foreign().isPresent()) {
            return server.foreign();
        }
        try {
            ServerStatus status = server.status();
            return status.running() ? Optional.of(where(status)) : Optional.empty();
        } catch (AgentException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the console is being ended
            return Optional.empty();
        }
    }

    /** {@code 127.0.0.1:8989 (backlog 1024)}, with what the kernel made of the backlog where that is less. */
    private static String where(ServerStatus status) {
        List<Listener> listeners = status.listeners();
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

    static List<String> lines(ServerStatus status) {
        if (!status.running()) {
            return List.of("server  stopped");
        }
        List<String> lines = new ArrayList<>();
        lines.add("server  " + where(status) + " · " + status.transport());
        lines.add("        %s established · %s accepted · %s pings"
                .formatted(
                        Quantity.text(status.established()),
                        Quantity.text(status.accepted()),
                        Quantity.text(status.pings())));
        if (!status.processes().isEmpty()) {
            lines.add("        " + spread(status.processes()));
        }
        if (!status.errors().isEmpty()) {
            lines.add("        errors: " + errors(status.errors()));
        }
        return lines;
    }

    /** {@code 53 processes · 18,690 to 19,051 connections each · room for 41,733 more}. */
    private static String spread(List<ServerProcess> processes) {
        LongSummaryStatistics held =
                processes.stream().mapToLong(ServerProcess::established).summaryStatistics();
        long room = processes.stream().mapToLong(ServerProcess::room).sum();
        return "%d processes · %s to %s connections each · room for %s more"
                .formatted(
                        processes.size(),
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
