package io.connscale.cluster.config;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One line of {@code hosts:}. {@code local} and {@code [user@]host[:port]} say it in a word. A mapping with {@code ssh:} or
 * {@code command:} is launched so; one with neither is local, so {@code client1: {rate: 100}} is a local host with its own rate.
 */
final class HostReader {
    private static final List<String> KEYS = Stream.of(
                    List.of("ssh", "command"),
                    LaunchReader.SSH_KEYS,
                    List.of("source", "java", "jvm", "workers"),
                    ClientReader.KEYS)
            .flatMap(List::stream)
            .toList();

    private HostReader() {}

    /**
     * @param client what its connections do where it does not say it
     * @param ssh who speaks SSH, likewise
     */
    static HostConfig read(Node.Entry entry, ClientConfig client, Launch.SshClient ssh) {
        Node.Text key = entry.key();
        String name = Fault.at(key.place(), () -> HostConfig.checkedName(key.text()));
        return entry.value() instanceof Node.Mapping mapping
                ? inFull(name, mapping, client, ssh)
                : inAWord(name, LaunchReader.inAWord(entry.value(), ssh), client);
    }

    private static HostConfig inAWord(String name, Launch launch, ClientConfig client) {
        return new HostConfig(name, launch, client, List.of(), List.of(), Optional.empty(), Workers.AUTO);
    }

    private static HostConfig inFull(String name, Node.Mapping node, ClientConfig client, Launch.SshClient ssh) {
        Section section = Section.of(name, node, KEYS);
        Launch launch = LaunchReader.read(section, ssh);
        ClientConfig own = ClientReader.read(section, client);
        List<String> source = section.ranges("source", Kind.SOURCE, Address.MAX);
        List<String> jvm = section.list("jvm", Kind.JVM_FLAG);
        Optional<String> java = section.find("java", Kind.PATH);
        Workers workers = section.get("workers", Kind.WORKERS, Workers.AUTO);
        return Fault.at(node.place(), () -> new HostConfig(name, launch, own, source, jvm, java, workers));
    }
}
