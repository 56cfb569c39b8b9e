package io.connscale.hosts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Key pairs of OpenSSH, made for one test and gone with it. */
final class Keys {
    private Keys() {}

    /** An ed25519 pair without a passphrase, in place of one that is there. */
    static Path make(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Command.must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "connscale-test", "-f", file.toString());
        return file;
    }

    /** Type and key, as known_hosts wants them. */
    static String publicHalf(Path file) {
        String[] words = Folders.read(Path.of(file + ".pub")).split(" ", 3);
        return words[0] + " " + words[1];
    }
}
