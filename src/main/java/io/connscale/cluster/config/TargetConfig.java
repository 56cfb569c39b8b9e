package io.connscale.cluster.config;

import io.connscale.net.Layers;
import io.connscale.talk.TalkSettings;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Somebody else's server, to which the hosts connect.
 *
 * @param address a name or an address; with a port ({@code host:port}) where that is the only one
 * @param ports distinct; none where the address has it
 * @param talk what is said to it; empty: the Ping of our own server, as one that runs elsewhere, over the bare socket
 * @param layers what lies between the socket and the talk
 * @param runs where it is read; empty: nowhere
 */
public record TargetConfig(
        String address, List<Integer> ports, Optional<TalkSettings> talk, Layers layers, Optional<Runs> runs) {
    /**
     * Where its end is read, and which of the programs there it is.
     *
     * @param on one of the hosts
     * @param process its name
     * @param pid of its first process
     * @param port at which it listens there; without any of these three: the ports that hosts connect to
     */
    public record Runs(String on, Optional<String> process, OptionalLong pid, OptionalInt port) {}

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

    /** {@code host:port} or {@code [v6]:port} for each port. */
    public List<String> targets() {
        SshAddress to = ServerConfig.endpoint(address);
        OptionalInt port = to.port();
        String host = to.host().contains(":") ? "[" + to.host() + "]" : to.host();
        return (port.isPresent() ? List.of(port.getAsInt()) : ports)
                .stream().map(number -> host + ":" + number).toList();
    }

    /** Over the bare socket, and not read. */
    public TargetConfig(String address, List<Integer> ports, Optional<TalkSettings> talk) {
        this(address, ports, talk, Layers.NONE, Optional.empty());
    }

    /** At which it listens where it runs. */
    public List<Integer> listens() {
        OptionalInt mapped = runs.map(Runs::port).orElse(OptionalInt.empty());
        OptionalInt own = ServerConfig.endpoint(address).port();
        return mapped.isPresent() ? List.of(mapped.getAsInt()) : own.isPresent() ? List.of(own.getAsInt()) : ports;
    }

    /** As the console calls it: {@code broker.example.org:1883 (mqtt)}. */
    public String text() {
        List<String> targets = targets();
        String more = targets.size() > 1 ? " and " + (targets.size() - 1) + " more" : "";
        return targets.get(0) + more + " (" + talk.map(TalkSettings::name).orElse(TargetReader.PING)
                + (layers.tls() == null ? "" : " over TLS") + ")";
    }
}
