package io.connscale.api;

import io.connscale.cluster.Cluster;
import io.connscale.cluster.LocalWorkers;
import io.connscale.cluster.RemoteServer;
import io.connscale.cluster.TargetServer;
import io.connscale.cluster.config.ClusterConfig;
import io.connscale.cluster.config.ServerConfig;
import io.connscale.cluster.launch.ssh.Keyring.Asker;
import io.connscale.control.AgentException;
import io.connscale.control.Server;
import io.connscale.control.ServerSettings;
import io.connscale.diagnosis.Diagnostics;
import io.connscale.diagnosis.DisconnectReporter;
import io.connscale.net.Transport;
import io.connscale.server.MultiProcessServer;
import java.util.Optional;

/**
 * What a {@link Connscale} is made of, wired in one place for programs and the console. Not part of the contract: the console's
 * own commands reach below the API where it has no word for what they show.
 *
 * @param startsServer whether the server starts with it
 * @param cluster the hosts and their agents
 * @param server the Ping/Pong server, wherever it runs
 * @param diagnostics gathers what verdicts need
 */
public record Parts(boolean startsServer, Cluster cluster, Server server, Diagnostics diagnostics)
        implements AutoCloseable {
    /** Nothing is started yet. */
    public static Parts of(ClusterConfig config, User user) {
        ServerAddress address = new ServerAddress(config);
        Cluster cluster = new Cluster(config, address::targets, user::notice, asker(user));
        Server server =
                config.target().<Server>map(TargetServer::new).orElseGet(() -> server(config.server(), cluster, user));
        address.of(server);
        Diagnostics diagnostics = new Diagnostics(cluster, server);
        cluster.onLoss(new DisconnectReporter(diagnostics, user::notice)::lost);
        return new Parts(config.target().isEmpty() && config.server().autostart(), cluster, server, diagnostics);
    }

    /** In this process, or in an agent on the host that {@code hosts.yaml} names. */
    private static Server server(ServerConfig config, Cluster cluster, User user) {
        ServerSettings settings = config.settings();
        return config.on()
                .<Server>map(host -> new RemoteServer(cluster, host, settings))
                .orElseGet(() -> new MultiProcessServer(
                        settings, Transport.best(), LocalWorkers.besideTheConsole(), user::notice));
    }

    private static Asker asker(User user) {
        return new Asker() {
            @Override
            public Optional<String> secret(String question) {
                return user.secret(question);
            }

            @Override
            public boolean agree(String question) {
                return user.agree(question);
            }
        };
    }

    /** Starts our server where the file says so; what stopped that, empty where nothing did. */
    public Optional<AgentException> autostart() throws InterruptedException {
        if (!startsServer) {
            return Optional.empty();
        }
        try {
            server.start();
            return Optional.empty();
        } catch (AgentException e) {
            return Optional.of(e);
        }
    }

    /** Ends the agents, then the server; within seconds. */
    @Override
    public void close() {
        cluster.close();
        server.close();
    }
}
