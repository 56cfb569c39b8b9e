package io.connscale.diagnosis;

import io.connscale.cluster.Cluster;
import io.connscale.cluster.RemoteServer;
import io.connscale.cluster.config.HostConfig;
import io.connscale.control.Server;
import io.connscale.control.ServerStatus;
import io.connscale.kernel.Facts;
import io.connscale.stats.Snapshot;
import io.connscale.stats.Statistics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Both ends of the connections, to be asked: hosts by name, and the server. Any thread; whoever asks bounds the wait. */
interface Ends {
    /** The hosts that have an agent. */
    List<String> ready();

    HostConfig config(String host);

    /** What agents connect to, {@code host:port} for each port. */
    List<String> targets();

    CompletableFuture<Snapshot> counts(String host);

    CompletableFuture<Statistics> statistics(String host);

    CompletableFuture<Facts> facts(String host);

    CompletableFuture<ServerStatus> serverStatus();

    /**
     * What the kernel says where clients connect to.
     *
     * @param thorough {@link Server#facts(boolean)}
     */
    CompletableFuture<Facts> serverFacts(boolean thorough);

    static Ends of(Cluster cluster, Server server) {
        return new Ends() {
            @Override
            public List<String> ready() {
                return cluster.ready();
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
            public CompletableFuture<Facts> facts(String host) {
                return cluster.facts(host, false);
            }

            @Override
            public CompletableFuture<ServerStatus> serverStatus() {
                return server.status();
            }

            /** A server of somebody else's may be on another machine, of which nothing is known. */
            @Override
            public CompletableFuture<Facts> serverFacts(boolean thorough) {
                return server.status()
                        .thenCompose(status -> server instanceof RemoteServer || status.running() || targetsAreHere()
                                ? server.facts(thorough)
                                : CompletableFuture.completedFuture(Facts.NONE));
            }

            private boolean targetsAreHere() {
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
