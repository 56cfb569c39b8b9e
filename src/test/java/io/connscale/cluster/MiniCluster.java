package io.connscale.cluster;

import io.connscale.agent.AgentMain;
import io.connscale.cluster.HostStatus.State;
import io.connscale.cluster.config.ClusterConfig;
import io.connscale.cluster.config.HostsFile;
import io.connscale.cluster.config.HostsFileException;
import io.connscale.cluster.launch.Launcher;
import io.connscale.control.Agent.OpenRequest;
import io.connscale.control.AgentException;
import io.connscale.control.AgentProcess;
import io.connscale.control.Message;
import io.connscale.control.Server;
import io.connscale.control.ServerSettings;
import io.connscale.kernel.Facts;
import io.connscale.net.FreePort;
import io.connscale.net.Transport;
import io.connscale.server.PingPongServer;
import io.connscale.stats.Statistics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * A whole cluster in one JVM: the server on a free port of the loopback, and hosts whose agents are threads that speak the
 * real channel. For one test at a time; close it.
 *
 * <pre>{@code
 * try (MiniCluster mini = MiniCluster.of("client1", "client2").start()) {
 *     mini.cluster().start("client1").get(10, SECONDS);
 * }
 * }</pre>
 */
public final class MiniCluster implements AutoCloseable {
    private final PingPongServer server =
            new PingPongServer(new ServerSettings("127.0.0.1", List.of(port()), 128, 1), Transport.best());
    private final List<String> notices = new CopyOnWriteArrayList<>();
    private final Map<String, Process> processes = new ConcurrentHashMap<>();
    private final Cluster cluster;

    /** None that the kernel gives out: while the server is stopped, a socket that connects there may meet itself (RFC 9293, simultaneous open). */
    private static int port() {
        try {
            return FreePort.freePort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private MiniCluster(Builder builder) throws HostsFileException {
        cluster = new Cluster(
                builder.config(),
                this::targets,
                notices::add,
                host -> launcher(host.name(), Objects.requireNonNull(builder.hosts.get(host.name()))),
                builder.patience);
    }

    /** What the cluster is made of. */
    public static final class Builder {
        private final Map<String, ThreadProcess.Body> hosts = new LinkedHashMap<>();
        private int patience = 10;

        private Builder() {}

        /** A host whose agent is not a real one. */
        Builder and(String host, ThreadProcess.Body agent) {
            hosts.put(host, agent);
            return this;
        }

        /** {@code node1} to {@code nodeN}, whose agents are cheap and can be cut off together. */
        public Builder many(int n, Rack rack) {
            for (int i = 1; i <= n; i++) {
                String name = "node" + i;
                and(name, (in, out, err) -> rack.agent(name, in, out));
            }
            return this;
        }

        /** Seconds after which an agent that says nothing is given up. */
        public Builder patience(int seconds) {
            patience = seconds;
            return this;
        }

        ClusterConfig config() throws HostsFileException {
            return HostsFile.parse(
                    "hosts.yaml",
                    hosts.keySet().stream()
                            .map(host -> host + ": {interval: 100ms}")
                            .collect(Collectors.joining(", ", "hosts: {", "}")));
        }

        /** A host whose agent ends at once. */
        public Builder broken(String host, int exit) {
            return and(host, (in, out, err) -> exit);
        }

        /** A host whose agent is well and answers nothing about the server in it; it is not given up for its silence. */
        public Builder silentServer(String host) {
            patience = Integer.MAX_VALUE;
            return and(host, FakeAgent.answering(request -> {
                if (request instanceof Message.TakeFacts) {
                    return new Message.FactsTaken(request.id(), Facts.NONE);
                }
                return request instanceof Message.TakeStatistics
                        ? new Message.StatisticsTaken(request.id(), Statistics.NONE)
                        : FakeAgent.idle(request);
            }));
        }

        /** A host whose agent takes its first settings and answers nothing to those that come later. */
        public Builder configuredOnce(String host) {
            patience = Integer.MAX_VALUE;
            AtomicBoolean configured = new AtomicBoolean();
            return and(
                    host,
                    FakeAgent.answering(request -> request instanceof Message.Configure && configured.getAndSet(true)
                            ? null
                            : FakeAgent.idle(request)));
        }

        /** With its server running and no agent yet. */
        public MiniCluster start() throws HostsFileException, AgentException {
            MiniCluster mini = new MiniCluster(this);
            mini.server.start().join();
            return mini;
        }
    }

    /** Hosts with real agents. */
    public static Builder of(String... hosts) {
        Builder builder = new Builder();
        for (String host : hosts) {
            builder.and(host, (in, out, err) -> {
                AgentMain.run(
                                in,
                                out,
                                Transport.best(),
                                settings -> new PingPongServer(settings, Transport.best()),
                                MiniCluster::noWorker)
                        .close();
                return 0;
            });
        }
        return builder;
    }

    private static AgentProcess noWorker(String name) throws AgentException {
        throw new AgentException("no " + name + " here: these agents are threads", "");
    }

    /** As that of SSH: closing it ends what it started. */
    private Launcher launcher(String host, ThreadProcess.Body agent) {
        return new Launcher() {
            private final List<Process> started = new CopyOnWriteArrayList<>();

            @Override
            public Process start(List<String> command) {
                Process process = new ThreadProcess(host + "-agent", agent);
                started.add(process);
                processes.put(host, process);
                return process;
            }

            @Override
            public void close() {
                started.forEach(Process::destroyForcibly);
            }

            @Override
            public String toString() {
                return "thread";
            }
        };
    }

    private List<String> targets() {
        return server.status().join().listeners().stream()
                .map(listener -> "127.0.0.1:" + listener.port())
                .toList();
    }

    public Cluster cluster() {
        return cluster;
    }

    public PingPongServer server() {
        return server;
    }

    /** A server that is to run in the agent of {@code host}, which is asked for a second at most. */
    public Server serverOn(String host) {
        return new RemoteServer(cluster, host, new ServerSettings("127.0.0.1", List.of(port()), 128, 1), 1);
    }

    /** All that the user was told without asking. */
    public List<String> notices() {
        return notices;
    }

    /** Ends the agent there as {@code kill -9} would. */
    public void kill(String host) {
        Objects.requireNonNull(processes.get(host)).destroyForcibly();
    }

    State state(String host) {
        return cluster.status(host).state();
    }

    /** Opens {@code n} connections there and says how many came up. */
    long open(String host, long n) throws Exception {
        return Outcome.get(cluster.agent(host).open(new OpenRequest(n, null), progress -> {}))
                .established();
    }

    boolean launched(String host) {
        return processes.containsKey(host);
    }

    boolean alive(String host) {
        return Objects.requireNonNull(processes.get(host)).isAlive();
    }

    @Override
    public void close() {
        cluster.close();
        server.close();
    }
}
