package io.connscale.api;

import io.connscale.agent.ThreadWorkers;
import io.connscale.cluster.Cluster;
import io.connscale.cluster.LocalWorkers;
import io.connscale.cluster.RemoteServer;
import io.connscale.cluster.SelfSigned;
import io.connscale.cluster.TargetServer;
import io.connscale.cluster.config.ClusterConfig;
import io.connscale.cluster.config.ServerConfig;
import io.connscale.cluster.launch.ssh.Keyring.Asker;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.Server;
import io.connscale.control.ServerSettings;
import io.connscale.diagnosis.Diagnostics;
import io.connscale.diagnosis.DisconnectReporter;
import io.connscale.net.Transport;
import io.connscale.server.PingPongServer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * What a {@link Connscale} is made of, wired in one place for programs and the console. Not part of the contract.
 *
 * @param startsServer whether the server starts with it
 * @param awaitsStart whether clients have nothing to connect to before the server is started
 * @param cluster the hosts and their agents
 * @param server the Ping/Pong server, wherever it runs
 * @param diagnostics gathers what verdicts need
 * @param user is told of what happens meanwhile
 */
public record Parts(
        boolean startsServer,
        BooleanSupplier awaitsStart,
        Cluster cluster,
        Server server,
        Diagnostics diagnostics,
        User user)
        implements AutoCloseable {
    /** Nothing is started yet. */
    public static Parts of(ClusterConfig file, User user) {
        ClusterConfig config = file.server()
                .tls()
                .filter(tls -> tls.certificate().isEmpty())
                .map(tls -> file.withServerTls(SelfSigned.identity(tls)))
                .orElse(file);
        ServerAddress address = new ServerAddress(config);
        Cluster cluster = new Cluster(config, address::targets, user::notice, asker(user));
        Server server = config.target()
                .<Server>map(target -> new TargetServer(target, cluster))
                .orElseGet(() -> server(config.server(), cluster, user));
        address.of(server);
        Diagnostics diagnostics = new Diagnostics(cluster, server);
        cluster.onLoss(new DisconnectReporter(diagnostics, user::notice)::lost);
        boolean starts = config.target().isEmpty() && config.server().autostart();
        return new Parts(starts, address::isChosenAtStart, cluster, server, diagnostics, user);
    }

    /** In this process, or in an agent on the host that {@code hosts.yaml} names. */
    private static Server server(ServerConfig config, Cluster cluster, User user) {
        ServerSettings settings = config.settings();
        return config.on()
                .<Server>map(host -> new RemoteServer(cluster, host, settings))
                .orElseGet(() -> {
                    Transport transport = Transport.best(config.transport());
                    LocalWorkers processes = LocalWorkers.besideTheConsole(transport);
                    return new PingPongServer(
                            settings,
                            transport,
                            new ThreadWorkers(transport, PingPongServer::new, processes),
                            user::notice);
                });
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

    /** Starts our server where the file says so, or reads somebody else's where the file says where it runs; what stopped that, empty where nothing did. */
    public Optional<AgentException> autostart() throws InterruptedException {
        if (!startsServer) {
            return attach();
        }
        try {
            start();
            return Optional.empty();
        } catch (AgentException e) {
            return Optional.of(notStarted(e));
        }
    }

    /** Agents that run, that of the server's own host among them, learn where it listens: where any free port was asked for, it is another one now. */
    private void start() throws AgentException, InterruptedException {
        Answers.within(Server.START_SECONDS, server.start());
        Answers.each(
                        Answers.ask(cluster.ready(), host -> cluster.change(host, UnaryOperator.identity())),
                        System.nanoTime() + TimeUnit.SECONDS.toNanos(Server.ANSWER_SECONDS))
                .failed()
                .values()
                .forEach(why -> user.notice(why.message()));
    }

    /** Connections can be opened all the same where somebody else's server can't be read. */
    private Optional<AgentException> attach() throws InterruptedException {
        try {
            Answers.within(Server.START_SECONDS, server.attach());
        } catch (AgentException e) {
            user.notice("the server is not read: " + e.message() + " · " + e.hint());
        }
        return Optional.empty();
    }

    void startServer() throws AgentException, InterruptedException {
        try {
            start();
        } catch (AgentException e) {
            throw server.refusal().map(Parts::notStarted).orElse(e);
        }
    }

    /**
     * Before connections are opened: a server that should have started and did not leaves the clients to somebody else's, or to
     * none, and what then is counted is not what was asked for.
     */
    void refuseWithoutServer() throws AgentException {
        Optional<AgentException> refusal = server.refusal();
        if (refusal.isPresent()) {
            throw notStarted(refusal.get());
        }
        if (awaitsStart.getAsBoolean()) {
            throw new AgentException("server not running: its port is chosen when it starts", "run server start first");
        }
    }

    private static AgentException notStarted(AgentException why) {
        return new AgentException("server not started: " + why.message(), why.hint(), why);
    }

    /** Ends the agents, then the server; within seconds. */
    @Override
    public void close() {
        cluster.close();
        server.close();
    }
}
