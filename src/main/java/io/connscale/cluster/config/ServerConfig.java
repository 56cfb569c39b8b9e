package io.connscale.cluster.config;

import io.connscale.control.ServerSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The Ping/Pong server.
 *
 * @param bind where it listens: an address or name of its machine, or a wildcard ({@code 0.0.0.0}, {@code ::}, {@code *})
 * @param address what clients connect to
 * @param ports distinct; a 0 is any free port, for trying out
 * @param backlog the accept queue it asks for, in connections; the kernel cuts it to {@code net.core.somaxconn}
 * @param acceptors how many accept side by side
 * @param autostart whether it starts with the console
 * @param on the name of the host it runs on, or empty for the console's own process
 * @param patience how long a Ping may be unfinished
 * @param keepalive how long a client may be silent before its kernel is asked whether it is still there; zero: never
 */
public record ServerConfig(
        String bind,
        String address,
        List<Integer> ports,
        int backlog,
        int acceptors,
        boolean autostart,
        Optional<String> on,
        Workers workers,
        Duration patience,
        Duration keepalive) {
    public static final int MOST_BACKLOG = 1_000_000;
    public static final int MOST_ACCEPTORS = 1024;
    public static final ServerConfig DEFAULT = new ServerConfig(
            "127.0.0.1",
            "127.0.0.1",
            List.of(8989),
            1024,
            2,
            true,
            Optional.empty(),
            Workers.AUTO,
            ServerSettings.PATIENCE,
            ServerSettings.KEEPALIVE);

    public ServerConfig {
        Address.bind(bind);
        Address.checked(address);
        ports = Checks.distinct("port", List.copyOf(ports));
        ports.forEach(port -> Checks.inRange("a port", port, 0, Ports.MOST));
        Checks.inRange("ports", ports.size(), 1, Ports.MOST);
        Checks.inRange("backlog", backlog, 1, MOST_BACKLOG);
        Checks.inRange("acceptors", acceptors, 1, MOST_ACCEPTORS);
    }

    /** What the server is told, wherever it runs. */
    public ServerSettings settings() {
        return new ServerSettings(bind, ports, backlog, acceptors)
                .withWorkers(workers.most())
                .with(patience, keepalive);
    }
}
