package io.connscale.cluster.config;

import io.connscale.net.Layers;
import io.connscale.net.TlsSettings;
import io.connscale.talk.TalkSettings;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that {@code hosts.yaml} says.
 *
 * @param target somebody else's server, which the hosts connect to instead; then {@code server} is never started
 * @param hosts names distinct, in the file's order
 * @param sources of further hosts, which are not known until somebody runs their commands; one at least where there is no host
 * @param groups by name, patterns of hosts; a source is a group, too, and is not among these
 */
public record ClusterConfig(
        ServerConfig server,
        Optional<TargetConfig> target,
        List<HostConfig> hosts,
        List<HostSource> sources,
        Map<String, List<String>> groups) {
    public static final int MAX_HOSTS = 4096;

    public ClusterConfig {
        hosts = List.copyOf(hosts);
        sources = List.copyOf(sources);
        groups = Collections.unmodifiableMap(new LinkedHashMap<>(groups));
        Checks.inRange("hosts", hosts.size(), sources.isEmpty() ? 1 : 0, MAX_HOSTS);
        List<String> names =
                Checks.distinct("host", hosts.stream().map(HostConfig::name).toList());
        target.flatMap(TargetConfig::runs)
                .map(TargetConfig.Runs::on)
                .ifPresent(on -> Checks.check(names.contains(on), on, "is not one of the hosts"));
        server.on().ifPresent(on -> Checks.check(names.contains(on), on, "is not one of the hosts"));
    }

    /** With our own server. */
    public ClusterConfig(ServerConfig server, List<HostConfig> hosts) {
        this(server, Optional.empty(), hosts);
    }

    /** Without groups, and with no hosts but these. */
    public ClusterConfig(ServerConfig server, Optional<TargetConfig> target, List<HostConfig> hosts) {
        this(server, target, hosts, List.of(), Map.of());
    }

    /** The same, whose server has this certificate and key. */
    public ClusterConfig withServerTls(TlsSettings tls) {
        return new ClusterConfig(server.withTls(tls), target, hosts, sources, groups);
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
