package io.connscale.cluster.launch.ssh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.shell.ProcessShellCommandFactory;

/** An SSH server in this process, on a loopback port, that lets one user's key in. Needs nothing of the machine but sh. */
final class EmbeddedSshd implements AutoCloseable {
    private final SshServer server;
    private final List<PublicKeyBlob> hostKeys = new ArrayList<>();

    /** @param hostKeyTypes {@code RSA} or {@code EC} each */
    EmbeddedSshd(TestHome home, List<String> hostKeyTypes, Consumer<SshServer> settings) throws Exception {
        KeyPair user = Files.exists(home.userKey())
                ? home.keyring().opened(home.userKey())
                : home.pemKey(home.userKey().getFileName().toString());
        server = SshServer.setUpDefaultServer();
        server.setHost("127.0.0.1");
        List<KeyPair> keys = new ArrayList<>();
        for (String type : hostKeyTypes) {
            keys.add(keyPair(type));
            hostKeys.add(PublicKeyBlob.of(keys.get(keys.size() - 1).getPublic()));
        }
        server.setKeyPairProvider(KeyPairProvider.wrap(keys));
        server.setPublickeyAuthenticator((name, key, session) -> key.equals(user.getPublic()));
        server.setCommandFactory(ProcessShellCommandFactory.INSTANCE);
        settings.accept(server);
        server.start();
    }

    EmbeddedSshd(TestHome home, String... hostKeyTypes) throws Exception {
        this(home, List.of(hostKeyTypes), server -> {});
    }

    private static KeyPair keyPair(String type) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(type);
        generator.initialize(type.equals("EC") ? 256 : 2048);
        return generator.generateKeyPair();
    }

    int port() {
        return server.getPort();
    }

    PublicKeyBlob hostKey(int index) {
        return hostKeys.get(index);
    }

    int sessions() {
        return server.getActiveSessions().size();
    }

    /** The same port with other host keys. */
    void changeHostKey(String type) throws GeneralSecurityException {
        KeyPair pair = keyPair(type);
        hostKeys.set(0, PublicKeyBlob.of(pair.getPublic()));
        server.setKeyPairProvider(KeyPairProvider.wrap(pair));
    }

    static String known(Path file) throws IOException {
        return Files.exists(file) ? Files.readString(file) : "";
    }

    @Override
    public void close() throws IOException {
        server.stop(true);
    }
}
