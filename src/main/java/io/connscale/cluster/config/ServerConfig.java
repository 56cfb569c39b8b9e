package io.connscale.cluster.config;

import io.connscale.control.ServerSettings;
import io.connscale.net.Layers;
import io.connscale.net.TlsSettings;
import io.connscale.net.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The Ping/Pong server.
 *
 * @param bind where it listens: an address or name of its machine, or a wildcard ({@code 0.0.0.0}, {@code ::}, {@code *})
 * @param address what clients connect to: a name or an address; with a port ({@code host:port}) where the only one of {@code ports} is mapped to
 *     another on the way
 * @param ports distinct; a 0 is any free port, for trying out
 * @param backlog the accept queue it asks for, in connections; the kernel cuts it to {@code net.core.somaxconn}
 * @param acceptors how many accept side by side
 * @param autostart whether it starts with the console
 * @param on the name of the host it runs on, or empty for the console's own process
 * @param patience how long a Ping may be unfinished
 * @param keepalive how long a client may be silent before its kernel is asked whether it is still there; zero: never
 * @param tls without a certificate where one is to be made
 * @param transport of the console's process, where it runs unless {@code on} says otherwise
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
        Duration keepalive,
        Optional<TlsSettings> tls,
        String transport) {
    public static final int MAX_BACKLOG = 1_000_000;
    public static final int MAX_ACCEPTORS = 1024;
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

    /** Without TLS, by the best transport that there is. */
    public ServerConfig(
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
        this(
                bind,
                address,
                ports,
                backlog,
                acceptors,
                autostart,
                on,
                workers,
                patience,
                keepalive,
                Optional.empty(),
                Transport.AUTO);
    }

    public ServerConfig {
        Address.bind(bind);
        SshAddress to = endpoint(address);
        Checks.check(
                to.port().isEmpty() || ports.size() == 1,
                address,
                "has a port, and so have several ports: leave one out");
        ports = Checks.distinct("port", List.copyOf(ports));
        ports.forEach(port -> Checks.inRange("a port", port, 0, Address.MAX_PORT));
        Checks.inRange("ports", ports.size(), 1, Address.MAX_PORT);
        Checks.inRange("backlog", backlog, 1, MAX_BACKLOG);
        Checks.inRange("acceptors", acceptors, 1, MAX_ACCEPTORS);
    }

    /** {@code host}, {@code host:port} or {@code [v6]:port}. */
    static SshAddress endpoint(String address) {
        SshAddress endpoint = SshAddress.parse(address);
        Checks.check(endpoint.user().isEmpty(), address, "is not an address or host name");
        return endpoint;
    }

    /** What clients connect to, a {@code host:port} or {@code [v6]:port} for each of {@code listening}. */
    public List<String> targets(String host, List<Integer> listening) {
        OptionalInt mapped = endpoint(address).port();
        String bracketed = host.contains(":") ? "[" + host + "]" : host;
        return (mapped.isPresent() ? List.of(mapped.getAsInt()) : listening)
                .stream().map(port -> bracketed + ":" + port).toList();
    }

    /** The host of {@link #address()}. */
    public String host() {
        return endpoint(address).host();
    }

    /** What the server is told, wherever it runs. */
    public ServerSettings settings() {
        return new ServerSettings(bind, ports, backlog, acceptors)
                .withWorkers(workers.max())
                .with(patience, keepalive)
                .withTls(tls.orElse(null));
    }

    ServerConfig withTls(TlsSettings with) {
        return new ServerConfig(
                bind,
                address,
                ports,
                backlog,
                acceptors,
                autostart,
                on,
                workers,
                patience,
                keepalive,
                Optional.of(with),
                transport);
    }

    /** What lies between the sockets of its clients and their Pings. */
    Layers layers() {
        return tls.map(own -> new Layers(null, TlsSettings.client(host()).withFingerprint(own.ownFingerprint())))
                .orElse(Layers.NONE);
    }
}
