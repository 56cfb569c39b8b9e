package io.connscale.cluster.config;

import io.connscale.net.Layers;
import io.connscale.net.TlsSettings;
import io.connscale.talk.TalkSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that {@code hosts.yaml} says.
 *
 * @param target somebody else's server, which the hosts connect to instead; then {@code server} is never started
 * @param hosts at least one, names distinct, in the file's order
 */
public record ClusterConfig(ServerConfig server, Optional<TargetConfig> target, List<HostConfig> hosts) {
    public static final int MAX_HOSTS = 1000;

    public ClusterConfig {
        hosts = List.copyOf(hosts);
        Checks.inRange("hosts", hosts.size(), 1, MAX_HOSTS);
        List<String> names =
                Checks.distinct("host", hosts.stream().map(HostConfig::name).toList());
        server.on().ifPresent(on -> Checks.check(names.contains(on), on, "is not one of the hosts"));
    }

    /** With our own server. */
    public ClusterConfig(ServerConfig server, List<HostConfig> hosts) {
        this(server, Optional.empty(), hosts);
    }

    /** The same, whose server has this certificate and key. */
    public ClusterConfig withServerTls(TlsSettings tls) {
        return new ClusterConfig(server.withTls(tls), target, hosts);
    }

    /** What hosts say; empty: the Ping of our own server, over the bare socket. */
    public Optional<TalkSettings> talk() {
        return target.map(TargetConfig::talk)
                .orElseGet(() -> server.tls().map(tls -> TalkSettings.of(TargetReader.PING, Map.of())));
    }

    /** What lies beneath it. */
    public Layers layers() {
        return target.map(TargetConfig::layers).orElseGet(server::layers);
    }

    /** The host of that name, where there is one. */
    public Optional<HostConfig> host(String name) {
        return hosts.stream().filter(host -> host.name().equals(name)).findFirst();
    }

    /** The hosts' names in the file's order. */
    public List<String> names() {
        return hosts.stream().map(HostConfig::name).toList();
    }
}
