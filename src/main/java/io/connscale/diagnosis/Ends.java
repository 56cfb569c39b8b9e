package io.connscale.diagnosis;

import io.connscale.cluster.Cluster;
import io.connscale.cluster.HostStatus;
import io.connscale.cluster.HostStatus.State;
import io.connscale.cluster.RemoteServer;
import io.connscale.cluster.config.HostConfig;
import io.connscale.cluster.config.Launch;
import io.connscale.cluster.config.Workers;
import io.connscale.control.AgentException;
import io.connscale.control.Server;
import io.connscale.control.ServerStatus;
import io.connscale.control.TargetReading;
import io.connscale.control.Threads;
import io.connscale.kernel.Facts;
import io.connscale.kernel.FactsReader;
import io.connscale.limits.ServerEnd;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Both ends of the connections, to be asked: hosts by name, and the server. Any thread; whoever asks bounds the wait. */
interface Ends {
    /** Who is asked for {@link #reading()}, as it is called where it says nothing. */
    String WHERE_IT_RUNS = "the host where it runs";

    /** The hosts that have an agent. */
    List<String> ready();

    /** Those that hold connections, or have lost some. */
    List<String> counting();

    HostConfig config(String host);

    /** How many processes its agent is now. */
    int processes(String host);

    /** What agents connect to, {@code host:port} for each port. */
    List<String> targets();

    CompletableFuture<Snapshot> counts(String host);

    CompletableFuture<Statistics> statistics(String host);

    /**
     * What its kernel says.
     *
     * @param planning whether it says it of the way to the server, too, and also where no agent is started, as far as that is here
     */
    CompletableFuture<Facts> facts(String host, boolean planning);

    CompletableFuture<ServerStatus> serverStatus();

    /** What the kernel says where clients connect to. */
    CompletableFuture<Facts> serverFacts(Facts.Depth depth);

    /** The most processes that the server may be, as {@code hosts.yaml} says. */
    Workers serverWorkers();

    /** The host that the server runs on; {@link ServerEnd#HERE}. */
    String serverPlace();

    /** Whether agents connect over TLS. */
    default boolean tls() {
        return false;
    }

    /** {@link Server#foreign()}. */
    default Optional<String> foreign() {
        return Optional.empty();
    }

    /** {@link Server#refusal()}. */
    default Optional<AgentException> refusal() {
        return Optional.empty();
    }

    /** What of a host that answered has said nothing for long, in words. */
    default Optional<String> stale(String host) {
        return Optional.empty();
    }

    /** Milliseconds that a silent peer of the server is not asked whether it is there; 0: it never is. */
    default long keepaliveMillis() {
        return 0;
    }

    /** What is read of it then; empty where nothing is to be. Fails with the reason where it can't be. */
    default CompletableFuture<Optional<TargetReading>> reading() {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    static Ends of(Cluster cluster, Server server) {
        return new Ends() {
            @Override
            public List<String> ready() {
                return cluster.ready();
            }

            @Override
            public List<String> counting() {
                return cluster.counting();
            }

            @Override
            public HostConfig config(String host) {
                return cluster.status(host).config();
            }

            @Override
            public List<String> targets() {
                return cluster.targets();
            }

            @Override
            public CompletableFuture<Snapshot> counts(String host) {
                return cluster.counts(host);
            }

            @Override
            public CompletableFuture<Statistics> statistics(String host) {
                return cluster.statistics(host);
            }

            @Override
            public int processes(String host) {
                return cluster.status(host).workers();
            }

            @Override
            public CompletableFuture<Facts> facts(String host, boolean planning) {
                if (!planning) {
                    return cluster.facts(host, Facts.Depth.LISTENERS);
                }
                HostStatus status = cluster.status(host);
                if (status.state() == State.READY) {
                    return cluster.factsWithRoutes(host);
                }
                return status.config().launch() instanceof Launch.Local
                        ? Threads.call(
                                "host-facts",
                                () -> new FactsReader()
                                        .read(targets(), status.config().source()))
                        : CompletableFuture.failedFuture(new AgentException(
                                host + " is not started: its limits are not known", "start " + host + " first"));
            }

            @Override
            public Workers serverWorkers() {
                return cluster.serverWorkers();
            }

            @Override
            public Optional<String> stale(String host) {
                return cluster.status(host).stale();
            }

            @Override
            public long keepaliveMillis() {
                return cluster.serverKeepalive().toMillis();
            }

            @Override
            public boolean tls() {
                return cluster.tls();
            }

            @Override
            public Optional<String> foreign() {
                return server.foreign();
            }

            @Override
            public Optional<AgentException> refusal() {
                return server.refusal();
            }

            @Override
            public CompletableFuture<Optional<TargetReading>> reading() {
                return server.readOn().isEmpty()
                        ? CompletableFuture.completedFuture(Optional.empty())
                        : server.reading().thenApply(Optional::of);
            }

            @Override
            public String serverPlace() {
                return server instanceof RemoteServer remote ? remote.host() : ServerEnd.HERE;
            }

            @Override
            public CompletableFuture<ServerStatus> serverStatus() {
                return server.status();
            }

            /** A server of somebody else's may be on another machine, of which nothing is known. */
            @Override
            public CompletableFuture<Facts> serverFacts(Facts.Depth depth) {
                return server.status()
                        .thenCompose(status -> server instanceof RemoteServer || status.running()
                                ? CompletableFuture.completedFuture(true)
                                : Threads.call("server-facts", this::targetsAreHere)) // looks names up
                        .thenCompose(
                                known -> known ? server.facts(depth) : CompletableFuture.completedFuture(Facts.NONE));
            }

            private boolean targetsAreHere() {
                if (cluster.targets().isEmpty()) {
                    return false; // ports: 0, and it has none now
                }
                String target = cluster.targets().get(0);
                try {
                    InetAddress address = InetAddress.getByName(target.substring(0, target.lastIndexOf(':')));
                    return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
                } catch (IOException e) {
                    return false;
                }
            }
        };
    }
}
