package io.connscale.cluster.config;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** How a host is launched. */
final class LaunchReader {
    /** What only a host with {@code ssh:} has. */
    static final List<String> SSH_KEYS = List.of("port", "key", "hostKey", "knownHosts", "jump");

    private static final Kind<Launch> WORD =
            new Kind<>("local, [user@]host[:port], or a mapping with ssh: or command:", LaunchReader::word);
    private static final Kind<Integer> PORT = Kind.whole(1, Ports.MAX);

    private LaunchReader() {}

    static Launch inAWord(Node value) {
        return WORD.of(value);
    }

    private static Launch word(String text) {
        return text.equals("local") ? new Launch.Local() : plain(SshAddress.parse(text));
    }

    private static Launch plain(SshAddress to) {
        return new Launch.Ssh(
                to.user(),
                to.host(),
                to.port(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    static Launch read(Section host) {
        Optional<SshAddress> ssh = host.find("ssh", Kind.SSH);
        if (ssh.isPresent()) {
            host.refuse("command", what -> what + " beside \"ssh\": keep one of them");
            return ssh(host, ssh.get());
        }
        SSH_KEYS.forEach(key -> host.refuse(key, what -> what + " is for SSH: add \"ssh: HOST\" or remove it"));
        Optional<List<String>> command = host.node("command").map(Kind.WORD::ofAll);
        return command.<Launch>map(Launch.Command::new).orElseGet(Launch.Local::new);
    }

    private static Launch ssh(Section host, SshAddress to) {
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
                host.find("jump", Kind.SSH).map(SshAddress::toString));
    }
}
