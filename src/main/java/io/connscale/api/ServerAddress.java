package io.connscale.api;

import io.connscale.cluster.config.ServerConfig;
import io.connscale.control.AgentException;
import io.connscale.control.Server;
import io.connscale.control.ServerStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What agents connect to. Any thread; where any free port was asked for it asks the server, which may be on another host. */
final class ServerAddress {
    private final ServerConfig config;
    private volatile @Nullable Server server;

    ServerAddress(ServerConfig config) {
        this.config = config;
    }

    /** The server is made after the cluster, which may run it. */
    void of(Server made) {
        server = made;
    }

    /** {@code host:port} for each port. */
    List<String> targets() {
        String address = config.address();
        String host = address.contains(":") ? "[" + address + "]" : address;
        return ports().stream().map(port -> host + ":" + port).toList();
    }

    private List<Integer> ports() {
        Server known = server;
        if (!config.ports().contains(0) || known == null) {
            return config.ports();
        }
        try {
            ServerStatus status = known.status();
            return status.running()
                    ? status.listeners().stream()
                            .map(ServerStatus.Listener::port)
                            .toList()
                    : config.ports();
        } catch (AgentException e) {
            return config.ports(); // it does not answer: connecting will say so, address by address
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return config.ports();
        }
    }
}
