package io.connscale.cluster.config;

import java.util.List;
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
        target.flatMap(TargetConfig::runs)
                .map(TargetConfig.Runs::on)
                .ifPresent(on -> Checks.check(names.contains(on), on, "is not one of the hosts"));
        server.on().ifPresent(on -> Checks.check(names.contains(on), on, "is not one of the hosts"));
    }

    /** With our own server. */
    public ClusterConfig(ServerConfig server, List<HostConfig> hosts) {
        this(server, Optional.empty(), hosts);
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
