package io.connscale.cluster.config;

import io.connscale.cluster.config.HostConfig.ClientConfig;
import io.connscale.cluster.config.HostReader.HostDefaults;
import io.connscale.control.Quantity;
import io.connscale.net.Transport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The whole file: the defaults for every host first, then the hosts, then the server, which may run on one of them. */
final class ClusterReader {
    private static final List<String> KEYS =
            List.of("server", "target", "client", "launch", "transport", "hosts", "groups");
    private static final List<String> SOURCE_KEYS = List.of("list", "ansible");
    /** Among the hosts: where further ones come from. */
    private static final String FROM = "from";

    private static final Kind<String> LIST =
            new Kind<>("a command as a list of words such as [scontrol, show, hostnames]", Checks::word);
    private static final Kind<String> PATTERNS =
            new Kind<>("hosts such as node[1-10], or a list of them", Checks::word);

    private static final String EXAMPLE = "write at least \"hosts: {client1: local}\"";

    private ClusterReader() {}

    /** @throws Fault at the first thing that is wrong */
    static ClusterConfig read(Node root) {
        if (root instanceof Node.Empty) {
            throw new Fault(root.place(), "nothing in this file: " + EXAMPLE);
        }
        Section file = Section.of("", root, KEYS);
        Section server = file.section("server", ServerReader.KEYS);
        HostDefaults defaults = new HostDefaults(
                HostReader.client(file.section("client", HostReader.CLIENT_KEYS), ClientConfig.DEFAULT),
                file.get("launch", Kind.SSH_CLIENT, Launch.SshClient.SSHJ),
                file.get("transport", Kind.TRANSPORT, Transport.AUTO));
        Node there = file.node("hosts").orElse(new Node.Empty(root.place()));
        Map<String, Node.Entry> lines = distinct(there);
        Node.Entry from = lines.remove(FROM);
        List<HostSource> sources = from == null ? List.of() : sources(from, defaults);
        List<HostConfig> hosts = hosts(lines.values(), defaults);
        ServerConfig whole = new ServerReader(server, hosts).read(root.place(), defaults.transport());
        Optional<TargetConfig> target = file.node("target")
                .map(node -> TargetReader.read(Section.of("target", node, TargetReader.KEYS), node.place()));
        if (target.isPresent()) {
            file.refuse("server", key -> key + " beside target: keep the one that hosts connect to");
        }
        Map<String, List<String>> groups = groups(file.node("groups"), sources);
        return Fault.at(there.place(), () -> new ClusterConfig(whole, target, hosts, sources, groups));
    }

    private static List<HostConfig> hosts(Iterable<Node.Entry> lines, HostDefaults defaults) {
        Map<String, HostConfig> hosts = new LinkedHashMap<>();
        Map<String, Node.Text> keys = new HashMap<>();
        int sources = 0;
        for (Node.Entry entry : lines) {
            for (HostConfig host : HostReader.read(entry, defaults)) {
                Node.Text first = keys.putIfAbsent(host.name(), entry.key());
                if (first != null) {
                    throw new Fault(
                            entry.key().place(),
                            "host " + Quantity.quoted(host.name()) + " is in " + first.shown() + " of line "
                                    + first.place().line() + " already: keep one");
                }
                hosts.put(host.name(), host);
                sources += host.source().size();
            }
            if (sources > Address.MAX) {
                throw new Fault(
                        entry.key().place(), "too many source addresses: at most " + Address.MAX + " in all hosts");
            }
            if (hosts.size() > ClusterConfig.MAX_HOSTS) {
                throw new Fault(entry.key().place(), "more than " + ClusterConfig.MAX_HOSTS + " hosts by here");
            }
        }
        return List.copyOf(hosts.values());
    }

    /** {@code alloc: {list: [scontrol, show, hostnames], command: [srun, --overlap, -N1, -n1, -w, "{host}"]}}. */
    private static List<HostSource> sources(Node.Entry from, HostDefaults defaults) {
        if (!(from.value() instanceof Node.Mapping mapping)) {
            throw new Fault(
                    from.value().place(),
                    "expected lists of hosts such as alloc: {list: [scontrol, show, hostnames], ssh: \"{host}\"}, got "
                            + from.value().shown());
        }
        List<HostSource> sources = new ArrayList<>();
        for (Node.Entry entry : distinct(mapping).values()) {
            sources.add(source(entry, defaults));
        }
        return sources;
    }

    private static HostSource source(Node.Entry entry, HostDefaults defaults) {
        String name = Fault.at(
                entry.key().place(), () -> HostConfig.checkedName(entry.key().text()));
        List<String> keys =
                Stream.concat(SOURCE_KEYS.stream(), HostReader.KEYS.stream()).toList();
        Section section = Section.of(name, entry.value(), keys);
        List<String> list = section.node("list")
                .map(LIST::ofAll)
                .orElseThrow(() -> new Fault(
                        entry.key().place(), "no list: in " + name + ": write the command that prints its hosts"));
        if (section.node("ssh").isEmpty() && section.node("command").isEmpty()) {
            throw new Fault(
                    entry.key().place(), "neither ssh: nor command: in " + name + ": say how its hosts are reached");
        }
        List<Node.Entry> ofEach = ((Node.Mapping) entry.value())
                .entries().stream()
                        .filter(key -> !SOURCE_KEYS.contains(key.key().text()))
                        .toList();
        HostSource source = new HostSource(
                name,
                list,
                section.find("ansible", Kind.PATH).orElse(null),
                new Node.Mapping(entry.value().place(), ofEach),
                defaults);
        HostConfig unused = source.make("host1", "host1"); // what is wrong is told now, and where
        return source;
    }

    /** {@code rack1: node[1-10]}, {@code fast: [node3, "@rack1"]}. What their patterns mean is looked up where they are used. */
    private static Map<String, List<String>> groups(Optional<Node> node, List<HostSource> sources) {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        if (node.isEmpty()) {
            return groups;
        }
        if (!(node.get() instanceof Node.Mapping mapping)) {
            throw new Fault(
                    node.get().place(),
                    "expected groups such as \"rack1: node[1-10]\", got "
                            + node.get().shown());
        }
        for (Node.Entry entry : mapping.entries()) {
            String name = Fault.at(
                    entry.key().place(),
                    () -> HostConfig.checkedName(entry.key().text()));
            if (sources.stream().anyMatch(source -> source.name().equals(name)) || groups.containsKey(name)) {
                throw new Fault(entry.key().place(), "group " + Quantity.quoted(name) + " is there already: keep one");
            }
            groups.put(name, PATTERNS.each(entry.value()));
        }
        return groups;
    }

    private static Map<String, Node.Entry> distinct(Node node) {
        if (node instanceof Node.Empty
                || (node instanceof Node.Mapping none && none.entries().isEmpty())) {
            throw new Fault(node.place(), "no hosts: " + EXAMPLE);
        }
        if (!(node instanceof Node.Mapping mapping)) {
            throw new Fault(node.place(), "expected hosts such as \"client1: local\", got " + node.shown());
        }
        Map<String, Node.Entry> byName = new LinkedHashMap<>();
        for (Node.Entry entry : mapping.entries()) {
            Node.Entry first = byName.putIfAbsent(entry.key().text(), entry);
            if (first != null) {
                throw Section.twice("host", entry.key(), first.key());
            }
        }
        return byName;
    }
}
