package io.connscale.cluster.launch.ssh;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.connscale.cluster.config.Launch;
import io.connscale.cluster.config.Launch.HostKey;
import io.connscale.cluster.launch.ssh.Keyring.Asker;
import io.connscale.cluster.launch.ssh.OpenSshConfig.LocalUser;
import io.connscale.cluster.launch.ssh.SshLauncher.Timeouts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** The home folder of a user with keys, known hosts and a configuration of their own, and no ssh-agent. */
record TestHome(Path folder) {
    /** Notices loss within a few seconds. */
    static final Timeouts SHORT = new Timeouts(5, 10, 1, 3, 200);

    TestHome {
        try {
            Files.createDirectories(folder);
            Files.createFile(folder.resolve("ssh_config"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    LocalUser user() {
        return user(Optional.empty());
    }

    LocalUser user(Optional<Path> agentSocket) {
        List<String> client = List.of("ssh", "-F", folder + "/ssh_config");
        return new LocalUser(System.getProperty("user.name"), folder, agentSocket, client);
    }

    Path userKey() {
        return folder.resolve("user_key");
    }

    Path knownHosts() {
        return folder.resolve("known_hosts");
    }

    Keyring keyring() {
        return new Keyring(Asker.NOBODY, user());
    }

    Launch.Ssh launch(int port) {
        return launch(port, userKey(), Optional.empty());
    }

    Launch.Ssh launch(int port, Path key, Optional<HostKey> hostKey) {
        return new Launch.Ssh(
                Optional.empty(),
                "127.0.0.1",
                OptionalInt.of(port),
                Optional.of(key.toString()),
                hostKey,
                Optional.of(knownHosts().toString()),
                Optional.empty());
    }

    Launch.Ssh launch(int port, int jumpPort) {
        return new Launch.Ssh(
                Optional.empty(),
                "127.0.0.1",
                OptionalInt.of(port),
                Optional.of(userKey().toString()),
                Optional.empty(),
                Optional.of(knownHosts().toString()),
                Optional.of("127.0.0.1:" + jumpPort));
    }

    void know(int port, PublicKeyBlob key) throws IOException {
        String line = "[127.0.0.1]:" + port + " " + key.type() + " " + key.base64() + "\n";
        String before = Files.exists(knownHosts()) ? Files.readString(knownHosts()) : "";
        Files.writeString(knownHosts(), before + line);
    }

    /** A key pair whose private half lies in a file in PKCS 8. */
    KeyPair pemKey(String name) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        String text = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(pair.getPrivate().getEncoded()) + "\n-----END PRIVATE KEY-----\n";
        Files.writeString(folder.resolve(name), text);
        return pair;
    }

    /** A key pair from ssh-keygen, with the public half beside it. */
    Path key(String name, String type, String passphrase, String... options) throws Exception {
        Path file = folder.resolve(name);
        List<String> words = new ArrayList<>(
                List.of("ssh-keygen", "-q", "-t", type, "-N", passphrase, "-C", name, "-f", file.toString()));
        words.addAll(List.of(options));
        run(words.toArray(String[]::new));
        return file;
    }

    static PublicKeyBlob pub(Path key) throws IOException {
        return new PublicKeyBlob(Files.readString(Path.of(key + ".pub")).split(" ", -1)[1]);
    }

    /** What a command of this machine prints; it has to work. */
    static String run(String... words) throws Exception {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", words) + ": " + said);
        }
        return said;
    }

    /** All that a command prints on its standard output. */
    static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), UTF_8);
    }
}
