package io.connscale.hosts;

import java.util.Collection;
import java.util.stream.Collectors;

/** What OpenSSH's client, and whoever reads its files, finds in the home on the console's machine. */
final class ClientFiles {
    private ClientFiles() {}

    static void write(Machine console, Collection<SshHost> hosts) {
        Folders.write(
                console.home().resolve(".ssh/known_hosts"),
                hosts.stream().map(SshHost::knownHosts).collect(Collectors.joining()));
        Folders.write(
                console.home().resolve(".ssh/config"),
                hosts.stream().map(ClientFiles::entry).collect(Collectors.joining()) + forAll());
    }

    private static String entry(SshHost host) {
        return "Host " + host.name() + "\n    HostName " + host.address() + "\n";
    }

    /** Nothing of this machine's own configuration; no question to anybody. */
    private static String forAll() {
        return """
                Host *
                    User root
                    IdentitiesOnly yes
                    IdentityFile ~/.ssh/id_ed25519
                    GlobalKnownHostsFile /dev/null
                    StrictHostKeyChecking yes
                    BatchMode yes
                """;
    }
}
