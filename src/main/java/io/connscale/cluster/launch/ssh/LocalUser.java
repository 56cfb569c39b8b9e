package io.connscale.cluster.launch.ssh;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Whose SSH set-up is used: the user of the console.
 *
 * @param agentSocket where ssh-agent listens, {@code SSH_AUTH_SOCK}
 * @param client the words that call OpenSSH's client
 */
record LocalUser(String name, Path home, Optional<Path> agentSocket, List<String> client) {
    static LocalUser current() {
        return new LocalUser(
                System.getProperty("user.name", ""),
                Path.of(System.getProperty("user.home", "/")),
                Optional.ofNullable(System.getenv("SSH_AUTH_SOCK"))
                        .filter(name -> !name.isBlank())
                        .map(Path::of),
                List.of("ssh"));
    }

    /** A path as users write it, {@code ~} for the home folder. */
    Path path(String written) {
        return Path.of(written.equals("~") || written.startsWith("~/") ? home + written.substring(1) : written);
    }

    /** A path as users read it. */
    String shown(Path path) {
        return path.startsWith(home) ? "~/" + home.relativize(path) : path.toString();
    }
}
