package io.connscale.cluster.config;

import io.connscale.cluster.config.HostConfig.ClientConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The whole file: the defaults for every host first, then the hosts, then the server, which may run on one of them. */
final class ClusterReader {
    private static final List<String> KEYS = List.of("server", "target", "client", "launch", "hosts");
    private static final String EXAMPLE = "write at least \"hosts: {client1: local}\"";

    private ClusterReader() {}

    /** @throws Fault at the first thing that is wrong */
    static ClusterConfig read(Node root) {
        if (root instanceof Node.Empty) {
            throw new Fault(root.place(), "nothing in this file: " + EXAMPLE);
        }
        Section file = Section.of("", root, KEYS);
        Section server = file.section("server", ServerReader.KEYS);
        ClientConfig client = HostReader.client(file.section("client", HostReader.CLIENT_KEYS), ClientConfig.DEFAULT);
        Launch.SshClient ssh = file.get("launch", Kind.SSH_CLIENT, Launch.SshClient.SSHJ);
        Node there = file.node("hosts").orElse(new Node.Empty(root.place()));
        List<HostConfig> hosts = hosts(there, client, ssh);
        ServerConfig whole = new ServerReader(server, hosts).read(root.place());
        Optional<TargetConfig> target = file.node("target")
                .map(node -> TargetReader.read(Section.of("target", node, TargetReader.KEYS), node.place()));
        if (target.isPresent()) {
            file.refuse("server", key -> key + " beside target: keep the one that hosts connect to");
        }
        return Fault.at(there.place(), () -> new ClusterConfig(whole, target, hosts));
    }

    private static List<HostConfig> hosts(Node node, ClientConfig client, Launch.SshClient ssh) {
        List<HostConfig> hosts = new ArrayList<>();
        int sources = 0;
        for (Node.Entry entry : distinct(node)) {
            HostConfig host = HostReader.read(entry, client, ssh);
            hosts.add(host);
            sources += host.source().size();
            if (sources > Address.MAX) {
                throw new Fault(
                        entry.key().place(), "too many source addresses: at most " + Address.MAX + " in all hosts");
            }
        }
        return hosts;
    }

    private static Iterable<Node.Entry> distinct(Node node) {
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
        return byName.values();
    }
}
