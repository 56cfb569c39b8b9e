package io.connscale.cluster.config;

import io.connscale.cluster.config.Node.Place;
import io.connscale.control.Nearest;
import io.connscale.control.Quantity;
import io.connscale.net.TlsSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code server:}, which may name one of the hosts. */
final class ServerReader {
    static final List<String> KEYS = List.of(
            "bind",
            "address",
            "ports",
            "backlog",
            "acceptors",
            "autostart",
            "on",
            "workers",
            "patience",
            "keepalive",
            "tls");

    private static final ServerConfig DEFAULT = ServerConfig.DEFAULT;
    private static final Kind<Integer> BACKLOG = Kind.whole(1, ServerConfig.MAX_BACKLOG);
    private static final Kind<Integer> ACCEPTORS = Kind.whole(1, ServerConfig.MAX_ACCEPTORS);

    private final Section section;
    private final List<HostConfig> hosts;

    ServerReader(Section section, List<HostConfig> hosts) {
        this.section = section;
        this.hosts = hosts;
    }

    /**
     * @param file where to point when nothing nearer is wrong
     * @param transport of the console's process
     */
    ServerConfig read(Place file, String transport) {
        String bind = section.get("bind", Kind.BIND, DEFAULT.bind());
        Optional<HostConfig> on = section.node("on").map(this::host);
        String address = section.find("address", Kind.ADDRESS).orElseGet(() -> address(bind, on));
        List<Integer> ports = section.ranges("ports", Kind.PORTS, Address.MAX_PORT);
        int backlog = section.get("backlog", BACKLOG, DEFAULT.backlog());
        int acceptors = section.get("acceptors", ACCEPTORS, DEFAULT.acceptors());
        boolean autostart = section.get("autostart", Kind.FLAG, DEFAULT.autostart());
        Duration patience = section.get("patience", Kind.DURATION, DEFAULT.patience());
        Duration keepalive = section.get("keepalive", Kind.KEEPALIVE, DEFAULT.keepalive());
        Optional<TlsSettings> tls = section.node("tls").map(TlsReader::server);
        Workers workers = section.get("workers", Kind.WORKERS, DEFAULT.workers());
        return Fault.at(
                file,
                () -> new ServerConfig(
                        bind,
                        address,
                        ports.isEmpty() ? DEFAULT.ports() : ports,
                        backlog,
                        acceptors,
                        autostart,
                        on.map(HostConfig::name),
                        workers,
                        patience,
                        keepalive,
                        tls,
                        transport));
    }

    private HostConfig host(Node on) {
        List<String> names = hosts.stream().map(HostConfig::name).toList();
        String name = new Kind<>("the name of a host", HostConfig::checkedName).of(on);
        return hosts.stream()
                .filter(host -> host.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new Fault(on.place(), unknown(name, names)));
    }

    private static String unknown(String name, List<String> names) {
        String hint = Nearest.word(name, names)
                .map(meant -> "did you mean " + Quantity.quoted(meant) + "?")
                .orElse("known are " + String.join(", ", names.subList(0, Math.min(names.size(), 10))));
        return "unknown host " + Quantity.quoted(name) + ", " + hint;
    }

    /** What clients connect to where the file doesn't say. */
    private String address(String bind, Optional<HostConfig> on) {
        if (!Address.wildcard(bind)) {
            return bind;
        }
        Launch launch = on.map(HostConfig::launch).orElseGet(Launch.Local::new);
        if (launch instanceof Launch.Ssh ssh) {
            return ssh.host();
        }
        if (launch instanceof Launch.Local) {
            return ThisMachine.name();
        }
        Place at = section.node("on").orElseThrow().place();
        throw new Fault(at, "how clients reach the server there is not known: add \"address: NAME\" to server");
    }

    /** This machine's name, as other machines may know it. */
    static final class ThisMachine {
        /** What {@code uname -n} says (proc(5)); asks no name server, which may take many seconds to say nothing. */
        private static final Path KERNEL_NAME = Path.of("/proc/sys/kernel/hostname");

        private ThisMachine() {}

        static String name() {
            try {
                return Address.checked(Files.readAllLines(KERNEL_NAME).get(0).strip());
            } catch (IOException | IllegalArgumentException e) {
                return fromJava();
            }
        }

        private static String fromJava() {
            try {
                return Address.checked(InetAddress.getLocalHost().getHostName());
            } catch (IOException | IllegalArgumentException e) {
                return "localhost";
            }
        }
    }
}
