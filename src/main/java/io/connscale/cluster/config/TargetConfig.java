package io.connscale.cluster.config;

import io.connscale.net.Layers;
import io.connscale.talk.TalkSettings;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Somebody else's server, to which the hosts connect.
 *
 * @param address a name or an address; with a port ({@code host:port}) where that is the only one
 * @param ports distinct; none where the address has it
 * @param talk what is said to it; empty: the Ping of our own server, as one that runs elsewhere, over the bare socket
 * @param layers what lies between the socket and the talk
 */
public record TargetConfig(String address, List<Integer> ports, Optional<TalkSettings> talk, Layers layers) {
    public TargetConfig {
        SshAddress to = ServerConfig.endpoint(address);
        ports = Checks.distinct("port", List.copyOf(ports));
        ports.forEach(port -> Checks.inRange("a port", port, 1, Address.MAX_PORT));
        Checks.check(
                to.port().isEmpty() || ports.isEmpty(),
                address,
                "has a port, and so have ports: leave one of them out");
        Checks.check(to.port().isPresent() || !ports.isEmpty(), address, "has no port: add \"ports: 1883\", say");
    }

    /** Over the bare socket. */
    public TargetConfig(String address, List<Integer> ports, Optional<TalkSettings> talk) {
        this(address, ports, talk, Layers.NONE);
    }

    /** {@code host:port} or {@code [v6]:port} for each port. */
    public List<String> targets() {
        SshAddress to = ServerConfig.endpoint(address);
        OptionalInt port = to.port();
        String host = to.host().contains(":") ? "[" + to.host() + "]" : to.host();
        return (port.isPresent() ? List.of(port.getAsInt()) : ports)
                .stream().map(number -> host + ":" + number).toList();
    }

    /** As the console calls it: {@code broker.example.org:1883 (mqtt)}. */
    public String text() {
        List<String> targets = targets();
        String more = targets.size() > 1 ? " and " + (targets.size() - 1) + " more" : "";
        return targets.get(0) + more + " (" + talk.map(TalkSettings::name).orElse(TargetReader.PING)
                + (layers.tls() == null ? "" : " over TLS") + ")";
    }
}
