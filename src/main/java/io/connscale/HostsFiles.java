package io.connscale;

import io.connscale.console.StartOptions;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which {@code hosts.yaml} is meant. */
final class HostsFiles {
    private static final Path NAME = Path.of("hosts.yaml");

    private HostsFiles() {}

    /** The one of {@code --hosts}, or the working folder's, or the one beside {@code bin/}. */
    static Path of(StartOptions options) {
        Path asked = options.hosts();
        if (asked != null || Files.exists(NAME)) {
            return asked == null ? NAME : asked;
        }
        String home = System.getProperty("connscale.home");
        Path shipped = home == null ? NAME : Path.of(home).resolve(NAME);
        return Files.exists(shipped) ? shipped : NAME;
    }
}
