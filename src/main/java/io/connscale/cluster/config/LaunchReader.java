package io.connscale.cluster.config;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** How a host is launched. */
final class LaunchReader {
    /** What only a host with {@code ssh:} has. */
    static final List<String> SSH_KEYS = List.of("port", "key", "hostKey", "knownHosts", "jump", "launch");

    private static final Kind<Integer> PORT = Kind.whole(1, Ports.MAX);

    private LaunchReader() {}

    /** @param client who speaks SSH where the host does not say it, here and below */
    static Launch inAWord(Node value, Launch.SshClient client) {
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

    static Launch read(Section host, Launch.SshClient client) {
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
