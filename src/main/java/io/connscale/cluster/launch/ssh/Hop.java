package io.connscale.cluster.launch.ssh;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One SSH server on the way, with all that is needed to log in there.
 *
 * @param written the host as the user wrote it, for messages
 * @param address the name or IP address that is connected to
 * @param knownAs the name in the known hosts: {@code name}, or {@code [name]:port} where the port is not 22
 * @param keys private key files, in the order in which they are tried
 * @param certificates files of certificates for keys, whichever of the keys they are for
 * @param agentSocket where the ssh-agent listens that is asked
 * @param keysOnly whether ssh-agent's other keys are left alone
 * @param knownHosts the user's files; a new key goes to the first. Without any, no new key can be remembered
 * @param globalKnownHosts the machine's files
 */
record Hop(
        String written,
        String address,
        int port,
        String user,
        String knownAs,
        List<Path> keys,
        List<Path> certificates,
        Optional<Path> agentSocket,
        boolean keysOnly,
        HostKeyRule rule,
        List<Path> knownHosts,
        List<Path> globalKnownHosts) {

    static final int SSH_PORT = 22;

    Hop {
        keys = List.copyOf(keys);
        certificates = List.copyOf(certificates);
        knownHosts = List.copyOf(knownHosts);
        globalKnownHosts = List.copyOf(globalKnownHosts);
    }

    static String knownAs(String name, int port) {
        return port == SSH_PORT ? name : "[" + name + "]:" + port;
    }

    /** {@code name}, with its port where that is not 22. */
    String place() {
        return port == SSH_PORT ? address : (address.contains(":") ? "[" + address + "]" : address) + ":" + port;
    }
}
