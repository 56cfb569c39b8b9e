package io.connscale.cluster.launch.ssh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which keys are tried at a hop, in OpenSSH's order: those of its files that ssh-agent holds, its others, the other files. */
final class Identities {
    private static final Logger log = LoggerFactory.getLogger(Identities.class);
    /** A server hangs up after six (sshd_config, MaxAuthTries). */
    private static final int MOST = 20;

    private final Hop hop;
    private final Keyring keyring;
    private final List<Identity> inAgentToo = new ArrayList<>();
    private final List<Identity> files = new ArrayList<>();
    private final Map<PublicKeyBlob, Identity> held = new LinkedHashMap<>();

    private Identities(Hop hop, Keyring keyring) {
        this.hop = hop;
        this.keyring = keyring;
    }

    static List<Identity> of(Hop hop, Keyring keyring) throws InterruptedException {
        return new Identities(hop, keyring).all();
    }

    private List<Identity> all() throws InterruptedException {
        askAgent();
        for (Path path : hop.keys()) {
            if (Files.isRegularFile(path)) {
                sort(new KeyFile(path, keyring));
            }
        }
        List<Identity> all = new ArrayList<>(inAgentToo);
        if (!hop.keysOnly()) {
            all.addAll(held.values());
        }
        all.addAll(files);
        return all.subList(0, Math.min(all.size(), MOST));
    }

    private void askAgent() throws InterruptedException {
        Optional<Path> socket = keyring.user().agentSocket();
        if (socket.isEmpty()) {
            return;
        }
        try {
            for (Identity identity : new SshAgent(socket.get()).identities()) {
                held.putIfAbsent(identity.key(), identity);
            }
        } catch (IOException e) {
            log.warn("no keys from ssh-agent: {}", e.getMessage()); // OpenSSH goes on too
        }
    }

    /** ssh-agent signs without a passphrase: where it holds the file's key the file stays closed. */
    private void sort(KeyFile file) {
        try {
            Identity same = file.written().map(held::remove).orElse(null);
            if (same != null) {
                inAgentToo.add(same);
                return;
            }
        } catch (IOException e) {
            log.debug("the public half of {}", file.path(), e); // told when it is tried
        }
        files.add(file);
    }
}
