package io.connscale.server;

import io.connscale.control.AgentException;
import io.connscale.kernel.SocketOwners;

/** Why the server can't be started: what and where in one line for the user, and what to do about it. */
final class Refusals {
    private Refusals() {}

    /** {@code errno} of listening on {@code port}, in words; the errors are those of bind(2) and listen(2). */
    static AgentException listening(String bind, int port, String errno) {
        return switch (errno) {
            case "EADDRINUSE" -> taken(bind, port);
            case "EADDRNOTAVAIL" ->
                new AgentException(
                        "%s is not an address of this machine (EADDRNOTAVAIL), for port %d".formatted(bind, port),
                        "ip addr shows them; change bind under server in hosts.yaml, 0.0.0.0 is all of them");
            case "EACCES", "EPERM" ->
                new AgentException(
                        "port %d on %s is not permitted (%s)".formatted(port, bind, errno),
                        "take ports of 1024 and more under server in hosts.yaml (net.ipv4.ip_unprivileged_port_start)");
            case "EMFILE", "ENFILE" ->
                new AgentException(
                        "no file descriptor left to listen on port %d of %s (%s)".formatted(port, bind, errno),
                        "raise ulimit -n, or stop some connections");
            default ->
                new AgentException(
                        "can't listen on port %d of %s (%s)".formatted(port, bind, errno),
                        "check bind and ports under server in hosts.yaml");
        };
    }

    /** The holder is named where it is readable: another user's program is known to root alone. */
    private static AgentException taken(String bind, int port) {
        String address = (bind.contains(":") ? "[" + bind + "]" : bind) + ":" + port;
        String otherwise = "or change ports under server in hosts.yaml; to measure that program: autostart: false";
        return SocketOwners.listening(port)
                .map(owner -> new AgentException(
                        "address in use (%s, held by %s)".formatted(address, owner), "stop it, " + otherwise))
                .orElseGet(() -> new AgentException(
                        "address in use (%s)".formatted(address),
                        "ss -ltnp 'sport = :%d', as root, names the holder; stop it, %s".formatted(port, otherwise)));
    }

    static AgentException loops(int acceptors, String errno) {
        return new AgentException(
                "no event loops for %d acceptors (%s)".formatted(acceptors, errno),
                switch (errno) {
                            case "EAGAIN" -> "raise ulimit -u or pids.max";
                            case "ENOMEM" -> "give the machine or its control group more memory";
                            default -> "raise ulimit -n";
                        }
                        + ", or lower acceptors under server in hosts.yaml");
    }

    static AgentException unresolved(String bind) {
        return new AgentException(
                "no address is known for %s, to listen on".formatted(bind),
                "change bind under server in hosts.yaml: 127.0.0.1, or 0.0.0.0 for all addresses");
    }

    static AgentException silent(long seconds) {
        return new AgentException(
                "the server's event loops have not answered within %d s".formatted(seconds),
                "is the machine overloaded? try again, or server stop and start");
    }

    static AgentException running() {
        return new AgentException("the server is running already", "server stop ends it, server shows it");
    }
}
