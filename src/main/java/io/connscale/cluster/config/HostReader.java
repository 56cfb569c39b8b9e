package io.connscale.cluster.config;

import io.connscale.cluster.config.HostConfig.ClientConfig;
import io.connscale.control.NameRanges;
import io.connscale.net.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * One line of {@code hosts:}. {@code local} and {@code [user@]host[:port]} say it in a word. A mapping with {@code ssh:} or
 * {@code command:} is launched so; one with neither is local, so {@code client1: {rate: 100}} is a local host with its own rate.
 * {@code node[1-200]: {ssh: "bench@{host}.example.org"}} is two hundred hosts.
 */
final class HostReader {
    /** What stands for the host's name, in any of its values. */
    static final String HOST = "{host}";

    static final List<String> CLIENT_KEYS = List.of("interval", "timeout", "rate", "active");
    /** What only a host with {@code ssh:} has. */
    private static final List<String> SSH_KEYS = List.of("port", "key", "hostKey", "knownHosts", "jump", "launch");

    private static final Kind<Integer> PORT = Kind.whole(1, Address.MAX_PORT);
    static final List<String> KEYS = Stream.of(
                    List.of("ssh", "command"),
                    SSH_KEYS,
                    List.of("source", "java", "jvm", "workers", "transport"),
                    CLIENT_KEYS)
            .flatMap(List::stream)
            .toList();

    /**
     * What counts where a host says nothing.
     *
     * @param client what its connections do
     * @param ssh who speaks SSH
     * @param transport a name of {@link Transport#NAMES}
     */
    record HostDefaults(ClientConfig client, Launch.SshClient ssh, String transport) {}

    private HostReader() {}

    /** The hosts of one line: one, or as many as its name has in its brackets. */
    static List<HostConfig> read(Node.Entry entry, HostDefaults defaults) {
        Node.Text key = entry.key();
        List<String> names = Fault.at(key.place(), () -> NameRanges.expand(key.text(), ClusterConfig.MAX_HOSTS));
        return names.stream()
                .map(name ->
                        read(new Node.Text(key.place(), name), entry.value().with(HOST, name), defaults))
                .toList();
    }

    /** One of them, its name already put in the place of {@link #HOST}. */
    static HostConfig read(Node.Text key, Node value, HostDefaults defaults) {
        String name = Fault.at(key.place(), () -> HostConfig.checkedName(key.text()));
        return value instanceof Node.Mapping mapping
                ? inFull(name, mapping, defaults)
                : inAWord(name, launchInAWord(value, defaults.ssh()), defaults);
    }

    private static HostConfig inAWord(String name, Launch launch, HostDefaults defaults) {
        List<String> jvm = flags(defaults.transport());
        return new HostConfig(name, launch, defaults.client(), List.of(), jvm, Optional.empty(), Workers.AUTO);
    }

    private static HostConfig inFull(String name, Node.Mapping node, HostDefaults defaults) {
        Section section = Section.of(name, node, KEYS);
        Launch launch = launch(section, defaults.ssh());
        ClientConfig own = client(section, defaults.client());
        List<String> source = section.ranges("source", Kind.SOURCE, Address.MAX);
        List<String> jvm = new ArrayList<>(flags(section.get("transport", Kind.TRANSPORT, defaults.transport())));
        jvm.addAll(section.list("jvm", Kind.JVM_FLAG)); // the last word where they say it, too
        Optional<String> java = section.find("java", Kind.PATH);
        if (launch instanceof Launch.Local && java.equals(Optional.of(HostConfig.BRING))) {
            throw new Fault(
                    section.node("java").orElseThrow().place(),
                    "java: bring is for hosts elsewhere: this machine's agents run on the console's Java");
        }
        Workers workers = section.get("workers", Kind.WORKERS, Workers.AUTO);
        return Fault.at(node.place(), () -> new HostConfig(name, launch, own, source, jvm, java, workers));
    }

    /** What an agent is told by its JVM's flags. */
    private static List<String> flags(String transport) {
        return transport.equals(Transport.AUTO) ? List.of() : List.of(Transport.flag(transport));
    }

    /**
     * What connections do: {@code client:}, and the same keys of a host.
     *
     * @param otherwise what counts where {@code section} says nothing
     */
    static ClientConfig client(Section section, ClientConfig otherwise) {
        return new ClientConfig(
                section.get("interval", Kind.DURATION, otherwise.interval()),
                section.get("timeout", Kind.DURATION, otherwise.timeout()),
                section.get("rate", Kind.RATE, otherwise.rate()),
                section.get("active", Kind.PART, otherwise.active()));
    }

    /** @param client who speaks SSH where the host does not say it, here and below */
    private static Launch launchInAWord(Node value, Launch.SshClient client) {
        return new Kind<>(
                        "local, [user@]host[:port], or a mapping with ssh: or command:",
                        text -> text.equals("local") ? new Launch.Local() : plain(SshAddress.parse(text), client))
                .of(value);
    }

    private static Launch plain(SshAddress to, Launch.SshClient client) {
        return new Launch.Ssh(
                to.user(),
                to.host(),
                to.port(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                client);
    }

    private static Launch launch(Section host, Launch.SshClient client) {
        Optional<SshAddress> ssh = host.find("ssh", Kind.SSH);
        if (ssh.isPresent()) {
            host.refuse("command", what -> what + " beside \"ssh\": keep one of them");
            return ssh(host, ssh.get(), client);
        }
        SSH_KEYS.forEach(key -> host.refuse(key, what -> what + " is for SSH: add \"ssh: HOST\" or remove it"));
        Optional<List<String>> command = host.node("command").map(Kind.WORD::ofAll);
        return command.<Launch>map(Launch.Command::new).orElseGet(Launch.Local::new);
    }

    private static Launch ssh(Section host, SshAddress to, Launch.SshClient client) {
        if (to.port().isPresent()) {
            host.refuse("port", what -> what + " beside the port in \"ssh\": keep one of them");
        }
        OptionalInt port = host.find("port", PORT).map(OptionalInt::of).orElse(to.port());
        return new Launch.Ssh(
                to.user(),
                to.host(),
                port,
                host.find("key", Kind.PATH),
                host.find("hostKey", Kind.HOST_KEY),
                host.find("knownHosts", Kind.PATH),
                host.find("jump", Kind.SSH).map(SshAddress::toString),
                host.get("launch", Kind.SSH_CLIENT, client));
    }
}
